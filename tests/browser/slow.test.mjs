// A slow network: whoever presses or types before a script is there is seen, and loses nothing.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { becomes, launch, person } from './support/browser.mjs';
import { call, openConversation, panel, signIn } from './support/people.mjs';
import { OWNER, serve } from './support/server.mjs';
import { shop } from './support/shop.mjs';

const QUESTION = 'Is it open?';

let browser;
let linktor;
let site;
let agent;
let visitor;

before(async () => {
  [linktor, browser] = await Promise.all([serve(), launch()]);
  const channel = await call(linktor, '/channels', { type: 'webchat', name: 'Shop' });
  site = await shop({ linktor: linktor.url, channelId: channel.id });
  const contact = await call(linktor, '/contacts', {
    name: 'Camila', identifiers: [{ channelType: 'webchat', channelId: channel.id, identifier: 'Camila' }],
  });
  const talk = await call(linktor, '/conversations', { channelId: channel.id, contactId: contact.id });
  await call(linktor, `/conversations/${talk.id}/messages`, { text: QUESTION });
  agent = await signIn(browser, linktor, OWNER, { viewport: { width: 1440, height: 900 } });
  visitor = await person(browser, { ours: [linktor.url, site.url] });
});

after(async () => {
  await browser?.close();
  await site?.stop();
  await linktor?.stop();
});

/** Holds requests that match back, until the returned function is called; `asked` is resolved by the first of them. */
async function hold(page, pattern) {
  let release;
  let ask;
  const gate = new Promise((open) => { release = open; });
  const asked = new Promise((come) => { ask = come; });
  await page.route(pattern, async (route) => {
    ask();
    await gate;
    await route.continue();
  });
  return { asked, release };
}

test('what is typed while the commands load goes into them, not to single keys', async () => {
  const { page } = agent;
  await openConversation(page, QUESTION);
  await page.locator('[data-log]').focus();
  const script = await hold(page, /\/more\b[^/]*\.js/);
  await page.keyboard.press('Control+k');
  await script.asked;
  // Each of these letters is a command of its own: E would mark the conversation as done.
  await page.keyboard.type('take e');
  const field = page.getByRole('dialog', { name: 'Commands' }).getByRole('combobox');
  assert.equal(await field.inputValue(), 'take e');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  script.release();
  await page.getByRole('option', { name: /Assign to me/ }).and(page.locator('[aria-selected=true]')).waitFor();
  await page.keyboard.press('Escape');
  await becomes(() => page.locator('dialog[open]').count(), 0);
  assert.equal(await page.locator('#thread-head').getAttribute('data-status'), 'open');
  await page.keyboard.press('Control+k');
  assert.equal(await field.inputValue(), '', 'it is empty when it is opened again');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Escape');
});

test('pressing the bubble twice while the chat loads opens it', async () => {
  const { page } = visitor;
  const script = await hold(page, /\/app[^/]*\.js/);
  await page.goto(site.url);
  const bubble = page.locator('.linktor-launcher');
  await bubble.click();
  await script.asked;
  assert.equal(await bubble.getAttribute('aria-busy'), 'true', 'it shows that it was pressed');
  await bubble.click();
  script.release();
  await panel(page).waitFor();
  assert.equal(await bubble.getAttribute('aria-busy'), null);
  await bubble.click();
  await panel(page).waitFor({ state: 'detached' });
});

test('the bubble comes to a page that never rests', async () => {
  const busy = await person(browser, { ours: [linktor.url, site.url] });
  // Works through every frame, and asks for the next.
  await busy.page.addInitScript(() => {
    const work = () => {
      requestAnimationFrame(work);
      for (const end = performance.now() + 40; performance.now() < end;);
    };
    work();
  });
  await busy.page.goto(site.url);
  await busy.page.locator('.linktor-launcher').waitFor();
  await busy.context.close();
});

test('nobody had an error or a foreign request', () => {
  for (const { watch } of [agent, visitor]) watch.assertQuiet();
});
