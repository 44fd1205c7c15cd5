// Two agents on one conversation: each sees at once what the other does, and the visitor hears both.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { launch, person } from './support/browser.mjs';
import { answer, call, heard, openChat, openConversation, said, signIn, write } from './support/people.mjs';
import { OWNER, serve } from './support/server.mjs';
import { shop } from './support/shop.mjs';

const COLLEAGUE = { name: 'Bruno Lima', email: 'bruno@example.com', password: 'another long password' };
const QUESTION = 'Do you grind for a moka pot?';
const FIRST = 'We do, finer than for a filter.';
const SECOND = 'I have put a sample into your parcel.';

let browser;
let linktor;
let site;
let ana;
let bruno;
let visitor;

before(async () => {
  [linktor, browser] = await Promise.all([serve(), launch()]);
  const [channel] = await Promise.all([
    call(linktor, '/channels', { type: 'webchat', name: 'Shop' }),
    call(linktor, '/users', COLLEAGUE),
  ]);
  site = await shop({ linktor: linktor.url, channelId: channel.id });
  [ana, bruno] = await Promise.all([OWNER, COLLEAGUE].map((who) => signIn(browser, linktor, who)));
  visitor = await person(browser, { ours: [linktor.url, site.url] });
});

after(async () => {
  await browser?.close();
  await site?.stop();
  await linktor?.stop();
});

describe('two agents', { concurrency: false }, () => {
  test('a new conversation comes into both lists', async () => {
    await visitor.page.goto(site.url);
    await openChat(visitor.page);
    await write(visitor.page, QUESTION);
    await Promise.all([ana, bruno].map(({ page }) => openConversation(page, QUESTION)));
  });

  test('one takes it, and the other sees who has it', async () => {
    const holder = bruno.page.locator('#thread-head .who-has');
    await holder.getByText('Assign', { exact: true }).waitFor();
    await holder.click();
    await bruno.page.locator('#menu-assign button', { hasText: /Bruno/ }).click();
    for (const { page } of [bruno, ana]) {
      await page.locator('#thread-head .who-has', { hasText: /Bruno/ }).waitFor();
    }
  });

  test('both answers stand once, in order, on both screens and with the visitor', async () => {
    await answer(ana.page, FIRST);
    await said(bruno.page, FIRST).waitFor();
    await answer(bruno.page, SECOND);
    await heard(visitor.page, SECOND).waitFor();
    for (const { page } of [ana, bruno]) {
      await said(page, SECOND).waitFor();
      const words = await page.locator('#thread article .words').allInnerTexts();
      assert.deepEqual(words.map((text) => text.trim()), [QUESTION, FIRST, SECOND]);
    }
    const items = await heard(visitor.page, /./).allInnerTexts();
    const order = [QUESTION, FIRST, SECOND].map((text) =>
      items.flatMap((item, at) => (item.includes(text) ? [at] : [])));
    assert.ok(order.every((places) => places.length === 1), `each once: ${items.join(' | ')}`);
    assert.deepEqual(order.flat(), order.flat().toSorted((a, b) => a - b));
  });

  test('nobody had an error or a foreign request', () => {
    for (const { watch } of [ana, bruno, visitor]) {
      watch.assertQuiet();
    }
  });
});
