// The workspace's own settings.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, launch, person, picture } from './support/browser.mjs';
import { answer, call, heard, openChat, openConversation, said, signIn, write } from './support/people.mjs';
import { API_KEY, OWNER, serve } from './support/server.mjs';
import { shop } from './support/shop.mjs';

const AGENT = { name: 'Bruno Lima', email: 'bruno@example.com', password: 'another long password' };

let browser;
let linktor;
let owner;

before(async () => {
  [linktor, browser] = await Promise.all([serve(), launch()]);
  await call(linktor, '/users', AGENT);
  owner = await signIn(browser, linktor, OWNER);
});

after(async () => {
  await browser?.close();
  await linktor?.stop();
});

describe('the workspace', { concurrency: false }, () => {
  const fill = (label, value) => owner.page.getByLabel(label).fill(value);
  const save = () => owner.page.getByRole('button', { name: 'Save', exact: true }).click();

  test('is named, and says who sees what in plain words', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}/app/settings/general`);
    await fill('Name', 'Aurora Coffee');
    await page.getByLabel(/Only what is assigned to them/).check();
    await fill('Mark quiet conversations as done after', '14');
    await fill('Delete done conversations after', '365');
    await save();
    await page.getByText('Saved.').waitFor();
    assert.equal(await page.getByLabel('Name').inputValue(), 'Aurora Coffee');
    assert.ok(await page.getByLabel(/Only what is assigned to them/).isChecked());
    assert.equal(await page.getByLabel('Delete done conversations after').inputValue(), '365');
    await assertAccessible(page, 'the workspace');
    await picture(page, 'workspace');
  });

  test('says what is wrong beside the field', async () => {
    owner.watch.expect(/status of 422/);
    await fill('Name', '');
    await fill('Mark quiet conversations as done after', '4000');
    await fill('Delete done conversations after', 'ten');
    await save();
    await owner.page.getByText('This must be 1 to 120 characters long.').waitFor();
    await owner.page.getByText('This must be 0 to 3650 days.').waitFor();
    await owner.page.locator('#name:focus').waitFor();
    await owner.page.getByText('This must be a number of days, or empty.').waitFor();
  });

  test('keeps what somebody typed on a page of their own that was not taken', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}/app/me`);
    await fill('Name', '');
    await fill('Signature', 'Warm regards');
    await page.locator('#theme').selectOption('dark');
    await save();
    await page.getByText('This must not be empty.').waitFor();
    assert.equal(await page.getByLabel('Signature').inputValue(), 'Warm regards');
    assert.equal(await page.locator('#theme').inputValue(), 'dark');
    await fill('Present password', 'not the password');
    await fill('New password', 'too short');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('This is not right.').waitFor();
    await page.getByText('This must be at least 12 characters long.').waitFor();
    assert.equal(await page.getByLabel('New password').inputValue(), '', 'a password does not come back');
  });

  test('sends nothing while that is switched off', async () => {
    const { page } = owner;
    const channel = await call(linktor, '/channels', { type: 'webchat', name: 'Shop' });
    const site = await shop({ linktor: linktor.url, channelId: channel.id });
    const visitor = await person(browser, { ours: [linktor.url, site.url] });
    await visitor.page.goto(site.url);
    await openChat(visitor.page);
    await page.goto(`${linktor.url}/app/settings/general`);
    await page.getByLabel(/Suspend sending/).check();
    await save();
    await page.getByText('Saved.').waitFor();
    assert.ok(await page.getByLabel(/Suspend sending/).isChecked());
    await write(visitor.page, 'Is anybody there?');
    await page.goto(`${linktor.url}/app/inbox/all`);
    await openConversation(page, 'Is anybody there?');
    owner.watch.expect(/status of 403/);
    await answer(page, 'Yes, I am.');
    await said(page, 'Yes, I am.').getByText('Sending is suspended for the whole workspace.').waitFor();
    const headers = { 'x-api-key': API_KEY, 'content-type': 'application/json' };
    const body = JSON.stringify({ status: 'active' });
    await fetch(`${linktor.url}/api/v1/tenant`, { method: 'PATCH', headers, body });
    await said(page, 'Yes, I am.').getByRole('button', { name: 'Retry' }).click();
    await heard(visitor.page, 'Yes, I am.').waitFor();
    await visitor.context.close();
    await site.stop();
  });

  test('is no business of an agent', async () => {
    const agent = await signIn(browser, linktor, AGENT);
    agent.watch.expect(/status of 404/);
    const answer = await agent.page.goto(`${linktor.url}/app/settings/general`);
    assert.equal(answer.status(), 404);
    await agent.context.close();
  });
});

describe('a key for programs', { concurrency: false }, () => {
  const make = () => owner.page.getByRole('button', { name: 'Create key' }).click();
  let key;
  const asks = async () => (await fetch(`${linktor.url}/api/v1/contacts`, { headers: { 'x-api-key': key } })).status;

  test('is not made before it has a name and a purpose', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}/app/settings/keys`);
    await make();
    await page.getByText('This must say what the key may do: tick a box.').waitFor();
    await page.getByText('This must not be empty.').waitFor();
    await assertAccessible(page, 'a key that was refused');
  });

  test('is shown once, opens what was ticked, and is ended', async () => {
    const { page } = owner;
    await page.getByLabel('Name').fill('Shop backend');
    await page.locator('[name=scopes][value="contacts:read"]').check();
    await make();
    await page.getByText('Shop backend is ready.').waitFor();
    key = await page.locator('#fresh-key').inputValue();
    await assertAccessible(page, 'a fresh key');
    assert.equal(await asks(), 200);
    await page.reload();
    const row = page.getByRole('row', { name: /Shop backend/ });
    assert.match(await row.innerText(), /contacts:read/);
    assert.equal(await page.locator('#fresh-key').count(), 0);
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.locator('dialog').getByRole('button', { name: 'Revoke key' }).click();
    await row.getByText(/^Revoked/).waitFor();
    assert.equal(await asks(), 401);
  });
});

test('nobody had an error or a foreign request', () => owner.watch.assertQuiet());
