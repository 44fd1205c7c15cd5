// The workspace's own settings.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, launch, picture } from './support/browser.mjs';
import { call, signIn } from './support/people.mjs';
import { OWNER, serve } from './support/server.mjs';

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
    await fill('Delete done conversations after', 'ten');
    await save();
    await owner.page.getByText('This must be a number of days, or empty.').waitFor();
  });

  test('is no business of an agent', async () => {
    const agent = await signIn(browser, linktor, AGENT);
    agent.watch.expect(/status of 404/);
    const answer = await agent.page.goto(`${linktor.url}/app/settings/general`);
    assert.equal(answer.status(), 404);
    await agent.context.close();
  });
});

test('nobody had an error or a foreign request', () => owner.watch.assertQuiet());
