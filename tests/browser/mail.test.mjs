// The mail program of the sandbox: a customer reads, answers, writes, follows links and complains.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, launch, person } from './support/browser.mjs';
import { demo } from './support/server.mjs';

const DESK = { colorScheme: 'light', viewport: { width: 1440, height: 900 } };

let browser;
let linktor;
let customer;
let token;
let from;

before(async () => {
  [linktor, browser] = await Promise.all([demo(), launch()]);
  customer = await person(browser, { ours: [linktor.url], options: DESK });
  await customer.page.goto(`${linktor.url}/sandbox`);
  const account = customer.page.locator('.accounts details', { has: customer.page.getByText('postmark', { exact: true }) }).first();
  const value = (name) => account.locator(`dt:text-is("${name}") + dd`).first().textContent();
  token = (await value('postmarkServerToken')).trim();
  from = (await value('fromEmail')).trim();
});

after(async () => {
  await browser?.close();
  await linktor?.stop();
});

const TO = 'daniel@okafor.example';
const phone = () => customer.page.locator(`[data-phone="postmark/${TO}"]`);
const screen = () => phone().locator('[data-screen]');

/** A mail of the business, as a program of it would send one. */
async function send(more) {
  const answer = await fetch(`${linktor.url}/sandbox/api/postmark/email`, {
    method: 'POST',
    headers: { 'X-Postmark-Server-Token': token, 'Content-Type': 'application/json' },
    body: JSON.stringify({ From: from, To: TO, TextBody: 'Words', ...more }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

/** What the button of the first mail program opens stands in the middle of the window, with nothing cut off. */
async function standsWhole(page, button, opened) {
  const program = page.locator('section.mailer').first();
  await program.getByRole('button', { name: button }).click();
  const menu = program.locator(`${opened}:popover-open`);
  await menu.waitFor();
  const { x, y, width, height } = await menu.boundingBox();
  const { width: wide, height: high } = page.viewportSize();
  assert.ok(Math.abs(x + width / 2 - wide / 2) < 20 && Math.abs(y + height / 2 - high / 2) < 20, `${button}: at ${x}, ${y}`);
  assert.ok(await menu.evaluate((shown) => shown.scrollHeight <= shown.clientHeight), `${button}: nothing is cut off`);
}

describe('the mail program', { concurrency: false }, () => {
  test('HTML is shown in a frame in which nothing runs, as high as what stands in it', async () => {
    await send({ Subject: 'Your roast', HtmlBody: '<h1>Ready</h1><p style="height:300px">Track it <a href="https://a.example/t">here</a></p><script>parent.ran = 1</script><img src="https://elsewhere.example/p.png">' });
    await screen().getByRole('heading', { name: 'Your roast' }).waitFor();
    const frame = screen().locator('iframe[data-fit]').last();
    await frame.contentFrame().getByRole('heading', { name: 'Ready' }).waitFor();
    // What the phone shows is drawn anew with each piece of news, so the frame is looked for each time.
    await customer.page.waitForFunction(
      (to) => [...document.querySelectorAll(`[data-phone="postmark/${to}"] iframe[data-fit]`)].at(-1)?.offsetHeight > 320,
      TO,
    );
    assert.equal(await customer.page.evaluate(() => globalThis.ran), undefined);
  });

  test('an answer goes to all, quotes what it answers and shows at once', async () => {
    await send({ Subject: 'Price list', Cc: 'boss@b.example', ReplyTo: `hello+conv-1@${from.split('@')[1]}` });
    await screen().getByRole('heading', { name: 'Price list' }).waitFor();
    // Whoever gets a copy has a new phone.
    await customer.page.locator('[data-phone="postmark/boss@b.example"]').waitFor();
    await phone().getByRole('button', { name: 'Write a mail' }).click();
    await phone().getByRole('textbox', { name: 'Words' }).fill('Thank you all');
    await phone().getByRole('button', { name: 'Answer to all' }).click();
    const own = screen().locator('article.mail.ours').last();
    await own.getByText('Thank you all').waitFor();
    assert.match(await own.textContent(), /hello\+conv-1@.*cc boss@b\.example/);
    assert.doesNotMatch(await own.textContent(), /wrote:/);
  });

  test('a phone that appears leaves what is being written elsewhere alone', async () => {
    await customer.page.evaluate(() => { globalThis.sameDocument = true; });
    await phone().getByRole('button', { name: 'Write a mail' }).click();
    const words = phone().getByRole('textbox', { name: 'Words' });
    await words.fill('Half a lett');
    await send({ Subject: 'Stock', Cc: 'kim@c.example' });
    await customer.page.locator('[data-phone="postmark/kim@c.example"]').getByText('Stock').waitFor();
    await words.pressSequentially('er');
    assert.equal(await words.inputValue(), 'Half a letter');
    assert.ok(await customer.page.evaluate(() => globalThis.sameDocument));
    await words.fill('');
    await customer.page.keyboard.press('Escape');
  });

  test('a new mail has a subject, copies and files', async () => {
    await phone().getByRole('button', { name: 'Write a mail' }).click();
    await phone().getByRole('textbox', { name: 'Subject' }).fill('Where are my beans?');
    await phone().getByRole('textbox', { name: 'Cc' }).fill('bo@b.example');
    await phone().getByRole('textbox', { name: 'Words' }).fill('They should have come');
    await phone().locator('[data-letter][type=file]').setInputFiles({ name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('beans') });
    await phone().getByRole('button', { name: 'Send as a new mail' }).click();
    await screen().getByRole('heading', { name: 'Where are my beans?' }).waitFor();
    await screen().getByRole('link', { name: 'note.txt' }).waitFor();
    await phone().getByRole('button', { name: 'Write a mail' }).click();
    assert.equal(await phone().getByRole('textbox', { name: 'Subject' }).inputValue(), '');
    customer.watch.expect(/422/);
    await phone().getByRole('button', { name: 'Send as a new mail' }).click();
    await phone().getByText('Write something first.').waitFor();
  });

  test('links are followed, and who calls a mail spam gets no more', async () => {
    await send({ Subject: 'News', TrackLinks: 'HtmlAndText', HtmlBody: '<p>Our <a href="https://a.example/news">news</a></p>' });
    await screen().getByRole('heading', { name: 'News' }).waitFor();
    const newest = screen().locator('article.mail').last();
    await newest.locator('summary').click();
    await newest.getByRole('button', { name: /Follow .*news/ }).click();
    await customer.page.locator('#wire').getByText('Click').first().waitFor();
    await newest.locator('summary').click();
    await newest.getByRole('button', { name: 'It is spam' }).click();
    await customer.page.locator('#wire').getByText('SpamComplaint').first().waitFor();
    const answer = await fetch(`${linktor.url}/sandbox/api/postmark/email`, {
      method: 'POST', headers: { 'X-Postmark-Server-Token': token }, body: JSON.stringify({ From: from, To: TO, TextBody: 'Again' }),
    });
    assert.equal((await answer.json()).ErrorCode, 406);
  });

  test('the mail program can be used by everybody, in light, in dark and on a small screen', async () => {
    for (const options of [DESK, { ...DESK, colorScheme: 'dark' }, { colorScheme: 'light', viewport: { width: 390, height: 844 } }]) {
      const one = await person(browser, { ours: [linktor.url], options });
      await one.page.goto(`${linktor.url}/sandbox`);
      await one.page.locator('section.mailer').first().waitFor();
      await assertAccessible(one.page);
      await standsWhole(one.page, 'Write a mail', '.letter');
      await assertAccessible(one.page);
      await one.page.keyboard.press('Escape');
      await standsWhole(one.page, 'Send something else', '[data-more]');
      await one.context.close();
    }
  });
});
