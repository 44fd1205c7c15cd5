// Two contacts who are one person: found, compared, merged, and made two again.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAccessible, launch, picture } from './support/browser.mjs';
import { call, signIn } from './support/people.mjs';
import { OWNER, serve } from './support/server.mjs';

const PHONE = { width: 390, height: 844 };

let browser;
let linktor;
let owner;
const ids = {};

before(async () => {
  [linktor, browser] = await Promise.all([serve(), launch()]);
  const channel = await call(linktor, '/channels', { type: 'webchat', name: 'Shop' });
  for (const [name, email] of [['Ana Ribeiro', 'ana@example.com'], ['A. Ribeiro', 'ribeiro@example.com']]) {
    const contact = await call(linktor, '/contacts', {
      name, email, identifiers: [{ channelType: 'webchat', channelId: channel.id, identifier: name }],
    });
    ids[name] = contact.id;
    await call(linktor, '/conversations', { channelId: channel.id, contactId: contact.id });
  }
  owner = await signIn(browser, linktor, OWNER);
});

after(async () => {
  await browser?.close();
  await linktor?.stop();
});

const there = (page, name) => page.goto(`${linktor.url}/app/contacts/${ids[name]}`);

test('two contacts become one, with the facts that were picked', async () => {
  const { page } = owner;
  await there(page, 'Ana Ribeiro');
  await page.getByRole('link', { name: 'Merge' }).click();
  await page.getByLabel('Find the other person').fill('ribeiro@example.com');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'A. Ribeiro' }).click();
  await page.locator('[name="pick-email"][value=theirs]').check();
  await assertAccessible(page, 'the comparison');
  await picture(page, 'merge');
  await page.getByRole('button', { name: 'Merge' }).click();
  await page.getByText('Merged.').waitFor();
  assert.equal(await page.getByLabel('Name').inputValue(), 'Ana Ribeiro');
  assert.equal(await page.getByLabel('Email').inputValue(), 'ribeiro@example.com');
  await assertAccessible(page, 'a merged contact');
  // Whoever follows an old link arrives at the one that is left.
  await there(page, 'A. Ribeiro');
  assert.equal(await page.getByLabel('Name').inputValue(), 'Ana Ribeiro');
});

test('and two again, each as before', async () => {
  const { page } = owner;
  await there(page, 'Ana Ribeiro');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone: they are two people again.').waitFor();
  assert.equal(await page.getByLabel('Email').inputValue(), 'ana@example.com');
  await there(page, 'A. Ribeiro');
  assert.equal(await page.getByLabel('Name').inputValue(), 'A. Ribeiro');
  assert.equal(await page.getByLabel('Email').inputValue(), 'ribeiro@example.com');
});

test('on a phone nothing of the head of the page lies on anything else', async () => {
  const { page } = owner;
  await page.setViewportSize(PHONE);
  await page.goto(`${linktor.url}/app/contacts/${ids['Ana Ribeiro']}/merge`);
  const ends = await page.locator('.page > .head').evaluate((head) => {
    const boxes = [...head.querySelectorAll('.crumbs > *, h1, form')].map((part) => part.getBoundingClientRect());
    return boxes.slice(1).map((box, at) => Math.round(box.left - boxes[at].right) >= 0);
  });
  assert.ok(ends.every(Boolean), `each begins where the one before has ended: ${ends}`);
});

test('nobody had an error or a foreign request', () => owner.watch.assertQuiet());
