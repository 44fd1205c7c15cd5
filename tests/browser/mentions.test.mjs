// A colleague is named in a note: hears of it at once, finds it again, and what can be done is found by name.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAccessible, becomes, launch, picture } from './support/browser.mjs';
import { call, openConversation, said, signIn } from './support/people.mjs';
import { OWNER, serve } from './support/server.mjs';

const BRUNO = { name: 'Bruno Lima', email: 'bruno@example.com', password: 'another long password' };
const QUESTION = 'Is the harvest in?';

let browser;
let linktor;
let owner;
let bruno;

before(async () => {
  [linktor, browser] = await Promise.all([serve(), launch()]);
  const [channel] = await Promise.all([
    call(linktor, '/channels', { type: 'webchat', name: 'Shop' }),
    call(linktor, '/users', BRUNO),
  ]);
  for (const [name, text] of [['Camila', QUESTION], ['Otto', 'Another question']]) {
    const contact = await call(linktor, '/contacts', {
      name, identifiers: [{ channelType: 'webchat', channelId: channel.id, identifier: name }],
    });
    const talk = await call(linktor, '/conversations', { channelId: channel.id, contactId: contact.id });
    await call(linktor, `/conversations/${talk.id}/messages`, { text });
  }
  [owner, bruno] = await Promise.all([OWNER, BRUNO].map((who) => signIn(browser, linktor, who)));
});

after(async () => {
  await browser?.close();
  await linktor?.stop();
});

test('who is named in a note is told, and finds it under mentions', async () => {
  await openConversation(owner.page, QUESTION);
  await owner.page.getByRole('radio', { name: 'Note' }).check();
  const text = owner.page.locator('#composer textarea');
  await text.pressSequentially('Please ask @Br');
  await owner.page.getByRole('option', { name: 'Bruno' }).waitFor();
  await text.press('Enter');
  await text.pressSequentially('about it');
  await text.press('Control+Enter');
  await said(owner.page, 'Please ask @Bruno about it').waitFor();

  await bruno.page.locator('.toast', { hasText: 'Please ask @Bruno about it' }).waitFor();
  await bruno.page.waitForFunction(() => document.querySelector('[data-n=mentions]').textContent === '1');
  await bruno.page.locator('.side').getByRole('link', { name: /Mentions/ }).click();
  await bruno.page.waitForURL(/inbox\/mentions/);
  await becomes(() => bruno.page.locator('.row').count(), 1);
  await openConversation(bruno.page, 'Please ask');
  await bruno.page.reload();
  await bruno.page.waitForFunction(() => document.querySelector('[data-n=mentions]').textContent === '0');
  await picture(bruno.page, 'mentions');
});

test('a command is found by a word for it, and done', async () => {
  const { page } = owner;
  await page.locator('[data-log]').focus();
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Commands' });
  await palette.getByRole('combobox').waitFor();
  await assertAccessible(page, 'commands');
  await picture(page, 'commands');
  await page.keyboard.type('take');
  await palette.getByRole('option', { name: /Assign to me/ }).and(page.locator('[aria-selected=true]')).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('#thread-head .who-has', { hasText: /owner/i }).waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('contacts');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/app\/contacts/);
});

test('nobody had an error or a foreign request', () => {
  for (const { watch } of [owner, bruno]) watch.assertQuiet();
});
