// Signing in: with a code, with a recovery code, after a forgotten password, and as somebody invited.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, launch, person } from './support/browser.mjs';
import { call, signIn } from './support/people.mjs';
import { codeOf, postOffice } from './support/post.mjs';
import { OWNER, serve } from './support/server.mjs';

const BRUNO = { name: 'Bruno Lima', email: 'bruno@example.com', password: 'another long password' };
const LATER = 'a third long password';

let browser;
let linktor;
let office;

before(async () => {
  office = await postOffice();
  [linktor, browser] = await Promise.all([
    serve({ env: { ...office.env, LINKTOR_LIMITS_AUTH_PER_MINUTE: '0' } }),
    launch(),
  ]);
  await call(linktor, '/users', BRUNO);
});

after(async () => {
  await browser?.close();
  await linktor?.stop();
  await office?.stop();
});

/** Somebody at a computer that nobody signed in at. */
async function stranger() {
  const somebody = await person(browser, { ours: [linktor.url] });
  // Refusals are part of these tests, and a browser notes them as errors.
  somebody.watch.expect(/status of (401|403|422)/);
  return somebody;
}

async function typePassword(page, { email, password }) {
  await page.goto(`${linktor.url}/login`);
  await page.fill('#email', email);
  await page.fill('#password', password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const inside = (page) => page.waitForURL(/\/app\/inbox/);

/** The address of a mail's link. */
const linkIn = (letter) => letter.match(/http:\S+token=[\w.-]+/)[0];

describe('two-step sign-in', { concurrency: false }, () => {
  let secret;
  let recovery;

  test('is turned on with the picture, a code and the password', async () => {
    const { page, watch, context } = await signIn(browser, linktor, BRUNO);
    watch.expect(/status of 422/);
    await page.goto(`${linktor.url}/app/me`);
    await page.getByRole('link', { name: 'Turn on' }).click();
    await assertAccessible(page, 'turning two-step sign-in on');
    assert.ok(await page.locator('svg.qr path').getAttribute('d'));
    secret = await page.locator('#secret').textContent();
    await page.fill('#code', '000000');
    await page.fill('#password', BRUNO.password);
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('This is not right or has expired.').waitFor();
    assert.equal(await page.locator('#secret').textContent(), secret, 'the same picture again');
    await page.fill('#code', codeOf(secret));
    await page.fill('#password', BRUNO.password);
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('Two-step sign-in is on.').waitFor();
    await assertAccessible(page, 'recovery codes');
    recovery = (await page.locator('#recovery').textContent()).trim().split('\n');
    assert.equal(recovery.length, 10);
    await page.getByRole('link', { name: 'I stored them' }).click();
    await page.getByText('a code from your phone is asked for').waitFor();
    watch.assertQuiet();
    await context.close();
  });

  test('asks for a code, takes a recovery code once, and knows a computer again', async () => {
    const { page, watch, context } = await stranger();
    await typePassword(page, BRUNO);
    await page.waitForURL(/\/login\/code/);
    await assertAccessible(page, 'the second step');
    await page.fill('#code', '12345');
    await page.locator('#code').press('End');
    await page.keyboard.type('6');
    await page.getByText('That code is not right or has expired.').waitFor();
    await page.getByRole('link', { name: 'Use a recovery code' }).click();
    await assertAccessible(page, 'the recovery code');
    await page.fill('#code', recovery[0]);
    await page.getByRole('button', { name: 'Continue' }).click();
    await inside(page);
    await context.close();

    const other = await stranger();
    await typePassword(other.page, BRUNO);
    await other.page.goto(`${linktor.url}/login/recovery`);
    await other.page.fill('#code', recovery[0]);
    await other.page.getByRole('button', { name: 'Continue' }).click();
    await other.page.getByText('That code is not right or has expired.').waitFor();
    await other.page.goto(`${linktor.url}/login/code`);
    await other.page.getByText('Remember this computer for 30 days').click();
    // A code is taken once: wait for one that is newer than the one that turned it on.
    await other.page.fill('#code', await nextCode(secret));
    await inside(other.page);
    // An open inbox would rightly complain about a session that ends under it.
    await other.page.goto(`${linktor.url}/docs`);
    await other.context.clearCookies({ name: 'linktor_session' });
    await typePassword(other.page, BRUNO);
    await inside(other.page);
    for (const { watch: seen } of [{ watch }, other]) {
      seen.assertQuiet();
    }
    await other.context.close();
  });

  test('is taken away by the owner, and the person is signed out', async () => {
    const owner = await signIn(browser, linktor, OWNER);
    await owner.page.goto(`${linktor.url}/app/settings/users`);
    await assertAccessible(owner.page, 'users');
    await owner.page.getByRole('button', { name: 'Reset' }).click();
    await owner.page.locator('dialog').getByRole('button', { name: 'Take away' }).click();
    await owner.page.getByText('Saved.').waitFor();
    const { page, context } = await stranger();
    await typePassword(page, BRUNO);
    await inside(page);
    await context.close();
    await owner.context.close();
  });
});

/** A code that was not shown before: the next step's, which is taken half a minute early. */
async function nextCode(secret) {
  const real = Date.now;
  Date.now = () => real() + 30_000;
  try {
    return codeOf(secret);
  } finally {
    Date.now = real;
  }
}

test('a forgotten password is chosen anew with the link of a mail', async () => {
  const { page, watch, context } = await stranger();
  await page.goto(`${linktor.url}/login`);
  await page.getByRole('link', { name: 'Forgotten your password?' }).click();
  await assertAccessible(page, 'asking for a link');
  await page.fill('#email', BRUNO.email);
  await page.getByRole('button', { name: 'Send a link' }).click();
  await page.getByText('Look into your mail.').waitFor();
  await assertAccessible(page, 'a link is on its way');
  await page.goto(linkIn(await office.letter(1)));
  await assertAccessible(page, 'choosing a new password');
  await page.fill('#password', LATER);
  await page.getByRole('button', { name: 'Set the new password' }).click();
  await page.getByText('Your new password is set.').waitFor();
  await typePassword(page, { ...BRUNO, password: LATER });
  await inside(page);
  await page.goto(linkIn(await office.letter(1)));
  await page.getByText('already used').waitFor();
  await assertAccessible(page, 'a link that was used');
  watch.assertQuiet();
  await context.close();
});

test('somebody who is invited chooses a password and is in', async () => {
  const owner = await signIn(browser, linktor, OWNER);
  await owner.page.goto(`${linktor.url}/app/settings/users`);
  await owner.page.fill('#name', 'Camila Reis');
  await owner.page.fill('#email', 'camila@example.com');
  await owner.page.locator('#new-user').getByRole('button', { name: 'Add user' }).click();
  const shown = await owner.page.locator('#fresh-link').inputValue();
  await assertAccessible(owner.page, 'users with a link');
  assert.equal(linkIn(await office.letter(2)), shown);
  const { page, context } = await stranger();
  await page.goto(shown);
  await page.getByRole('heading', { name: 'Welcome, Camila Reis' }).waitFor();
  await assertAccessible(page, 'an invitation');
  await page.fill('#password', LATER);
  await page.getByRole('button', { name: 'Set the password and sign in' }).click();
  await inside(page);
  await context.close();
  await owner.context.close();
});

test('an owner downloads a backup', async () => {
  const { page, context } = await signIn(browser, linktor, OWNER);
  await page.goto(`${linktor.url}/app/settings/health`);
  await page.getByRole('button', { name: 'Backup' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('dialog').getByRole('button', { name: 'Download' }).click(),
  ]);
  assert.match(download.suggestedFilename(), /^linktor-\d{4}-\d\d-\d\d\.backup$/);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) {
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  assert.ok(bytes.subarray(0, 17).equals(Buffer.from('linktor backup 1\n')), 'it is a backup');
  await context.close();
});
