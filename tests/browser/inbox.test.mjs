// The list and the head of a conversation under the hands of whoever works fast: keys, what can be taken back,
// what stands above the list, and what the composer says once its words are sent.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { call, signIn } from './support/people.mjs';
import { stage, WIDE } from './support/stage.mjs';

const COLLEAGUE = { name: 'Bruno Lima', email: 'bruno@example.com', password: 'another long password' };

let set;
let owner;

before(async () => {
  set = await stage();
  ({ owner } = set);
  await call(set.linktor, '/users', { ...COLLEAGUE, role: 'agent' });
  await owner.page.goto(`${set.linktor.url}/app/inbox/all`);
});

after(() => set?.stop());

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
});
