// Templates, choices and menus in the demo: handed in, approved by the vendor in the box, sent, and
// seen on the customer's phone.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, person, picture } from './support/browser.mjs';
import { openConversation, openOffer, said } from './support/people.mjs';
import { WIDE, fieldOf, phoneOf, stage } from './support/stage.mjs';

const LOOKS = [
  { name: 'light', options: { ...WIDE, colorScheme: 'light' } },
  { name: 'dark', options: { ...WIDE, colorScheme: 'dark' } },
  { name: 'phone', options: { viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true } },
];
const QUESTION = 'When does my grinder come?';

let browser;
let linktor;
let owner;
let customer;
let stop;

before(async () => {
  ({ linktor, browser, owner, customer, stop } = await stage());
});

after(() => stop?.());

const phone = (name) => phoneOf(customer.page, name);
const screen = (name) => phone(name).locator('[data-screen]');

/** A customer writes on a phone, and the owner opens the conversation. */
async function written(name, text) {
  await customer.page.goto(`${linktor.url}/sandbox`);
  const field = fieldOf(phone(name));
  await field.fill(text);
  await field.press('Enter');
  await owner.page.goto(`${linktor.url}/app/inbox/all`);
  await openConversation(owner.page, text);
}

describe('the template manager', { concurrency: false }, () => {
  const form = () => owner.page.locator('#template-form');

  test('lists what the vendor keeps, with how it stands', async () => {
    await owner.page.goto(`${linktor.url}/app/settings/templates`);
    const row = owner.page.locator('tr', { hasText: 'order_shipped' });
    await row.getByText('Approved').waitFor();
    await row.getByText('Utility').waitFor();
    await row.getByText('High').waitFor();
    await owner.page.getByLabel('State').selectOption('rejected');
    await owner.page.getByRole('button', { name: 'Filter' }).click();
    await owner.page.getByText('No template like that.').waitFor();
  });

  test('says what is wrong beside each field and shows what a customer sees, while one writes', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}/app/settings/templates`);
    await page.getByRole('button', { name: 'New template' }).click();
    await page.getByRole('menuitem', { name: /WhatsApp/ }).click();
    await page.getByLabel('Name', { exact: true }).fill('Order Ready');
    await page.locator('#said-name').getByText(/lower-case letters/).waitFor();
    await page.getByLabel('Name', { exact: true }).fill('order_ready');
    await page.locator('#said-name').getByText(/lower-case letters/).waitFor({ state: 'detached' });
    await page.getByLabel('Language').fill('en');
    await page.getByLabel('Above the text').selectOption('TEXT');
    await page.getByLabel('Line above').fill('Order {{1}}');
    await page.getByLabel('Text', { exact: true }).fill('Hi {{1}}, your order {{2}} is ready.');
    await page.getByLabel('{{1}} above').fill('AC-7');
    await page.getByLabel('{{1}} in the text').fill('Camila');
    await page.getByLabel('{{2}} in the text').fill('AC-7');
    const seen = page.locator('#template-seen');
    await seen.getByText('Hi Camila, your order AC-7 is ready.').waitFor();
    assert.equal(await seen.locator('.fill').count(), 2);
    await page.getByRole('button', { name: 'Add a button' }).click();
    await page.getByLabel('Does what').selectOption('URL');
    await page.getByLabel('Says').fill('Track');
    await page.getByLabel('Address', { exact: true }).fill('https://aurora.example/{{1}}/x');
    await page.getByText('This may hold one variable, at its end.').waitFor();
    await page.getByLabel('Address', { exact: true }).fill('https://aurora.example/t/{{1}}');
    await seen.getByText('Track').waitFor();
    await assertAccessible(page, 'a new template');
    await picture(page, 'template-new');
  });

  test('what lacks an example is not handed in', async () => {
    owner.watch.expect(/status of 422/);
    await form().getByRole('button', { name: 'Hand in for approval' }).click();
    await owner.page.getByText('Not handed in.').waitFor();
    await owner.page.getByText('This must hold an example address.').waitFor();
  });

  test('what is handed in is in review, and approved by itself', async () => {
    const { page } = owner;
    await page.getByLabel('Example of the end').fill('7');
    await form().getByRole('button', { name: 'Hand in for approval' }).click();
    await page.getByText('Handed in. The vendor looks at it now.').waitFor();
    await page.goto(`${linktor.url}/app/settings/templates`);
    await page.locator('tr', { hasText: 'order_ready' }).getByText('Approved').waitFor({ timeout: 20_000 });
  });

  test('one that was rejected says why, is changed and handed in again', async () => {
    const { page } = owner;
    const channel = await page.locator('#channel option', { hasText: 'WhatsApp' }).getAttribute('value');
    await page.goto(`${linktor.url}/app/settings/templates/new?channel=${channel}`);
    await page.getByLabel('Name', { exact: true }).fill('reject_me');
    await page.getByLabel('Language').fill('en');
    await page.getByLabel('Text', { exact: true }).fill('Buy now!');
    await form().getByRole('button', { name: 'Hand in for approval' }).click();
    await page.getByText(/The format is not right/).waitFor({ timeout: 20_000 });
    await page.getByLabel('Text', { exact: true }).fill('Your order is ready.');
    await form().getByRole('button', { name: 'Hand in again' }).click();
    await page.getByText('Handed in. The vendor looks at it now.').waitFor();
    await page.locator('#standing').getByText('In review').waitFor();
  });

  test('one is deleted, at the vendor too', async () => {
    const { page } = owner;
    await page.getByRole('button', { name: 'Delete template' }).click();
    await page.locator('dialog[open]').getByRole('button', { name: 'Delete template' }).click();
    await page.getByText('Deleted, at the vendor too.').waitFor();
    assert.equal(await page.locator('tr', { hasText: 'reject_me' }).count(), 0);
  });
});

describe('the composer', { concurrency: false }, () => {
  test('a template is found, filled in and sent as the customer sees it', async () => {
    const { page } = owner;
    await written('whatsapp', QUESTION);
    await page.getByRole('link', { name: 'Templates', exact: true }).click();
    const box = page.getByRole('dialog', { name: 'Templates' });
    await box.getByPlaceholder(/Name, language/).fill('ready');
    await box.locator('#pick-list li').filter({ hasNotText: 'order_ready' }).first().waitFor({ state: 'detached' });
    await box.getByRole('link', { name: /order_ready/ }).click();
    await box.getByText('4 values are missing.').waitFor();
    await box.getByLabel('{{1}} above').fill('AC-20418');
    await box.getByLabel('{{1}} in the text').fill('Camila');
    await box.getByLabel('{{2}} in the text').fill('AC-20418');
    await box.getByLabel(/End of the button/).fill('20418');
    await box.locator('#pick-seen').getByText('Hi Camila, your order AC-20418 is ready.').waitFor();
    await box.getByText('missing').waitFor({ state: 'detached' });
    await assertAccessible(page, 'the template picker');
    await picture(page, 'template-picker');
    await box.getByRole('button', { name: 'Send template' }).click();
    const sent = said(page, 'Hi Camila, your order AC-20418 is ready.');
    await sent.getByText('Template order_ready').waitFor();
    await sent.getByText('Track').waitFor();
    await screen('whatsapp').getByText('Hi Camila, your order AC-20418 is ready.').waitFor();
  });

  test('buttons are written, moved and sent, and shown as they arrive', async () => {
    const { page } = owner;
    await openOffer(page);
    await page.locator('#text').fill('Which day?');
    const outlook = page.locator('#outlook');
    await page.getByLabel('Choice 1', { exact: true }).fill('Saturday');
    await page.getByLabel('Choice 2', { exact: true }).fill('Friday');
    await outlook.locator('.answers').getByText('Friday').waitFor();
    await page.getByLabel('Move up, choice 2').click();
    assert.equal(await page.getByLabel('Choice 1', { exact: true }).inputValue(), 'Friday');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByLabel('Choice 3', { exact: true }).fill('A title that is far too long to be one');
    await outlook.getByText(/became/).waitFor();
    await page.getByLabel('Remove, choice 3').click();
    await outlook.getByText(/became/).waitFor({ state: 'detached' });
    await assertAccessible(page, 'the editor of choices');
    await picture(page, 'composer-choices');
    await page.locator('#composer').getByRole('button', { name: /^Send/ }).click();
    await said(page, 'Which day?').locator('.answers').getByText('Friday').waitFor();
    await screen('whatsapp').getByRole('button', { name: 'Friday' }).waitFor();
    await page.locator('#offer').waitFor({ state: 'hidden' });
  });

  test('on a channel without buttons the numbered text is seen before it is sent', async () => {
    const { page } = owner;
    await written('twilio', 'Can you deliver on Friday?');
    await openOffer(page);
    await page.locator('#text').fill('Which day should we come?');
    await page.getByLabel('Choice 1', { exact: true }).fill('Fri 27');
    await page.getByLabel('Choice 2', { exact: true }).fill('Sat 28');
    const outlook = page.locator('#outlook');
    await outlook.getByText('1. Fri 27').waitFor();
    await outlook.getByText('2 buttons became').waitFor();
    await picture(page, 'composer-degraded');
    await page.locator('#composer').getByRole('button', { name: /^Send/ }).click();
    await said(page, 'Which day should we come?').getByText(/2 buttons became/).waitFor();
    await screen('twilio').getByText('2. Sat 28').waitFor();
  });

  test('a place and a contact card are sent', async () => {
    const { page } = owner;
    await written('telegram', 'Where is your shop?');
    await openOffer(page);
    await page.getByLabel('What to ask for').selectOption('place');
    await page.getByLabel('Name', { exact: true }).fill('Aurora Coffee');
    await page.getByLabel('Latitude').fill('-23.5563');
    await page.getByLabel('Longitude').fill('-46.6897');
    await page.locator('#outlook').getByText('Aurora Coffee').waitFor();
    await page.locator('#composer').getByRole('button', { name: /^Send/ }).click();
    await said(page, 'Aurora Coffee').getByText('Open map').waitFor();
    await openOffer(page);
    await page.getByLabel('What to ask for').selectOption('card');
    await page.getByLabel('Name', { exact: true }).fill('Paula Reis');
    await page.getByLabel('Phone').fill('+5511977771020');
    await page.locator('#outlook').getByText('Paula Reis').waitFor();
    await page.locator('#composer').getByRole('button', { name: /^Send/ }).click();
    await said(page, 'Paula Reis').first().waitFor();
  });
});

describe('menus', { concurrency: false }, () => {
  async function menuOf(name, tab) {
    await owner.page.goto(`${linktor.url}/app/settings/channels`);
    await owner.page.getByRole('link', { name }).first().click();
    await owner.page.getByRole('link', { name: tab }).click();
  }
  const save = async () => {
    await owner.page.getByRole('button', { name: 'Save and show' }).click();
    await owner.page.getByText('Saved, and the vendor shows it.').waitFor();
  };

  test('the commands of a bot are set and stay', async () => {
    await menuOf(/Telegram/, 'Commands');
    await owner.page.getByText('Add a command').click();
    const row = owner.page.locator('details[open]').last();
    await row.getByLabel('Command').fill('Help!');
    await row.getByLabel('What it does').fill('How it works');
    owner.watch.expect(/status of 422/);
    await owner.page.getByRole('button', { name: 'Save and show' }).click();
    await owner.page.getByText(/This must be 1 to 32 small letters/).waitFor();
    await owner.page.getByLabel('Command').first().fill('help');
    await save();
    await owner.page.getByText('help', { exact: true }).waitFor();
    await assertAccessible(owner.page, 'commands of a bot');
  });

  test('the menu, greeting and first questions of a page are set, and taken away again', async () => {
    await menuOf(/Messenger/, 'Menu and greeting');
    await owner.page.getByLabel('Greeting').fill('Hi {{user_first_name}}!');
    await owner.page.getByText('Add a question').click();
    await owner.page.getByLabel('Question').last().fill('Where are you?');
    await owner.page.getByText('Add a menu entry').click();
    await owner.page.getByLabel('Title').last().fill('Support');
    await save();
    await owner.page.getByText('Where are you?').first().waitFor();
    await owner.page.getByText('Where are you?').first().click();
    await owner.page.getByLabel('Take this question out when saving').first().check();
    await save();
    assert.equal(await owner.page.getByText('Where are you?').count(), 0);
    await assertAccessible(owner.page, 'menus of a page');
    await picture(owner.page, 'menus');
  });
});

for (const { name, options } of LOOKS) {
  test(`the pages keep nobody out and hang over no edge, ${name}`, async () => {
    const somebody = await person(browser, { ours: [linktor.url], options });
    await somebody.context.addCookies(await owner.context.cookies());
    const { page } = somebody;
    const address = async () => new URL(await page.locator('tbody a').first().getAttribute('href'), linktor.url).href;
    await page.goto(`${linktor.url}/app/settings/templates`);
    const one = await address();
    for (const [of, url] of [['templates', page.url()], ['template', one]]) {
      await page.goto(url);
      await assertAccessible(page, `${of}, ${name}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${of}, ${name} hangs over`);
      await picture(page, `${of}-${name}`);
    }
    somebody.watch.assertQuiet();
    await somebody.context.close();
  });
}

test('nobody had an error or a foreign request', () => {
  owner.watch.assertQuiet();
  customer.watch.assertQuiet();
});
