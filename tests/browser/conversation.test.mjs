// A visitor on the shop page and an agent in the inbox hold one conversation, each in a browser of
// their own, against the binary as it is shipped.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, becomes, launch, person, picture } from './support/browser.mjs';
import { demo } from './support/server.mjs';

const QUESTION = 'Is the turquoise grinder back in stock?';
const ANSWER = 'Yes, three came in this morning.';

let browser;
let linktor;
let agent;
let visitor;

before(async () => {
  linktor = await demo();
  browser = await launch();
  agent = await person(browser, { ours: [linktor.url] });
  visitor = await person(browser, { ours: [linktor.url] });
});

after(async () => {
  await browser?.close();
  await linktor?.stop();
});

/** The widget's parts; Playwright looks into its shadow root by itself. */
const launcher = () => visitor.page.getByRole('button', { name: /open chat/i });
const panel = () => visitor.page.getByRole('dialog');
const writing = () => panel().getByRole('textbox');

describe('one conversation', { concurrency: false }, () => {
  test('the owner is signed in by the printed link', async () => {
    const link = linktor.output().match(/http:\S+\/demo\/enter\?token=\S+/)[0];
    await agent.page.goto(link);
    await agent.page.waitForURL(/\/app\/inbox\/mine/);
    assert.match(await agent.page.title(), /Mine/);
    await agent.page.goto(`${linktor.url}/app/inbox/unassigned`);
    await agent.page.locator('#list').waitFor();
  });

  test('a visitor opens the chat and writes; the inbox shows it without a reload', async () => {
    await visitor.page.goto(`${linktor.url}/demo/shop`);
    await launcher().click();
    await writing().fill(QUESTION);
    await writing().press('Enter');
    await panel().getByText(QUESTION).first().waitFor();
    const row = agent.page.locator('#list li', { hasText: QUESTION });
    await row.waitFor();
    await row.getByRole('link').first().click();
    await agent.page.locator('#thread').getByText(QUESTION).waitFor();
  });

  test('the agent answers; the visitor sees it and the agent sees that', async () => {
    await agent.page.locator('#composer textarea').first().fill(ANSWER);
    await agent.page.locator('#composer textarea').first().press('Control+Enter');
    await agent.page.locator('#thread').getByText(ANSWER).first().waitFor();
    await panel().getByText(ANSWER).first().waitFor();
    await agent.page.locator('#thread article', { hasText: ANSWER }).getByText(/Read/).first().waitFor();
  });

  test('what was said is there after a reload on both sides', async () => {
    // The chat was open, so it opens again by itself.
    await visitor.page.reload();
    await panel().getByText(ANSWER).first().waitFor();
    await agent.page.reload();
    await agent.page.locator('#thread').getByText(QUESTION).waitFor();
    assert.equal(await agent.page.locator('#thread article', { hasText: QUESTION }).count(), 1);
    assert.equal(await agent.page.locator('#thread article', { hasText: ANSWER }).count(), 1);
  });

  test('full-text search finds it', async () => {
    const found = agent.page.locator('#results', { hasText: 'turquoise' });
    const look = async () => {
      await agent.page.goto(`${linktor.url}/app/search?q=turquoise`);
      return (await found.count()) > 0;
    };
    await becomes(look, true);
    await found.getByText('turquoise').first().waitFor();
  });

  test('neither page has a serious accessibility fault, an error or a foreign request', async () => {
    await assertAccessible(visitor.page, 'shop with the open chat');
    await picture(visitor.page, 'shop-with-chat');
    await agent.page.goto(`${linktor.url}/app/inbox/mine`);
    await assertAccessible(agent.page, 'inbox');
    await picture(agent.page, 'inbox');
    agent.watch.assertQuiet();
    visitor.watch.assertQuiet();
  });
});
