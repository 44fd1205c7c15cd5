// The first day: an owner sets the workspace up with the printed link, once; and whoever guesses at
// their password afterwards is asked to wait.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, becomes, launch, person } from './support/browser.mjs';
import { OWNER, serveUnowned } from './support/server.mjs';

/** Guesses that are let through before one has to wait. */
const GUESSES = 5;

let browser;
let linktor;
let link;

before(async () => {
  [linktor, browser] = await Promise.all([serveUnowned(), launch()]);
  link = linktor.output().match(/http:\S+\/setup\?token=\S+/)[0];
});

after(async () => {
  await browser?.close();
  await linktor?.stop();
});

describe('the first day', { concurrency: false }, () => {
  test('takes three steps, and ends in the inbox', async () => {
    const { page, watch, context } = await person(browser, { ours: [linktor.url] });
    watch.expect(/status of 422/);
    await page.goto(link);
    const next = () => page.getByRole('button', { name: 'Continue' }).click();
    const wrong = () => page.locator('[aria-invalid]').evaluateAll((fields) => fields.map(({ id, value }) => [id, value]));
    await page.getByLabel('Email').fill('ana');
    await page.locator('#password').fill('too short');
    await next();
    await becomes(wrong, [['name', ''], ['email', 'ana'], ['password', '']], 'all that is wrong, at once');
    await assertAccessible(page, 'an owner without a name');
    await page.getByLabel('Email').fill(OWNER.email);
    await page.locator('#password').fill(OWNER.password);
    await next();
    await becomes(wrong, [['name', ''], ['password', '']], 'what was right is no more spoken of, but for the password');
    await page.getByText('Type it again').waitFor();
    await page.getByLabel('Your name').fill('Ana Lima');
    await page.locator('#password').fill(OWNER.password);
    await next();
    await page.waitForURL(/\/app\/welcome/);
    await page.getByLabel('Time zone').selectOption('Asia/Tokyo');
    await page.getByLabel('Language').selectOption('es');
    await next();
    await page.getByText('This must be 1 to 120 characters long.').waitFor();
    await assertAccessible(page, 'a workspace without a name');
    assert.equal(await page.getByLabel('Time zone').inputValue(), 'Asia/Tokyo');
    assert.equal(await page.getByLabel('Language').inputValue(), 'es');
    await page.getByLabel('Business name').fill('Aurora Coffee');
    await next();
    await page.waitForURL(/step=channel/);
    await page.goto(`${linktor.url}/app/welcome`);
    assert.equal(await page.getByLabel('Business name').inputValue(), 'Aurora Coffee');
    assert.equal(await page.getByLabel('Time zone').inputValue(), 'Asia/Tokyo');
    await next();
    await page.waitForURL(/step=channel/);
    await page.getByRole('button', { name: 'Skip' }).click();
    await page.waitForURL(/\/app\/inbox/);
    await page.getByText('Connect a channel and the first message appears here.').waitFor();
    assert.match(await page.locator('.side').innerText(), /Aurora Coffee/);
    watch.assertQuiet();
    await context.close();
  });

  test('comes once: its link opens nothing any more', async () => {
    const { page, watch, context } = await person(browser, { ours: [linktor.url] });
    watch.expect(/status of 404/);
    const answer = await page.goto(link);
    assert.equal(answer.status(), 404);
    watch.assertQuiet();
    await context.close();
  });

  test('is followed by a door at which nobody guesses for long', async () => {
    const { page, watch, context } = await person(browser, { ours: [linktor.url] });
    watch.expect(/status of (422|429)/);
    await page.goto(`${linktor.url}/login`);
    const knock = async (said) => {
      await page.getByLabel('Email').fill(OWNER.email);
      await page.locator('#password').fill('not the password at all');
      await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Sign in' }).click()]);
      await page.getByRole('alert').getByText(said).waitFor();
    };
    for (let guess = 0; guess < GUESSES; guess += 1) await knock('Email or password is not right.');
    await knock('Too many tries.');
    await assertAccessible(page, 'a door that is shut for a while');
    assert.equal(await page.getByRole('button', { name: 'Sign in' }).getAttribute('aria-disabled'), 'true');
    watch.assertQuiet();
    await context.close();
  });
});
