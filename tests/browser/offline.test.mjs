// The network goes away for a minute without a word, once for the agent and once for the visitor. Both go
// on writing. When it is back, everything stands on both screens once and in the same order.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { launch, person } from './support/browser.mjs';
import { line } from './support/line.mjs';
import { answer, call, heard, openChat, openConversation, panel, said, write } from './support/people.mjs';
import { OWNER, serve } from './support/server.mjs';
import { shop } from './support/shop.mjs';

const AWAY_MS = 60_000;
/** A dead line is noticed within 40 seconds; the visitor is told once it could not be replaced either. */
const NOTICE_MS = 58_000;
const BACK_MS = 60_000;
/** Chromium says on the console what a cut line does to requests. */
const CUT = /net::ERR_|WebSocket connection to/;

let browser;
let linktor;
const toStop = [];

before(async () => {
  [linktor, browser] = await Promise.all([serve(), launch()]);
});

after(async () => {
  await browser?.close();
  await Promise.all(toStop.map((each) => each.stop()));
  await linktor?.stop();
});

/** A line to linktor that can be cut. */
async function ownLine() {
  const own = await line(linktor.url);
  toStop.push(own);
  return own;
}

async function agentAt(address, { page }) {
  await page.goto(`${address}/login`);
  await page.getByLabel('Email').fill(OWNER.email);
  await page.locator('#password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/app\//);
  await page.goto(`${address}/app/inbox/all`);
}

/** A shop whose chat talks to linktor at `address`. */
async function shopAt(address, name) {
  const channel = await call(linktor, '/channels', { type: 'webchat', name, config: { apiBaseUrl: address } });
  const site = await shop({ linktor: address, channelId: channel.id });
  toStop.push(site);
  return site;
}

/** The words of the agent's conversation and of the visitor's chat, in order. */
const wordsOf = async (page) =>
  (await page.locator('#thread article .words').allInnerTexts()).map((text) => text.trim());
const heardBy = async (page, texts) => {
  const items = await heard(page, /./).allInnerTexts();
  return items.flatMap((item) => texts.filter((text) => item.includes(text)));
};

/** Fails unless both screens show exactly `texts`, in this order. */
async function assertSame(agent, visitor, texts) {
  assert.deepEqual(await wordsOf(agent), texts);
  assert.deepEqual(await heardBy(visitor, texts), texts);
}

describe('a minute without network', { concurrency: true }, () => {
  test('the agent', async () => {
    const [far, site] = await Promise.all([ownLine(), shopAt(linktor.url, 'Shop')]);
    const agent = await person(browser, { ours: [far.url] });
    const visitor = await person(browser, { ours: [linktor.url, site.url] });
    await agentAt(far.url, agent);
    await visitor.page.goto(site.url);
    await openChat(visitor.page);
    await write(visitor.page, 'Are you there, agent?');
    await openConversation(agent.page, 'Are you there, agent?');
    await answer(agent.page, 'I am.');
    await heard(visitor.page, 'I am.').waitFor();

    agent.watch.expect(CUT);
    far.cut();
    const back = pause(AWAY_MS);
    await write(visitor.page, 'First while you were away');
    await answer(agent.page, 'Written in the tunnel');
    await write(visitor.page, 'Second while you were away');
    await answer(agent.page, 'And another one');
    await said(agent.page, 'And another one').getByText('Sending').waitFor();
    // Nothing was closed: the page has to find out by itself, and says so.
    await agent.page.locator('#net', { hasText: 'Reconnecting' }).waitFor({ timeout: NOTICE_MS });
    await back;
    assert.equal(await said(agent.page, 'while you were away').count(), 0);
    far.mend();

    await agent.page.locator('#net', { hasText: 'Back. 2 new messages.' }).waitFor({ timeout: BACK_MS });
    await heard(visitor.page, 'And another one').waitFor({ timeout: BACK_MS });
    await said(agent.page, 'And another one').getByText(/Sent|Delivered|Read/).waitFor({ timeout: BACK_MS });
    await assertSame(agent.page, visitor.page, [
      'Are you there, agent?', 'I am.', 'First while you were away', 'Second while you were away',
      'Written in the tunnel', 'And another one',
    ]);
    agent.watch.assertQuiet();
    visitor.watch.assertQuiet();
  });

  test('the visitor', async () => {
    const agent = await person(browser, { ours: [linktor.url] });
    const far = await ownLine();
    const site = await shopAt(far.url, 'Station');
    const visitor = await person(browser, { ours: [far.url, site.url] });
    await agentAt(linktor.url, agent);
    await visitor.page.goto(site.url);
    await openChat(visitor.page);
    await write(visitor.page, 'Are you there, visitor?');
    await openConversation(agent.page, 'Are you there, visitor?');
    await answer(agent.page, 'So I am.');
    await heard(visitor.page, 'So I am.').waitFor();

    visitor.watch.expect(CUT);
    far.cut();
    const back = pause(AWAY_MS);
    await write(visitor.page, 'Written on the train');
    await answer(agent.page, 'First while the train was away');
    await write(visitor.page, 'And one more');
    await answer(agent.page, 'Second while the train was away');
    await said(agent.page, 'Second while the train was away').getByText('Sent').waitFor();
    await panel(visitor.page).getByText('We can\u2019t connect right now').waitFor({ timeout: NOTICE_MS });
    await back;
    assert.equal(await heard(visitor.page, 'while the train was away').count(), 0);
    far.mend();

    await heard(visitor.page, 'Second while the train was away').waitFor({ timeout: BACK_MS });
    await said(agent.page, 'And one more').waitFor({ timeout: BACK_MS });
    await panel(visitor.page).getByText('We can\u2019t connect right now').waitFor({ state: 'detached' });
    await assertSame(agent.page, visitor.page, [
      'Are you there, visitor?', 'So I am.', 'First while the train was away', 'Second while the train was away',
      'Written on the train', 'And one more',
    ]);
    agent.watch.assertQuiet();
    visitor.watch.assertQuiet();
  });
});

test('an older copy of the data under an open page makes it begin afresh', async () => {
  const site = await shopAt(linktor.url, 'Old');
  const agent = await person(browser, { ours: [linktor.url] });
  await agentAt(linktor.url, agent);
  // As after a restart over a backup: the page knows a place that the log has not reached.
  await agent.page.addInitScript(() => {
    if (sessionStorage.getItem('aged')) return;
    new MutationObserver((_, watch) => {
      if (!document.body) return;
      watch.disconnect();
      document.body.dataset.seq = '1000000';
      sessionStorage.setItem('aged', 'yes');
    }).observe(document, { childList: true, subtree: true });
  });
  await agent.page.goto(`${linktor.url}/app/inbox/all`);
  await agent.page.waitForFunction(() => sessionStorage.getItem('aged') && document.body.dataset.seq !== '1000000');
  const visitor = await person(browser, { ours: [linktor.url, site.url] });
  await visitor.page.goto(site.url);
  await openChat(visitor.page);
  await write(visitor.page, 'Is anybody there?');
  await agent.page.locator('.row', { hasText: 'Is anybody there?' }).waitFor();
});
