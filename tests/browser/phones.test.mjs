// The phones of the sandbox: a person plays a customer, sees what a customer sees, breaks a vendor
// and reads the wire.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, becomes, launch, person } from './support/browser.mjs';
import { demo } from './support/server.mjs';

const LOOKS = [
  { name: 'light', options: { colorScheme: 'light', viewport: { width: 1440, height: 900 } } },
  { name: 'dark', options: { colorScheme: 'dark', viewport: { width: 1440, height: 900 } } },
  { name: 'on a phone', options: { colorScheme: 'light', viewport: { width: 390, height: 844 }, hasTouch: true } },
];

let browser;
let linktor;
let customer;

before(async () => {
  [linktor, browser] = await Promise.all([demo(), launch()]);
  customer = await person(browser, { ours: [linktor.url], options: LOOKS[0].options });
  await customer.page.goto(`${linktor.url}/sandbox`);
});

after(async () => {
  await browser?.close();
  await linktor?.stop();
});

const phone = (name) => customer.page.locator(`section.unit.v-${name}`).first();
const screen = (name) => phone(name).locator('[data-screen]');

async function more(name, label) {
  await phone(name).getByRole('button', { name: 'Send something else' }).click();
  await phone(name).getByRole('button', { name: label, exact: true }).click();
}

describe('the phones', { concurrency: false }, () => {
  test('what is written shows on the phone at once, without loading the page anew', async () => {
    await customer.page.evaluate(() => { globalThis.sameDocument = true; });
    const field = phone('whatsapp').getByRole('textbox', { name: /message to/i });
    await field.fill('Is my order on its way?');
    await field.press('Enter');
    await screen('whatsapp').getByText('Is my order on its way?').waitFor();
    await becomes(() => field.inputValue(), '');
    assert.ok(await customer.page.evaluate(() => globalThis.sameDocument));
  });

  test('pictures, voice notes, stickers and places are sent from behind the plus', async () => {
    await more('whatsapp', 'Picture');
    // The first one came with the demo.
    const picture = screen('whatsapp').getByAltText('Picture').nth(1);
    await picture.waitFor();
    assert.ok(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)));
    await more('whatsapp', 'Voice note');
    await screen('whatsapp').getByLabel('Voice note').waitFor();
    await more('whatsapp', 'Location');
    await screen('whatsapp').getByText('Rua Harmonia 210').waitFor();
  });

  test('a message is changed and deleted where the app can do that', async () => {
    const bubble = screen('whatsapp').locator('article', { hasText: 'Is my order on its way?' });
    await bubble.hover();
    await bubble.getByText('What to do with this message').or(bubble.locator('summary')).first().click();
    await bubble.getByRole('button', { name: 'Change it' }).click();
    const field = phone('whatsapp').getByRole('textbox', { name: /message to/i });
    await becomes(() => field.inputValue(), 'Is my order on its way?');
    await field.fill('Is order AC-20418 on its way?');
    await field.press('Enter');
    const changed = screen('whatsapp').locator('article', { hasText: 'Is order AC-20418 on its way?' });
    await changed.getByText('edited').waitFor();
    await changed.hover();
    await changed.locator('summary').click();
    await changed.getByRole('button', { name: 'Delete it' }).click();
    await screen('whatsapp').getByText('You deleted this message').waitFor();
  });

  test('what an app cannot do is said on the phone', async () => {
    customer.watch.expect(/422/);
    await phone('telegram').getByRole('button', { name: 'Send', exact: true }).last().click();
    await phone('telegram').getByText('Write something first.').waitFor();
  });

  test('a broken vendor answers so, and the wire log shows it with its body', async () => {
    await customer.page.locator('#switches-of').selectOption('twilio');
    const broken = customer.page.getByRole('switch', { name: 'Answer 500' });
    await broken.waitFor();
    const kept = customer.page.waitForResponse((answer) => answer.url().endsWith('/sandbox/switches') && answer.request().method() === 'POST');
    await broken.check();
    await kept;
    const stranger = await customer.context.request.get(`${linktor.url}/sandbox/api/twilio/2010-04-01/Accounts/AC1.json`);
    assert.equal(stranger.status(), 401);
    const entry = customer.page.locator('#wire li', { hasText: 'GET AC1.json 401' }).first();
    await entry.locator('summary').click();
    await entry.getByText('"code": 20003').waitFor();
  });

  test('the chat has the real widget for a phone', async () => {
    const frame = customer.page.frameLocator('iframe[title^="WebChat"]');
    await frame.locator('body').waitFor();
  });

  test('nothing went wrong on the page', () => customer.watch.assertQuiet());

  for (const { name, options } of LOOKS) {
    test(`the phones keep nobody out and hang over no edge, ${name}`, async () => {
      const somebody = await person(browser, { ours: [linktor.url], options });
      await somebody.page.goto(`${linktor.url}/sandbox`);
      await somebody.page.locator('#phones section').first().waitFor();
      await assertAccessible(somebody.page, `/sandbox, ${name}`);
      const over = await somebody.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${over} px over the edge`);
      somebody.watch.assertQuiet();
      await somebody.context.close();
    });
  }
});
