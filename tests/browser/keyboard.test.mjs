// An agent whose mouse is lost: from the sign-in to a finished conversation with keys alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, person } from './support/browser.mjs';
import { call, heard, openChat, said, signIn, write } from './support/people.mjs';
import { OWNER, serve } from './support/server.mjs';
import { shop } from './support/shop.mjs';

const QUESTION = 'Which beans are the mildest?';
const ANSWER = 'The ones from Sul de Minas.';
const NOTE = 'Asked for the second time.';

let browser;
let linktor;
let site;

before(async () => {
  [linktor, browser] = await Promise.all([serve(), launch()]);
  const channel = await call(linktor, '/channels', { type: 'webchat', name: 'Shop' });
  site = await shop({ linktor: linktor.url, channelId: channel.id });
});

after(async () => {
  await browser?.close();
  await site?.stop();
  await linktor?.stop();
});

test('an agent signs in, answers, notes, takes and finishes with the keyboard', async () => {
  const visitor = await person(browser, { ours: [linktor.url, site.url] });
  await visitor.page.goto(site.url);
  await openChat(visitor.page);
  await write(visitor.page, QUESTION);
  await heard(visitor.page, QUESTION).waitFor();

  const { page, watch } = await person(browser, { ours: [linktor.url] });
  const keys = page.keyboard;
  const focused = (selector) => page.locator(`${selector}:focus`).waitFor();
  await page.goto(`${linktor.url}/login`);
  await focused('#email');
  await keys.type(OWNER.email);
  await keys.press('Tab');
  await focused('#password');
  await keys.type(OWNER.password);
  await keys.press('Enter');
  await page.waitForURL(/\/app\/inbox/);
  await page.locator('#list').waitFor();

  await keys.press('g');
  await keys.press('a');
  await page.waitForURL(/\/app\/inbox\/all/);
  await page.locator('#list li', { hasText: QUESTION }).waitFor();
  await keys.press('j');
  await focused('#list .cover');
  await keys.press('Enter');
  await said(page, QUESTION).waitFor();

  await keys.press('i');
  await page.locator('#thread-head .who-has', { hasNotText: 'Assign' }).waitFor();

  await keys.press('Escape');
  await focused('#list .row.selected .cover');

  await keys.press('Alt+r');
  await focused('#text');
  await keys.type(ANSWER);
  await keys.press('Control+Enter');
  await heard(visitor.page, ANSWER).waitFor();

  await keys.press('Alt+n');
  await page.locator('#composer input[value=note]:checked').waitFor({ state: 'attached' });
  await keys.type(NOTE);
  await keys.press('Control+Enter');
  await said(page, NOTE).waitFor();
  assert.equal(await heard(visitor.page, NOTE).count(), 0);

  await keys.press('Escape');
  await focused('#thread [data-log]');
  await keys.press('e');
  await page.locator('#thread-head[data-status=resolved]').waitFor();
  // The head may come by the socket before the answer, with which it can be taken back.
  await page.locator('.toast', { hasText: 'Done' }).getByRole('button', { name: 'Undo' }).waitFor();
  await keys.press('z');
  await page.locator('#thread-head[data-status=open]').waitFor();
  watch.assertQuiet();
  visitor.watch.assertQuiet();
});

test('after Done the focus is on the row that opens', async () => {
  for (const words of ['Do you grind?', 'How finely?']) {
    const visitor = await person(browser, { ours: [linktor.url, site.url] });
    await visitor.page.goto(site.url);
    await openChat(visitor.page);
    await write(visitor.page, words);
    await heard(visitor.page, words).waitFor();
  }
  const { page } = await signIn(browser, linktor, OWNER);
  await page.goto(`${linktor.url}/app/inbox/unassigned`);
  await page.keyboard.press('j');
  await page.locator('#thread-head').waitFor();
  const first = await page.locator('.row.selected .cover').getAttribute('href');
  await page.keyboard.press('e');
  await page.locator(`.row.selected .cover:focus:not([href="${first}"])`).waitFor();
});

test('the first stop of a page leads past the navigation, and every stop shows itself', async () => {
  const { page } = await person(browser, { ours: [linktor.url] });
  await page.goto(`${linktor.url}/login`);
  await page.locator('#email').fill(OWNER.email);
  await page.locator('#password').fill(OWNER.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/app\/inbox/);
  await page.goto(`${linktor.url}/app/inbox/all`);
  await page.keyboard.press('Tab');
  await page.locator('a.skip:focus').waitFor();
  const shown = () => page.evaluate(() => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(globalThis.document.activeElement);
    return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
  });
  for (let stop = 0; stop < 12; stop += 1) {
    await page.keyboard.press('Tab');
    const what = await page.evaluate(() => globalThis.document.activeElement.outerHTML.slice(0, 120));
    assert.ok(await shown(), `no focus ring on ${what}`);
  }
});
