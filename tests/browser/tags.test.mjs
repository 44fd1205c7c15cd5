// Tags: made, renamed wherever they are carried, merged, deleted.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAccessible, launch, picture } from './support/browser.mjs';
import { call, signIn } from './support/people.mjs';
import { OWNER, serve } from './support/server.mjs';

let browser;
let linktor;
let owner;

before(async () => {
  [linktor, browser] = await Promise.all([serve(), launch()]);
  owner = await signIn(browser, linktor, OWNER);
});

after(async () => {
  await browser?.close();
  await linktor?.stop();
});

const row = (name) => owner.page.getByRole('row').filter({ has: owner.page.getByRole('rowheader', { name: new RegExp(`^${name}`) }) });

async function make(name, group, colour) {
  const form = owner.page.locator('#new-tag');
  await form.getByLabel('Name').fill(name);
  await form.getByLabel('Group').fill(group);
  await form.getByLabel('Colour').selectOption(colour);
  await form.getByRole('button', { name: 'Create tag' }).click();
  await row(name).waitFor();
}

test('a tag is made, renamed where it is carried, merged and deleted', async () => {
  const { page } = owner;
  await page.goto(`${linktor.url}/app/settings/channels`);
  await page.getByRole('link', { name: 'Tags', exact: true }).click();
  await page.getByText('No tag yet.').waitFor();
  await make('Wholesale', 'Customers', 'Teal');
  await make('Shop', 'Customers', 'Next one');
  await call(linktor, '/contacts', { name: 'Ana', tags: ['Wholesale'] });

  await row('Wholesale').getByRole('link', { name: 'Change Wholesale' }).click();
  await page.getByLabel('Name').first().fill('shop');
  owner.watch.expect(/status of 422/);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('There is already a tag named shop.', { exact: true }).waitFor();
  await page.getByLabel('Name').first().fill('Trade');
  await assertAccessible(page, 'a tag being changed');
  await picture(page, 'tags');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await row('Trade').waitFor();

  // What carries it is renamed a moment later, and found under the new name.
  await row('Trade').getByRole('link', { name: /^Contacts with Trade/ }).click();
  const ana = page.locator('#main').getByRole('link', { name: /Ana/ });
  while (!await ana.isVisible()) await page.reload();

  await page.goto(`${linktor.url}/app/settings/tags`);
  await row('Trade').getByRole('link', { name: 'Change Trade' }).click();
  await page.getByLabel('Merge into').selectOption('Shop');
  await page.getByRole('button', { name: 'Merge' }).click();
  await page.getByRole('dialog').getByText('1 contact will carry that one instead').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Merge' }).click();
  await page.getByText('Saved.').waitFor();
  assert.equal(await row('Trade').count(), 0);

  await row('Shop').getByRole('link', { name: 'Change Shop' }).click();
  await page.getByRole('button', { name: 'Delete tag' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete tag' }).click();
  await page.getByText('No tag yet.').waitFor();
  owner.watch.assertQuiet();
});
