// The list and the head of a conversation under the hands of whoever works fast: keys, what can be taken back,
// what stands above the list, and what the composer says once its words are sent.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { becomes, person } from './support/browser.mjs';
import { answer, call, openConversation, said, signIn } from './support/people.mjs';
import { phoneOf, says, stage, WIDE } from './support/stage.mjs';

const CUT = /net::ERR_|WebSocket connection to/;
const COLLEAGUE = { name: 'Bruno Lima', email: 'bruno@example.com', password: 'another long password' };

let set;
let owner;
let phone;

before(async () => {
  set = await stage();
  ({ owner } = set);
  await call(set.linktor, '/users', { ...COLLEAGUE, role: 'agent' });
  phone = phoneOf(set.customer.page, 'twilio');
  await owner.page.goto(`${set.linktor.url}/app/inbox/all`);
});

after(() => set?.stop());

/** The customer of the text messages writes, and the owner has the conversation open. */
async function opens(text) {
  await says(phone, text);
  await openConversation(owner.page, text);
  await owner.page.locator('[data-log]').focus();
}

const holder = (name) => owner.page.locator('#thread-head .who-has', { hasText: name }).waitFor();
const undo = () => owner.page.locator('.toast', { hasText: 'Undo' }).last();

describe('the inbox', { concurrency: false }, () => {
  test('leads nobody to settings they may not see', async () => {
    const { page, context } = await signIn(set.browser, set.linktor, COLLEAGUE, WIDE);
    await page.locator('#list').waitFor();
    await page.keyboard.press('?');
    const sheet = page.locator('#keys');
    await sheet.getByText('Contacts').waitFor();
    assert.doesNotMatch(await sheet.innerText(), /channels|health/);
    await page.keyboard.press('Escape');
    for (const place of ['h', 'y', ',']) {
      await page.keyboard.press('g');
      await page.keyboard.press(place);
    }
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.waitForURL(/\/app\/contacts/);
    await page.goBack();
    assert.match(page.url(), /\/app\/inbox\/all/, 'the keys before led nowhere');
    await context.close();
    await owner.page.keyboard.press('g');
    await owner.page.keyboard.press('h');
    await owner.page.waitForURL(/\/app\/settings\/channels/);
    await owner.page.keyboard.press('g');
    await owner.page.keyboard.press('a');
    await owner.page.waitForURL(/\/app\/inbox\/all/);
  });

  test('takes an assignment back', async () => {
    await opens('Who looks after this?');
    await owner.page.keyboard.press('I');
    await holder('Assign');
    await owner.page.locator('#thread-head .who-has').click();
    await owner.page.locator('#menu-assign button', { hasText: 'Bruno' }).click();
    await undo().getByText('Assigned to Bruno Lima').waitFor();
    await owner.page.locator('[data-log]').focus();
    await owner.page.keyboard.press('i');
    await undo().getByText(/Assigned to (?!Bruno)/).waitFor();
    await undo().getByRole('button', { name: 'Undo' }).click();
    await holder('Bruno');
    await owner.page.locator('[data-log]').focus();
    await owner.page.keyboard.press('I');
    await undo().getByText('Unassigned').waitFor();
    await holder('Assign');
    await undo().getByRole('button', { name: 'Undo' }).click();
    await holder('Bruno');
  });

  test('opens the menu of a conversation, and its priority, by keys', async () => {
    await owner.page.locator('[data-log]').focus();
    await owner.page.keyboard.press('.');
    await owner.page.locator('#menu-more:popover-open button:focus').waitFor();
    await owner.page.keyboard.press('Escape');
    await owner.page.locator('[data-log]').focus();
    await owner.page.keyboard.press('y');
    await owner.page.locator('#menu-more:popover-open [name=priority]:focus').waitFor();
    await owner.page.keyboard.press('Escape');
    await owner.page.keyboard.press('?');
    for (const what of ['Priority', 'More actions']) {
      await owner.page.locator('#keys dt', { hasText: what }).waitFor();
    }
    await owner.page.keyboard.press('Escape');
  });

  test('shows what moved and the lost connection beside each other', async () => {
    const { page, context, watch } = await person(set.browser, { ours: [set.linktor.url], options: WIDE });
    watch.expect(CUT);
    await context.addCookies(await owner.context.cookies());
    for (const [width, height] of [[1440, 900], [390, 800]]) {
      await page.setViewportSize({ width, height });
      await page.goto(`${set.linktor.url}/app/inbox/all`);
      const row = page.locator('.row', { hasText: width > 400 ? 'Who looks after this?' : 'At 1440' });
      await row.locator('.cover').focus();
      await says(phone, `At ${width}`);
      await page.locator('.moved').waitFor();
      await context.setOffline(true);
      await page.locator('#net:not([hidden])').waitFor();
      const [pill, banner] = await Promise.all(['.moved', '#net'].map((part) => page.locator(part).boundingBox()));
      assert.ok(banner.y + banner.height <= pill.y || pill.y + pill.height <= banner.y, `${width}: ${JSON.stringify([pill, banner])}`);
      const rows = await page.locator('.rows').boundingBox();
      assert.ok(pill.y >= rows.y && pill.y < rows.y + 60, 'it stays where the rows begin');
      await context.setOffline(false);
      await page.locator('#net').waitFor({ state: 'hidden' });
    }
    await context.close();
  });

  test('counts no segments once a message is sent, with a connection or without', async () => {
    await opens('How many is that?');
    const counter = owner.page.locator('#composer .counter');
    await owner.page.locator('#text').fill('One segment');
    await counter.getByText('1 segment').waitFor();
    await owner.page.locator('#text').press('Control+Enter');
    await said(owner.page, 'One segment').getByText(/Sent|Delivered/).waitFor();
    assert.equal(await counter.innerText(), '');

    owner.watch.expect(CUT);
    await owner.page.locator('#text').fill('Two of them');
    await counter.getByText('1 segment').waitFor();
    // What is kept of it is still on its way when it is sent.
    let go;
    const held = new Promise((done) => { go = done; });
    await owner.page.route('**/draft', (route) => held.then(() => route.continue()));
    await owner.page.locator('#text').fill('Two of them, now');
    await owner.page.waitForRequest(/\/draft$/);
    await owner.context.setOffline(true);
    await answer(owner.page, 'Two of them, now');
    await said(owner.page, 'Two of them, now').getByText('Sending').waitFor();
    assert.equal(await counter.innerText(), '');
    await owner.context.setOffline(false);
    const kept = owner.page.waitForResponse(/\/draft$/);
    go();
    await kept;
    await said(owner.page, 'Two of them, now').getByText(/Sent|Delivered/).waitFor();
    await becomes(() => counter.innerText(), '', 'that of the empty composer');
  });
});
