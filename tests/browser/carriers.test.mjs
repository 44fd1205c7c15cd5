// Carriers of text messages beside the first: added step by step against the sandbox, and what their
// pages keep: who wants nothing more, quiet hours, and what happened long ago.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, picture } from './support/browser.mjs';
import { API_KEY } from './support/server.mjs';
import { saysToNewest, stage } from './support/stage.mjs';

const CHANNELS = '/app/settings/channels';
const CARRIERS = [['vonage', 'Vonage'], ['plivo', 'Plivo'], ['generic', 'Another provider']];
/** Lines of one page of a channel's log. */
const LINES = 100;

let scene;
let linktor;
let owner;
let phones;

before(async () => {
  scene = await stage();
  ({ linktor, owner, customer: phones } = scene);
});

after(() => scene?.stop());

describe('a carrier', { concurrency: false }, () => {
  for (const [carrier, name] of CARRIERS) {
    test(`that was chosen is the one on the sandbox, reached and ready: ${name}`, async () => {
      const { page } = owner;
      await page.goto(`${linktor.url}${CHANNELS}/new/sms`);
      await page.getByRole('link', { name }).click();
      await page.getByRole('heading', { name: 'Credentials' }).waitFor();
      await assertAccessible(page, `the credentials of ${name}`);
      await page.getByRole('button', { name: 'Use the sandbox' }).click();
      await page.waitForURL(/step=webhook/);
      await page.locator('.setuplive').getByText(/accepted the account/).waitFor();
      await assertAccessible(page, `the webhook of ${name}`);
      await saysToNewest(phones, carrier, `Hello ${name}`);
      await page.getByText('Messages arrive').waitFor();
      await page.getByRole('link', { name: 'Continue' }).click();
      await page.getByRole('heading', { name: 'Who answers?' }).waitFor();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.waitForURL(/step=test/);
      await page.getByRole('button', { name: 'Send test' }).click();
      await page.getByText('SMS is ready.').waitFor();
    });
  }
});

describe('the page of a number', { concurrency: false }, () => {
  let channel;

  test('names who wrote STOP, until they write START', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}${CHANNELS}`);
    await page.getByRole('link', { name: /Twilio/ }).click();
    channel = new URL(page.url()).pathname;
    await page.getByRole('link', { name: 'Opt-outs' }).click();
    await page.getByText('Nobody has opted out.').waitFor();
    await saysToNewest(phones, 'twilio', 'STOP');
    await page.reload();
    const row = page.locator('tbody tr');
    while (await row.count() === 0) await page.reload();
    assert.match(await row.first().innerText(), /Sam Rivera/);
    await assertAccessible(page, 'who opted out');
    await picture(page, 'opt-outs');
    await saysToNewest(phones, 'twilio', 'START');
    while (await row.count() > 0) await page.reload();
    await page.getByText('Nobody has opted out.').waitFor();
  });

  test('keeps quiet hours, and forgets them again', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}${channel}/settings`);
    const [from, until] = [page.getByLabel('From', { exact: true }), page.getByLabel('Until', { exact: true })];
    const save = async () => {
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved.').waitFor();
      await page.goto(`${linktor.url}${channel}/settings`);
    };
    await from.fill('21:00');
    owner.watch.expect(/status of 422/);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/must have start, end and timezone/).first().waitFor();
    assert.equal(await from.inputValue(), '21:00', 'what was typed is still there');
    await until.fill('08:00');
    await page.getByLabel('Clock').selectOption({ index: 0 });
    await save();
    assert.deepEqual([await from.inputValue(), await until.inputValue()], ['21:00', '08:00']);
    await assertAccessible(page, 'the settings of a number');
    await from.fill('');
    await until.fill('');
    await save();
    assert.deepEqual([await from.inputValue(), await until.inputValue()], ['', '']);
  });

  test('leads from page to page of what happened', async () => {
    const { page } = owner;
    const id = channel.split('/').pop();
    for (let at = 0; at <= LINES; at += 1) {
      const answer = await fetch(`${linktor.url}/api/v1/channels/${id}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', 'x-api-key': API_KEY },
        body: JSON.stringify({ name: `Number ${at}` }),
      });
      assert.ok(answer.ok, `${answer.status}`);
    }
    await page.goto(`${linktor.url}${channel}/events`);
    const lines = page.locator('.loglines li');
    assert.ok(await lines.count() >= LINES);
    const newest = await lines.first().innerText();
    await assertAccessible(page, 'a long log');
    await page.getByRole('link', { name: 'More' }).click();
    await page.waitForURL(/before=/);
    await lines.getByText('Added', { exact: true }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'More' }).count(), 0, 'that is the end of it');
    await page.getByRole('link', { name: 'From the beginning' }).click();
    await page.waitForURL(/events$/);
    assert.equal(await lines.first().innerText(), newest);
  });
});

test('nobody had an error or a foreign request', () => {
  owner.watch.assertQuiet();
  phones.watch.assertQuiet();
});
