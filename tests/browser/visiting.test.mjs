// What a visitor can be shown and can answer beside plain words, on a customer's website against the
// binary as it is shipped; and how an agent shows somebody out.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, becomes, launch, person } from './support/browser.mjs';
import { call, heard, openConversation, panel, said, signIn, write } from './support/people.mjs';
import { API_KEY, OWNER, serve } from './support/server.mjs';
import { shop } from './support/shop.mjs';

const OFFER = 'Shall I help you choose?';
const RULES = [{ trigger: 'time', delay: 100, message: OFFER, onlyOnce: true, author: { name: 'Rita' } }];

let browser;
let linktor;
let agent;
let visitor;
let site;
let conversation;

before(async () => {
  [linktor, browser] = await Promise.all([serve(), launch()]);
  const channel = await call(linktor, '/channels', { type: 'webchat', name: 'Shop', config: { proactiveMessages: RULES } });
  site = await shop({ linktor: linktor.url, channelId: channel.id });
  agent = await signIn(browser, linktor, OWNER, { viewport: { width: 1440, height: 900 } });
  visitor = await person(browser, { ours: [linktor.url, site.url] });
});

after(async () => {
  await browser?.close();
  await site?.stop();
  await linktor?.stop();
});

/** Sends any content into the conversation. */
const send = (message) => call(linktor, `/conversations/${conversation}/messages`, message);
const button = (name) => panel(visitor.page).getByRole('button', { name, exact: true });

describe('a visitor', { concurrency: false }, () => {
  test('is spoken to, and what is said stands before the answer', async () => {
    await visitor.page.goto(site.url);
    await visitor.page.locator('.linktor-preview').getByText(OFFER).click();
    await write(visitor.page, 'Yes, *something* sweet');
    await openConversation(agent.page, 'Yes, *something* sweet');
    await heard(visitor.page, 'Yes, *something* sweet').waitFor();
    assert.equal(await said(agent.page, OFFER).count(), 1);
    assert.equal(await heard(visitor.page, OFFER).count(), 1);
    conversation = await agent.page.locator('#thread').getAttribute('data-conversation');
    await visitor.page.reload();
    await heard(visitor.page, OFFER).waitFor();
    assert.equal(await visitor.page.locator('.linktor-preview').count(), 0, 'it is said once');
  });

  test('presses a quick reply', async () => {
    await send({ content: { type: 'text', text: 'For what?', quickReplies: [{ id: 'e', title: 'Espresso' }, { id: 'f', title: 'Filter' }] } });
    await button('Espresso').click();
    await said(agent.page, 'Espresso').first().waitFor();
    await button('Filter').waitFor({ state: 'detached' });
  });

  test('chooses from a list and from cards', async () => {
    await send({ content: { type: 'list', text: 'From where?', buttonText: 'See all', sections: [{ title: 'Brazil', rows: [{ id: 'r1', title: 'Cerrado' }, { id: 'r2', title: 'Mogiana' }] }] } });
    await button('See all').click();
    await panel(visitor.page).getByRole('button', { name: 'Mogiana' }).click();
    await said(agent.page, 'Mogiana').last().waitFor();
    const card = (name) => ({ title: name, description: 'Cocoa', buttons: [{ id: name, title: `Take ${name}` }] });
    await send({ content: { type: 'carousel', cards: [card('250 g'), card('1 kg')] } });
    await assertAccessible(visitor.page, 'a chat with cards');
    await panel(visitor.page).locator('.carousel').getByRole('button', { name: 'Next' }).click();
    await button('Take 1 kg').click();
    await said(agent.page, 'Take 1 kg').last().waitFor();
  });

  test('sees what we change and take back', async () => {
    const message = await send({ text: 'It is 26 euros' });
    await heard(visitor.page, 'It is 26 euros').waitFor();
    const headers = { 'x-api-key': API_KEY, 'content-type': 'application/json' };
    const address = `${linktor.url}/api/v1/messages/${message.id}`;
    await fetch(address, { method: 'PATCH', headers, body: JSON.stringify({ text: 'It is 24 euros' }) });
    await heard(visitor.page, 'It is 24 euros').getByText('edited').waitFor();
    await fetch(`${address}?forEveryone=true`, { method: 'DELETE', headers });
    await heard(visitor.page, 'This message was deleted').waitFor();
    await becomes(() => heard(visitor.page, 'It is 2').count(), 0);
  });

  test('rates', async () => {
    await send({ text: 'How did we do?', metadata: { display: 'rating' }, buttons: [{ type: 'reply', text: '5', payload: '5' }] });
    await panel(visitor.page).getByRole('radio', { name: '4 stars' }).click();
    await panel(visitor.page).locator('.bubble').getByRole('button', { name: 'Send' }).click();
    await panel(visitor.page).getByText('Thank you for rating.').waitFor();
  });

  test('who is blocked finds no chat any more, until that is undone', async () => {
    visitor.watch.expect(/visitor_blocked|403/);
    await agent.page.getByRole('button', { name: 'More actions' }).click();
    await agent.page.getByRole('menuitem', { name: 'Block' }).click();
    await agent.page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await agent.page.locator('.banner', { hasText: 'is blocked' }).waitFor();
    assert.equal(await agent.page.locator('#composer').count(), 0);
    await visitor.page.reload();
    await visitor.page.locator('.linktor-widget').waitFor({ state: 'detached' });
    await agent.page.getByRole('button', { name: 'More actions' }).click();
    await agent.page.getByRole('menuitem', { name: 'Unblock' }).click();
    await agent.page.locator('#composer').waitFor();
    await visitor.page.reload();
    await write(visitor.page, 'Thanks for letting me in');
    await said(agent.page, 'Thanks for letting me in').waitFor();
  });

  test('nobody had an error or a foreign request', () => {
    visitor.watch.assertQuiet();
    agent.watch.assertQuiet();
  });
});
