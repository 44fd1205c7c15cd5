// What a website does with the chat by its JavaScript interface, and what the browser does with the website:
// sub-domains that share one visitor, consent, a button that begins a conversation, a page kept for Back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { becomes, launch, person } from './support/browser.mjs';
import { answer, call, heard, openChat, openConversation, panel, said, signIn, write } from './support/people.mjs';
import { OWNER, serve } from './support/server.mjs';
import { shop } from './support/shop.mjs';

let browser;
let linktor;

before(async () => {
  // Browsers that are steered keep no page for Back unless they are told to.
  const keeping = { ignoreDefaultArgs: ['--disable-back-forward-cache'] };
  [linktor, browser] = await Promise.all([serve(), launch(keeping)]);
});

after(async () => {
  await browser?.close();
  await linktor?.stop();
});

/** A website with a chat of its own, and a visitor before it; both end with the test. */
async function visit(t, { config = {}, init = {}, hosts = ['127.0.0.1'] } = {}) {
  const channel = await call(linktor, '/channels', { type: 'webchat', name: 'Shop', config });
  const site = await shop({ linktor: linktor.url, channelId: channel.id, init });
  const urls = hosts.map((host) => site.url.replace('127.0.0.1', host));
  const visitor = await person(browser, { ours: [linktor.url, ...urls] });
  t.after(async () => {
    await visitor.context.close();
    await site.stop();
  });
  await visitor.page.goto(urls[0]);
  await visitor.page.locator('.linktor-launcher').waitFor();
  return { ...visitor, channel: channel.id, urls };
}

/** Somebody of ours before the list; ends with the test. */
async function agentOf(t) {
  const agent = await signIn(browser, linktor, OWNER);
  t.after(() => agent.context.close());
  return agent;
}

const tell = (page, ...words) => page.evaluate((all) => window.linktor(...all), words);
const stored = (page) => page.evaluate(() => Object.keys({ ...localStorage, ...sessionStorage }));
const state = (page) => page.evaluate(() => new Promise((done) => window.linktor('getState', done)));

test('sub-domains named by cookieDomain share one visitor, until the visitor is reset', async (t) => {
  const hosts = ['www.shop.localhost', 'help.shop.localhost', 'www.other.localhost'];
  const { page, context, urls, channel, watch } = await visit(t, { init: { cookieDomain: 'shop.localhost' }, hosts });
  const kept = async () => (await context.cookies()).filter(({ name }) => name === `linktor_${channel}`);
  assert.deepEqual(await kept(), [], 'nothing before the visitor acts');
  await openChat(page);
  await write(page, 'Said on the first site');
  await heard(page, 'Said on the first site').getByText('Sent', { exact: true }).waitFor();
  const [cookie, ...others] = await kept();
  assert.deepEqual(others, []);
  assert.deepEqual([cookie.domain, cookie.path, cookie.secure, cookie.sameSite], ['.shop.localhost', '/', true, 'Lax']);
  assert.match(cookie.value, /^wct_/);

  await page.goto(urls[1]);
  await page.locator('.linktor-launcher').click();
  await panel(page).getByRole('button', { name: 'Said on the first site' }).click();
  await heard(page, 'Said on the first site').waitFor();

  await tell(page, 'reset');
  await heard(page, 'Said on the first site').waitFor({ state: 'detached' });
  await becomes(kept, [], 'the cookie is gone');
  await page.goto(urls[0]);
  // It was open there before, so it is again.
  await panel(page).getByRole('textbox').waitFor();
  await write(page, 'Said by somebody else');
  await heard(page, 'Said by somebody else').getByText('Sent', { exact: true }).waitFor();
  assert.equal(await heard(page, 'Said on the first site').count(), 0);

  await page.goto(urls[2]);
  await openChat(page);
  assert.equal(await heard(page, 'Said by somebody else').count(), 0, 'another domain knows nobody');
  watch.assertQuiet();
});

test('a button of the page begins a conversation, and another one once the first is over', async (t) => {
  const { page, watch } = await visit(t);
  const agent = await agentOf(t);
  await tell(page, 'startConversation');
  await panel(page).getByRole('textbox').waitFor();
  await becomes(() => page.evaluate(() => document.querySelector('.linktor-widget').shadowRoot.activeElement?.tagName), 'TEXTAREA');
  await write(page, 'A first matter');
  await openConversation(agent.page, 'A first matter');
  const first = (await state(page)).conversation.id;
  await agent.page.locator('#thread').getByRole('button', { name: /^Done/ }).click();
  await becomes(async () => (await state(page)).conversation?.status, 'resolved');
  await tell(page, 'close');
  await tell(page, 'startConversation');
  await write(page, 'A second matter');
  await heard(page, 'A second matter').getByText('Sent', { exact: true }).waitFor();
  await becomes(async () => (await state(page)).open, true);
  assert.ok(first);
  watch.assertQuiet();
});

test('without consent nothing is kept; with it there is a chat; taken back, nothing is kept again', async (t) => {
  const { page, context, watch } = await visit(t, { config: { privacy: { cookieConsent: true } } });
  await tell(page, 'setConsent', false);
  await tell(page, 'open');
  await panel(page).getByRole('button', { name: /agree/i }).waitFor();
  assert.deepEqual([await stored(page), await context.cookies()], [[], []]);
  await tell(page, 'setConsent', true);
  await panel(page).getByRole('textbox').waitFor();
  await write(page, 'I agreed on the page');
  await heard(page, 'I agreed on the page').getByText('Sent', { exact: true }).waitFor();
  await page.reload();
  await page.locator('.linktor-launcher').waitFor();
  await tell(page, 'open');
  await heard(page, 'I agreed on the page').waitFor();

  await tell(page, 'setConsent', false);
  await heard(page, 'I agreed on the page').waitFor({ state: 'detached' });
  await panel(page).getByRole('button', { name: /agree/i }).waitFor();
  await becomes(() => stored(page), []);
  // Also where the page says so before anybody opens the chat.
  await tell(page, 'setConsent', true);
  await page.reload();
  await page.locator('.linktor-launcher').waitFor();
  await tell(page, 'setConsent', false);
  await becomes(() => stored(page), []);
  watch.assertQuiet();
});

test('a page that Back brings out of the cache takes up the conversation where it was', async (t) => {
  const { page, urls, watch } = await visit(t);
  const agent = await agentOf(t);
  await page.evaluate(() => addEventListener('pageshow', ({ persisted }) => (window.wasKept = persisted)));
  await openChat(page);
  await write(page, 'I will be back');
  await openConversation(agent.page, 'I will be back');
  await page.goto(`${linktor.url}/healthz`);
  await answer(agent.page, 'Said while the page was away');
  await said(agent.page, 'Said while the page was away').waitFor();
  await page.goBack({ waitUntil: 'commit' });
  await becomes(() => page.evaluate(() => window.wasKept), true);
  await heard(page, 'Said while the page was away').waitFor();
  await write(page, 'And I am');
  await said(agent.page, 'And I am').waitFor();
  assert.equal(page.url(), `${urls[0]}/`);
  watch.assertQuiet();
});
