// Mail set up from nothing to a letter each way, through real servers and through a service.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, launch, looked, person, picture } from './support/browser.mjs';
import { mailservers, PASSWORD } from './support/mailservers.mjs';
import { names } from './support/mailservice.mjs';
import { enterDemo, signIn } from './support/people.mjs';
import { demo, OWNER, serve } from './support/server.mjs';

const DESK = { colorScheme: 'light', viewport: { width: 1440, height: 900 } };
const CHANNELS = '/app/settings/channels';
const US = 'desk@aurora.example';
const ANA = 'ana@example.com';

let browser;
let servers;
let dns;
let linktor;
let owner;

before(async () => {
  [browser, servers] = await Promise.all([launch(), mailservers()]);
  dns = await names(
    { 'aurora.example': 'v=spf1 mx -all' },
    { '_imaps._tcp.aurora.example': servers.imap, '_submissions._tcp.aurora.example': servers.smtp },
  );
  linktor = await serve({ args: ['--allow-private-targets'], env: { ...servers.env, LINKTOR_DNS: dns.address } });
  owner = await signIn(browser, linktor, OWNER, DESK);
});

after(async () => {
  owner?.watch.assertQuiet();
  await browser?.close();
  await linktor?.stop();
  await dns?.stop();
  await servers?.stop();
});

/** From the list of kinds to the credentials of whoever carries the mail. */
async function begin(provider) {
  const { page } = owner;
  await page.goto(`${linktor.url}${CHANNELS}/new`);
  await page.locator('.tiles').getByRole('link', { name: /^Email/ }).click();
  await page.getByRole('heading', { name: 'Who carries the messages?' }).waitFor();
  await looked(owner.page, DESK, 'mail-setup-providers');
  await page.locator('.tiles').getByRole('link', { name: provider }).click();
  await page.getByRole('heading', { name: 'Credentials' }).waitFor();
}

/** From the webhook to the test. */
async function onwards() {
  const { page } = owner;
  await page.getByRole('link', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Who answers?' }).waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(/step=test/);
}

async function check() {
  await owner.page.getByRole('button', { name: 'Check and continue' }).last().click();
}

describe('mail is set up', { concurrency: false }, () => {
  test('over servers that its address tells, to one letter each way', async () => {
    const { page } = owner;
    await begin('Any mail server');
    await page.locator('#fromEmail').fill(US);
    await page.getByRole('button', { name: 'Find the servers' }).click();
    await page.getByText('aurora.example offers them in the name system').waitFor();
    assert.equal(await page.locator('#smtpPort').inputValue(), String(servers.smtp));
    assert.equal(await page.locator('#imapPort').inputValue(), String(servers.imap));
    assert.equal(await page.locator('#imapUsername').inputValue(), US);
    await looked(owner.page, DESK, 'mail-setup-found');
    // Each of the two servers has its own word on its own password.
    owner.watch.expect(/status of 422/);
    await page.locator('#smtpPassword').fill('wrong');
    await page.locator('#imapPassword').fill(PASSWORD);
    await check();
    await page.locator('#smtpPassword-error').waitFor();
    await looked(owner.page, DESK, 'mail-setup-refused');
    await page.locator('#smtpPassword').fill(PASSWORD);
    await page.locator('#imapPassword').fill('wrong');
    await check();
    await page.locator('#imapPassword-error').waitFor();
    assert.equal(await page.locator('#smtpPassword-error').count(), 0);
    await page.locator('#imapPassword').fill(PASSWORD);
    await check();
    await page.getByRole('heading', { name: 'There is nothing to set up' }).waitFor();
    assert.equal(await page.getByText('Nobody outside can reach').count(), 0, 'a mailbox is fetched');
    await page.locator('#setup-checks').getByText(`Write a mail to ${US}.`).waitFor();
    await looked(owner.page, DESK, 'mail-setup-connected');

    await onwards();
    await page.getByText('Any address, your own for example.').waitFor();
    await page.getByLabel('To', { exact: true }).fill(ANA);
    await page.getByRole('button', { name: 'Send test' }).click();
    const letter = await servers.arrived('ana', 'This is a test from linktor.');
    const told = (header) => letter.match(new RegExp(`^${header}: .*?<?([^\\s<>]+)>?\r?$`, 'mi'))[1];
    const to = told('Reply-To');
    assert.match(to, /^desk\+conv-\w+@aurora\.example$/, 'an answer finds its conversation by its address');
    await servers.send({
      from: ANA, to, mail: `From: Ana Silva <${ANA}>\nTo: ${to}\nSubject: Re: Hello\nMessage-ID: <a1@example.com>\nIn-Reply-To: <${told('Message-ID')}>\n\nIt works`,
    });
    await page.getByText('Email is ready.').waitFor();
    await looked(owner.page, DESK, 'mail-setup-ready');
    await page.getByRole('link', { name: 'Open inbox' }).click();
    for (const words of ['This is a test from linktor.', 'It works']) await page.locator('#thread .words').getByText(words).waitFor();
  });
});

describe('mail is set up at a service', { concurrency: false }, () => {
  for (const service of ['Postmark', 'SendGrid']) {
    test(`which is told where to report, to one letter each way: ${service}`, async () => {
      const town = await demo();
      const somebody = await person(browser, { ours: [town.url], options: DESK });
      after(async () => { await somebody.context.close(); await town.stop(); });
      const { page } = somebody;
      await enterDemo(page, town);
      await page.goto(`${town.url}${CHANNELS}/new/email`);
      await page.locator('.tiles').getByRole('link', { name: new RegExp(`^${service}`) }).click();
      await page.getByRole('heading', { name: 'Credentials' }).waitFor();
      await assertAccessible(page, `the credentials of ${service}`);
      await page.getByRole('button', { name: 'Use the sandbox' }).click();
      await page.getByRole('heading', { name: `${service} knows where to report` }).waitFor();
      await page.getByText('Waiting for the first message').waitFor();
      await assertAccessible(page, `the webhook of ${service}`);
      await picture(page, `mail-setup-${service}-webhook`);

      await page.getByRole('link', { name: 'Continue' }).click();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.waitForURL(/step=test/);
      const { page: phones, context } = await person(browser, { ours: [town.url], options: DESK });
      await phones.goto(`${town.url}/sandbox`);
      const unit = phones.locator(`section.mailer.v-${service.toLowerCase()}`).last();
      await unit.getByRole('button', { name: 'Write a mail' }).click();
      await unit.getByRole('textbox', { name: 'Subject' }).fill('Anybody there?');
      await unit.getByRole('textbox', { name: 'Words' }).fill('It works');
      await unit.getByRole('button', { name: 'Send as a new mail' }).click();
      await page.getByText('Messages arrive').waitFor();
      // To whoever wrote last.
      await page.getByRole('button', { name: 'Send test' }).click();
      await unit.locator('[data-screen] iframe').last().contentFrame().getByText('This is a test from linktor.').waitFor();
      await page.getByText(/is ready\./).waitFor();
      await assertAccessible(page, `the ready ${service}`);
      await picture(page, `mail-setup-${service}-ready`);
      await context.close();
      somebody.watch.assertQuiet();
    });
  }
});
