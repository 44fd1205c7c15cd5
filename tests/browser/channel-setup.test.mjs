// Vendors' channels: added step by step against the sandbox, refused in plain words, taken up again
// where they were left, and looked after on their page.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, person, picture } from './support/browser.mjs';
import { saysToNewest, stage } from './support/stage.mjs';

const CHANNELS = '/app/settings/channels';
/** What somebody types who mistook the token: by kind, the fields and the one that is wrong. */
const MISTAKES = [
  { kind: 'whatsapp', name: 'WhatsApp', typed: { phoneNumberId: '106540352242999', accessToken: 'EAAwrong', appSecret: 'abc' }, wrong: 'accessToken', kept: 'phoneNumberId' },
  { kind: 'facebook', name: 'Messenger', typed: { pageId: '1234567899', pageAccessToken: 'EAAwrong', appSecret: 'abc' }, wrong: 'pageAccessToken', kept: 'pageId' },
  { kind: 'instagram', name: 'Instagram', typed: { pageId: '1234567899', accessToken: 'EAAwrong', appSecret: 'abc' }, wrong: 'accessToken', kept: 'pageId' },
  { kind: 'telegram', name: 'Telegram', typed: { botToken: '987654321:AAFakeTokenFakeTokenFakeTokenFake00' }, wrong: 'botToken' },
  { kind: 'sms', name: 'SMS', provider: 'Twilio', typed: { phoneNumber: '+15550009999', accountSid: `AC${'0'.repeat(32)}`, authToken: 'f'.repeat(32) }, wrong: 'authToken', kept: 'accountSid' },
  { kind: 'sms', name: 'SMS', provider: 'Vonage', typed: { phoneNumber: '+15550009998', apiKey: 'abcd1234', apiSecret: 'wrong', signatureSecret: 'wrong' }, base: 'restBaseUrl', wrong: 'apiSecret', kept: 'apiKey' },
  { kind: 'sms', name: 'SMS', provider: 'Plivo', typed: { phoneNumber: '+15550009997', authId: `MA${'X'.repeat(18)}`, authToken: 'f'.repeat(40) }, wrong: 'authToken', kept: 'authId' },
];
const KINDS = [['whatsapp', 'WhatsApp'], ['facebook', 'Messenger'], ['instagram', 'Instagram'], ['telegram', 'Telegram'], ['sms', 'SMS']];

let scene;
let linktor;
let owner;
let phones;

before(async () => {
  scene = await stage();
  ({ linktor, owner, customer: phones } = scene);
  owner.watch.expect(/status of 422/);
});

after(() => scene?.stop());

/** Where the stand-in for a vendor is. */
const vendorAt = (vendor) => `${linktor.url}/sandbox/api/${vendor}`;

/** From the list to the form of a kind, as a person gets there. */
async function begin(page, { name, provider }) {
  await page.goto(`${linktor.url}${CHANNELS}/new`);
  await page.locator('.tiles').getByRole('link', { name: new RegExp(`^${name}`) }).click();
  if (provider) await page.getByRole('link', { name: provider }).click();
  await page.getByRole('heading', { name: 'Credentials' }).waitFor();
}

async function fill(page, typed) {
  for (const [id, value] of Object.entries(typed)) {
    await page.evaluate((field) => { const fold = document.getElementById(field)?.closest('details'); if (fold) fold.open = true; }, id);
    await page.locator(`#${id}`).fill(value);
  }
}

