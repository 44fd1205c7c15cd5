// The inbox on a phone: a row is drawn aside with a finger, and what lies behind it is done or taken back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAccessible, launch, person, picture } from './support/browser.mjs';
import { call, heard, openChat, signIn, write } from './support/people.mjs';
import { OWNER, serve } from './support/server.mjs';
import { shop } from './support/shop.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let browser;
let linktor;
let site;
let owner;

before(async () => {
  [linktor, browser] = await Promise.all([serve(), launch()]);
  const channel = await call(linktor, '/channels', { type: 'webchat', name: 'Shop' });
  site = await shop({ linktor: linktor.url, channelId: channel.id });
  const visitor = await person(browser, { ours: [linktor.url, site.url] });
  await visitor.page.goto(site.url);
  await openChat(visitor.page);
  await write(visitor.page, 'Do you grind?');
  await heard(visitor.page, 'Do you grind?').waitFor();
  await visitor.context.close();
  owner = await signIn(browser, linktor, OWNER, PHONE);
  await owner.page.goto(`${linktor.url}/app/inbox/unassigned`);
});

after(async () => {
  owner?.watch.assertQuiet();
  await browser?.close();
  await site?.stop();
  await linktor?.stop();
});

const row = () => owner.page.locator('.row');
const button = (name) => row().getByRole('button', { name, exact: true });

/** A finger that moves over the row, by so many pixels, and rests there: after a throw the next tap only stops it. */
async function draw(across, down = 0) {
  const { x, y, width, height } = await row().boundingBox();
  const finger = await owner.context.newCDPSession(owner.page);
  const at = (part) => ({ x: x + width / 2 - across / 2 + across * part, y: y + height / 2 + down * part });
  const began = Date.now() / 1_000 - 1;
  const send = (type, after, touchPoints) => finger.send('Input.dispatchTouchEvent', { type, touchPoints, timestamp: began + after });
  await send('touchStart', 0, [at(0)]);
  for (const part of [0.1, 0.2, 0.4, 0.6, 0.8, 1]) await send('touchMove', part / 4, [at(part)]);
  await send('touchMove', 0.8, [at(1)]);
  await send('touchEnd', 0.9, []);
  await finger.detach();
}

/** Takes back what a toast tells of, and waits for the row. */
async function undo(told) {
  await owner.page.locator('.toast', { hasText: told }).getByRole('button', { name: 'Undo' }).tap();
  await row().waitFor();
}

test('to the one side Snooze and Done show, and another touch hides them', async () => {
  await draw(-120);
  await button('Done').waitFor();
  await button('Snooze').waitFor();
  const [snooze, done] = [await button('Snooze').boundingBox(), await button('Done').boundingBox()];
  assert.ok(snooze.x < done.x && done.width >= 44, 'the outer one is Done');
  await assertAccessible(owner.page, 'a row that is drawn aside');
  await picture(owner.page, 'swipe-end');
  await owner.page.locator('#list h2').first().tap();
  await button('Done').waitFor({ state: 'detached' });
});

test('to the other side it is marked and taken', async () => {
  await draw(120);
  await button('Assign to me').waitFor();
  await picture(owner.page, 'swipe-start');
  await button('Read').tap();
  await owner.page.locator('.row:not(.unread)').waitFor();
  await draw(120);
  await button('Unread').tap();
  await owner.page.locator('.row.unread').waitFor();
});

test('a full swipe does what lies at the edge, and Undo takes it back', async () => {
  await draw(-300);
  await owner.page.locator('.toast', { hasText: 'Done' }).waitFor();
  await row().waitFor({ state: 'detached' });
  await undo('Done');

  await draw(300);
  await owner.page.locator('.toast', { hasText: 'Assigned to you' }).waitFor();
  await row().waitFor({ state: 'detached' });
  await undo('Assigned to you');
});

test('a finger that scrolls or only taps draws nothing aside', async () => {
  await draw(10, 200);
  assert.equal(await row().getByRole('button').count(), 0);
  await draw(-4);
  await owner.page.locator('#thread-head').waitFor();
});