describe('a token that is wrong', { concurrency: false }, () => {
  for (const mistake of MISTAKES) {
    const what = mistake.provider ?? mistake.name;
    test(`is said beside its field, and nothing typed is lost: ${what}`, async () => {
      const { page } = owner;
      await begin(page, mistake);
      const vendor = (mistake.provider ?? mistake.kind).toLowerCase();
      await fill(page, { name: `My ${what}`, ...mistake.typed, [mistake.base ?? 'apiBaseUrl']: vendorAt(vendor) });
      await assertAccessible(page, `the credentials of ${what}`);
      await page.getByRole('button', { name: 'Check and continue' }).click();
      const error = page.locator(`#${mistake.wrong}-error`);
      await error.waitFor();
      assert.match(await error.innerText(), /says: /);
      assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), `My ${what}`);
      if (mistake.kept) assert.equal(await page.locator(`#${mistake.kept}`).inputValue(), mistake.typed[mistake.kept]);
      assert.equal(await page.locator(`#${mistake.wrong}`).inputValue(), '', 'a secret never comes back');
      assert.match(await page.locator(`#${mistake.wrong}`).getAttribute('placeholder'), /Stored/);
      await assertAccessible(page, `the refusal of ${what}`);
      if (what === 'WhatsApp') await picture(page, 'setup-refused');
    });
  }

  test('only the fields of the chosen provider are asked for', async () => {
    const { page } = owner;
    await begin(page, { name: 'SMS', provider: 'Twilio' });
    assert.equal(await page.locator('#accountSid').count(), 1);
    for (const other of ['apiKey', 'authId', 'sendUrl']) assert.equal(await page.locator(`#${other}`).count(), 0, other);
  });

  test('what is missing or malformed is said beside its field before anybody is asked', async () => {
    const { page } = owner;
    await begin(page, { name: 'WhatsApp' });
    await fill(page, { phoneNumberId: '+55 11', accessToken: 'EAAtyped' });
    await page.getByRole('button', { name: 'Check and continue' }).click();
    await page.getByText('This must be letters and digits, without spaces or signs.').waitFor();
    assert.equal(await page.locator('#phoneNumberId').inputValue(), '+55 11');
    assert.equal(await page.locator('#accessToken').inputValue(), '', 'a secret does not come back');
    await page.locator('#accessToken-error').getByText('Type it again').waitFor();
  });

  test('leaves a channel that is taken up again', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}${CHANNELS}`);
    const row = page.locator('tr', { hasText: 'My Telegram' });
    await row.getByText('Set-up not finished').waitFor();
    await row.getByRole('link', { name: 'My Telegram' }).click();
    await page.getByRole('link', { name: 'Finish set-up' }).click();
    await page.getByRole('heading', { name: 'Credentials' }).waitFor();
    await page.locator('#botToken-error').waitFor();
  });

  test('of an account that another channel has is refused in plain words', async () => {
    const { page } = owner;
    await begin(page, { name: 'SMS', provider: 'Twilio' });
    await fill(page, { ...MISTAKES[4].typed, apiBaseUrl: vendorAt('twilio') });
    await page.getByRole('button', { name: 'Check and continue' }).click();
    await page.locator('#phoneNumber-error').getByText('belongs to the channel My Twilio already').waitFor();
  });
});

describe('a channel on the sandbox', { concurrency: false }, () => {
  for (const [kind, name] of KINDS) {
    test(`is connected, reached by its vendor while one looks, and ready after one message each way: ${name}`, async () => {
      const { page } = owner;
      await page.goto(`${linktor.url}${CHANNELS}/new/${kind}`);
      await page.getByRole('button', { name: 'Use the sandbox' }).click();
      await page.waitForURL(/step=webhook/);
      assert.match(await page.getByLabel('Callback URL').inputValue(), new RegExp(`/webhooks/${kind}/ch_`));
      await page.getByText('Waiting for the first message').waitFor();
      await page.locator('.setuplive').getByText(/accepted the account/).waitFor();
      await assertAccessible(page, `the webhook of ${name}`);
      if (kind === 'whatsapp') {
        assert.ok(await page.getByLabel('Verify token').inputValue());
        await page.getByText('message_template_status_update').waitFor();
        await picture(page, 'setup-webhook');
      }
      await page.evaluate(() => { globalThis.sameDocument = true; });
      await saysToNewest(phones, kind === 'sms' ? 'twilio' : kind, `Hello ${name}`);
      await page.getByText('Messages arrive').waitFor();
      await page.locator('#setup-checks').getByText(/First (signed event|message) received/).waitFor();
      assert.ok(await page.evaluate(() => globalThis.sameDocument), 'nothing was loaded anew');

      await page.getByRole('link', { name: 'Continue' }).click();
      await page.getByRole('heading', { name: 'Who answers?' }).waitFor();
      await assertAccessible(page, `the routing of ${name}`);
      await page.getByLabel('Person').selectOption({ index: 1 });
      await page.getByLabel('Tags').fill(`${name}, New`);
      if (kind === 'whatsapp') await picture(page, 'setup-routing');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.waitForURL(/step=test/);
      await assertAccessible(page, `the test of ${name}`);
      await page.getByRole('button', { name: 'Send test' }).click();
      await page.getByText(`${name} is ready.`).waitFor();
      if (kind === 'whatsapp') await picture(page, 'setup-test');
      await assertAccessible(page, `the ready ${name}`);
    });
  }

  test('a test to nobody is refused beside the field', async () => {
    const { page } = owner;
    await page.getByLabel('To', { exact: true }).fill('nobody at all');
    await page.getByRole('button', { name: 'Send test' }).click();
    await page.locator('#to-error').waitFor();
    assert.equal(await page.getByLabel('To', { exact: true }).inputValue(), 'nobody at all');
  });
});

describe('the page of a channel', { concurrency: false }, () => {
  let channel;

  test('shows its settings without its secrets, and saves them', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}${CHANNELS}`);
    await page.getByRole('link', { name: 'WhatsApp on the sandbox' }).click();
    channel = new URL(page.url()).pathname;
    await picture(page, 'channel-vendor');
    await page.getByRole('link', { name: 'Settings', exact: true }).last().click();
    assert.equal(await page.locator('#accessToken').inputValue(), '');
    await page.getByLabel('Button that opens a list').fill('A title that is much too long for a button');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('This must have at most 20 characters.').waitFor();
    await page.getByLabel('Button that opens a list').fill('Choose');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    assert.equal(await page.getByLabel('Button that opens a list').inputValue(), 'Choose');
    await assertAccessible(page, 'the settings of a channel');
    await picture(page, 'channel-vendor-settings');
  });

  test('says what its token allows, and who answers', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}${channel}`);
    await page.getByText('Granted: whatsapp_business_messaging').waitFor();
    await page.getByText('It never ends.').waitFor();
    await page.getByRole('link', { name: 'Routing', exact: true }).click();
    assert.equal(await page.getByLabel('Tags').inputValue(), 'WhatsApp, New');
    await page.getByLabel('Tags').fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    assert.equal(await page.getByLabel('Tags').inputValue(), '');
    await assertAccessible(page, 'the routing of a channel');
    await picture(page, 'channel-routing');
  });

  test('tells where the vendor reports, and what happened', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}${channel}/webhook`);
    assert.match(await page.getByLabel('Callback URL').inputValue(), /\/webhooks\/whatsapp\/ch_/);
    await assertAccessible(page, 'the webhook of a channel');
    await page.goto(`${linktor.url}${channel}/events`);
    for (const line of ['Added', 'Callback verified', 'First signed event received']) await page.getByText(line).first().waitFor();
    await assertAccessible(page, 'the events of a channel');
  });

  test('a webhook with a wrong signature stands in its log', async () => {
    const address = await owner.page.evaluate(async (path) => {
      const page = await fetch(`${path}/webhook`);
      const fresh = new DOMParser().parseFromString(await page.text(), 'text/html');
      return fresh.getElementById('callback-url').value;
    }, channel);
    const answer = await fetch(address, { method: 'POST', body: '{}', headers: { 'x-hub-signature-256': 'sha256=00' } });
    assert.equal(answer.status, 401);
    await owner.page.getByText('Signature did not match').waitFor();
  });

  test('a channel is disconnected, connected again, paused and deleted', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}${channel}`);
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.locator('.state', { hasText: 'Off' }).waitFor();
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.locator('.state', { hasText: 'Healthy' }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('.state', { hasText: 'Off' }).waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Publish again' }).click();
    await page.getByText('The vendor is being told what to show.').waitFor();
    await page.getByLabel(/Type WhatsApp on the sandbox to confirm/).fill('WhatsApp on the sandbox');
    await page.getByRole('button', { name: 'Delete channel' }).click();
    await page.waitForURL(`${linktor.url}${CHANNELS}`);
    assert.equal(await page.getByRole('link', { name: 'WhatsApp on the sandbox' }).count(), 0);
  });
});

test('the list says how each channel is and when a message last came', async () => {
  const { page } = owner;
  await page.goto(`${linktor.url}${CHANNELS}`);
  await assertAccessible(page, 'the list of channels');
  await picture(page, 'channels');
  const chat = page.locator('tr', { hasText: 'Aurora website' });
  assert.doesNotMatch(await chat.innerText(), /None yet/);
});

test('without scripts a channel is added by forms alone', async () => {
  const { page, watch } = await person(scene.browser, { ours: [linktor.url], options: { javaScriptEnabled: false } });
  watch.expect(/status of 422/);
  await page.goto(linktor.output().match(/http:\S+\/demo\/enter\?token=\S+/)[0]);
  await begin(page, { name: 'Telegram' });
  await page.locator('#botToken').fill('not a token');
  await page.getByRole('button', { name: 'Check and continue' }).click();
  await page.getByText(/must look like 123456789/).waitFor();
  await page.getByRole('button', { name: 'Use the sandbox' }).click();
  await page.waitForURL(/step=webhook/);
  await saysToNewest(phones, 'telegram', 'Anybody there?');
  await page.getByRole('link', { name: 'Look again' }).click();
  await page.getByText('Messages arrive').waitFor();
  watch.assertQuiet();
});

test('nobody had an error or a foreign request', () => {
  owner.watch.assertQuiet();
  phones.watch.assertQuiet();
});
