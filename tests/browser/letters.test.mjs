// Mail at the desk: its servers and its domain, its card, recipients as chips, answering all and passing
// a mail on, who gets no more, and what could not be read.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { becomes, launch, looked, picture } from './support/browser.mjs';
import { signIn } from './support/people.mjs';
import { arrives, mailbox, names, service } from './support/mailservice.mjs';
import { OWNER, serve } from './support/server.mjs';

const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const DESK = { colorScheme: 'light', viewport: { width: 1440, height: 900 } };

let browser;
let linktor;
let post;
let dns;
let channel;
let owner;

before(async () => {
  [browser, post] = await Promise.all([launch(), service()]);
  dns = await names({ 'aurora.example': 'v=spf1 include:spf.mtasv.net ~all', 'pm._domainkey.aurora.example': 'v=DKIM1; p=MIIB' });
  linktor = await serve({ args: ['--allow-private-targets'], env: { LINKTOR_DNS: dns.address } });
  channel = await mailbox(linktor, post);
  owner = await signIn(browser, linktor, OWNER, DESK);
});

after(async () => {
  owner?.watch.assertQuiet();
  await browser?.close();
  await linktor?.stop();
  await post?.stop();
  await dns?.stop();
});

/** Opens the conversation with a mail of that subject. */
async function open(subject) {
  await owner.page.goto(`${linktor.url}/app/inbox/all`);
  await owner.page.locator('#list li', { hasText: 'Ana Silva' }).getByRole('link').first().click();
  await owner.page.locator('#thread .mail', { hasText: subject }).first().waitFor();
}

describe('mail at the desk', { concurrency: false }, () => {
  test('the servers of a mailbox are found by its address', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}/app/settings/channels/new/email?provider=smtp`);
    await page.locator('#fromEmail').fill('desk@gmail.com');
    await page.locator('#name').fill('Our desk');
    await page.getByRole('button', { name: 'Find the servers' }).click();
    await page.getByText('this is Gmail').waitFor();
    assert.equal(await page.locator('#imapHost').inputValue(), 'imap.gmail.com');
    assert.equal(await page.locator('#smtpPort').inputValue(), '465');
    assert.equal(await page.locator('#name').inputValue(), 'Our desk');
    await looked(owner.page, DESK, 'mail-servers');
    await page.locator('#fromEmail').fill('desk@nowhere.example');
    await page.getByRole('button', { name: 'Find the servers' }).click();
    await page.getByText('No servers were found for desk@nowhere.example.').waitFor();
  });

  test('the domain is looked at, and shows what to add', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}/app/settings/channels/${channel.id}`);
    await page.getByRole('link', { name: 'Delivery' }).click();
    const domain = page.locator('#setup-domain');
    await domain.getByRole('button', { name: 'Check' }).click();
    await domain.getByText('In order').first().waitFor();
    assert.equal(await page.locator('#DMARC-name').inputValue(), '_dmarc.aurora.example');
    assert.match(await page.locator('#DMARC-value').inputValue(), /^v=DMARC1; p=none/);
    await looked(owner.page, DESK, 'mail-delivery');
  });

  test('the signature of a channel is shown as it stands under its mails', async () => {
    const { page } = owner;
    const settings = `${linktor.url}/app/settings/channels/${channel.id}/settings`;
    await page.goto(settings);
    assert.equal(await page.locator('iframe.signature').count(), 0);
    await page.locator('#signatureHtml').fill('<p>Aurora <b>Coffee</b>\n<br><a href="https://aurora.example">aurora.example</a></p><script>parent.ran = 1</script>');
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    const frame = page.locator('iframe.signature');
    await frame.scrollIntoViewIfNeeded();
    await frame.contentFrame().getByText('Coffee').waitFor();
    assert.match(await page.locator('#signatureHtml').inputValue(), /^<p>Aurora <b>Coffee<\/b>\n<br>/, 'HTML has lines');
    assert.equal(await frame.contentFrame().locator('script').count(), 0);
    assert.equal(await page.evaluate(() => globalThis.ran), undefined);
    await looked(owner.page, DESK, 'mail-signature');
    await page.locator('#signatureHtml').fill('');
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await frame.waitFor({ state: 'detached' });
  });

  test('a mail stands in a card, and pictures from elsewhere wait until they are asked for', async () => {
    const { page } = owner;
    await arrives(linktor, channel, {
      Subject: 'Our autumn prices', CcFull: [{ Email: 'boss@b.example', Name: '' }, { Email: 'cy@c.example', Name: '' }],
      HtmlBody: '<h2>Prices</h2><p>From <b>Monday</b> on.</p><table><tr><td>Espresso</td><td>12.40</td></tr></table><img src="https://pixel.invalid/1.png" width="20" height="20"><p>Ana</p>',
      Attachments: [{ Name: 'prices.txt', Content: 'SGkK', ContentType: 'text/plain', ContentLength: 3, ContentID: '' }],
    });
    await open('Our autumn prices');
    const card = page.locator('#thread .mail').last();
    const frame = card.locator('iframe[data-mail]').first();
    await frame.contentFrame().getByRole('heading', { name: 'Prices' }).waitFor();
    await page.waitForFunction(() => document.querySelector('#thread .mail iframe').offsetHeight > 80);
    await looked(owner.page, DESK, 'mail-card');
    assert.equal(await frame.contentFrame().locator('img[src^="https:"]').count(), 0);
    owner.watch.expect(/pixel\.invalid/);
    await card.getByRole('link', { name: 'Show', exact: true }).click();
    await frame.contentFrame().locator('img[src^="https:"]').waitFor();
    await page.reload();
    await page.locator('#thread .mail').last().getByRole('button', { name: 'Always from this sender' }).click();
    await page.waitForURL(/m=/, { waitUntil: 'commit' });
    const again = page.locator('#thread .mail').last();
    await again.locator('iframe').first().contentFrame().locator('img[src^="https:"]').waitFor();
    assert.equal(await again.getByText('Pictures are blocked').count(), 0);
  });

  test('recipients are chips: pasted lists are taken apart, what is no address is marked', async () => {
    const { page } = owner;
    await open('Our autumn prices');
    await page.locator('.letter summary').click();
    const cc = page.getByRole('textbox', { name: 'Cc', exact: true });
    const chips = page.locator('.chips', { has: cc }).locator('.chip');
    await page.locator('.chips', { has: cc }).getByText('cy@c.example').waitFor();
    assert.deepEqual(await chips.locator('bdi').allTextContents(), ['boss@b.example', 'cy@c.example'], 'everybody is answered');
    await page.getByRole('button', { name: 'Reply', exact: true }).click();
    assert.equal(await chips.count(), 0);
    await page.getByRole('button', { name: 'Reply to all' }).click();
    assert.equal(await chips.count(), 2);
    await cc.focus();
    await cc.press('Backspace');
    assert.deepEqual(await chips.locator('bdi').allTextContents(), ['boss@b.example']);
    await cc.evaluate((field) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', '"Duarte, Camila" <camila@d.example>; nobody\nbo@b.example, BO@b.example');
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
    assert.deepEqual(await chips.locator('bdi').allTextContents(), ['boss@b.example', 'camila@d.example', 'nobody', 'bo@b.example']);
    assert.equal(await page.locator('.chips .chip.bad').textContent(), 'nobody\u00d7');
    await looked(owner.page, DESK, 'mail-recipients');
    await page.getByRole('button', { name: 'Remove nobody' }).press('Delete');
    await page.locator('#text').fill('They hold until December.');
    await page.getByRole('button', { name: /^Send/ }).click();
    await page.waitForFunction(() => document.querySelectorAll('#thread .msg.out:not(.pending)').length > 0);
    const mail = await post.mail(({ TextBody }) => TextBody.startsWith('They hold'));
    assert.deepEqual(mail.Cc.split(/,\s*/), ['boss@b.example', 'camila@d.example', 'bo@b.example']);
    assert.equal(mail.To, '"Ana Silva" <ana@example.com>');
  });

  test('a mail goes to whom the row says: others stand beside the customer, or instead', async () => {
    const { page } = owner;
    await open('Our autumn prices');
    await page.locator('.letter summary').click();
    const to = page.getByRole('textbox', { name: 'To', exact: true });
    const row = page.locator('.chips', { has: to });
    await row.getByText('ana@example.com').waitFor();
    await to.fill('dee@d.example');
    await to.press('Enter');
    assert.deepEqual(await row.locator('.chip bdi').allTextContents(), ['ana@example.com', 'dee@d.example']);
    assert.equal(await page.locator('.letter [data-to]').textContent(), 'ana@example.com, dee@d.example');
    await page.locator('#text').fill('For both of you.');
    await page.getByRole('button', { name: /^Send/ }).click();
    const both = await post.mail(({ TextBody }) => TextBody.startsWith('For both'));
    assert.match(both.To, /ana@example\.com/);
    // The first is written to; whoever follows gets a copy.
    assert.match(both.Cc, /dee@d\.example/);
    await page.reload();
    await page.locator('.letter summary').click();
    await row.getByRole('button', { name: 'Remove ana@example.com' }).click();
    await to.fill('dee@d.example');
    await to.press('Enter');
    await page.locator('#text').fill('For you alone.');
    await page.getByRole('button', { name: /^Send/ }).click();
    const alone = await post.mail(({ TextBody }) => TextBody.startsWith('For you alone'));
    assert.match(alone.To, /dee@d\.example/);
    assert.doesNotMatch(`${alone.To} ${alone.Cc}`, /ana@example\.com/);
  });

  test('an answer is seen to its end, however high the mail above it is', async () => {
    const { page } = owner;
    await arrives(linktor, channel, { FromFull: { Email: 'tom@t.example', Name: 'Tom Tall' }, Subject: 'A long story', HtmlBody: '<p>Once upon a time</p>'.repeat(40) });
    await page.goto(`${linktor.url}/app/inbox/all`);
    await page.locator('#list li', { hasText: 'A long story' }).getByRole('link').first().click();
    await page.locator('#thread .mail iframe').first().contentFrame().getByText('Once upon').first().waitFor();
    await page.getByRole('button', { name: 'Bold, italic, lists, links' }).click();
    await page.locator('.composer [contenteditable=true]').fill('And they lived');
    await page.locator('.composer [contenteditable=true]').press('Control+a');
    await page.keyboard.press('Control+b');
    await page.getByRole('button', { name: /^Send/ }).last().click();
    await page.locator('#thread .msg.out:not(.pending) iframe').last().contentFrame().getByText('And they lived').waitFor();
    const below = () => page.evaluate(() => {
      const log = document.querySelector('[data-log]');
      return Math.round(log.scrollHeight - log.scrollTop - log.clientHeight);
    });
    await becomes(below, 0, 'nothing is left below');
  });

  test('a picture that is pasted among words with styles goes with them', async () => {
    const { page } = owner;
    await open('Our autumn prices');
    await page.getByRole('button', { name: 'Bold, italic, lists, links' }).click();
    const words = page.locator('.composer [contenteditable=true]');
    await words.fill('See for yourself');
    await words.evaluate((field, bytes) => {
      const given = new DataTransfer();
      given.items.add(new File([Uint8Array.from(bytes)], 'shot.png', { type: 'image/png' }));
      field.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: given }));
    }, [...PIXEL]);
    await page.locator('.files li', { hasText: 'shot.png' }).waitFor();
    await page.getByRole('button', { name: /^Send/ }).last().click();
    const mail = await post.mail(({ TextBody }) => TextBody.startsWith('See for yourself'));
    assert.equal(mail.Attachments[0].Name, 'shot.png');
    assert.equal(mail.Attachments[0].ContentType, 'image/png');
  });

  test('words that speak of a file are asked about once where no file is attached', async () => {
    const { page } = owner;
    await open('Our autumn prices');
    const text = page.locator('#text');
    const send = page.getByRole('button', { name: /^Send/ }).last();
    const before = post.mails.length;
    await text.fill('The price list is attached.');
    await send.click();
    const bar = page.getByRole('alert').filter({ hasText: 'This mail speaks of a file, and none is attached.' });
    await bar.waitFor();
    await looked(owner.page, DESK, 'mail-no-file');
    await bar.getByRole('button', { name: 'Keep editing' }).click();
    await bar.waitFor({ state: 'hidden' });
    assert.equal(post.mails.length, before, 'nothing went out');
    // What was asked about once goes out as it stands; with a file nobody asks.
    await send.click();
    await post.mail(({ TextBody }) => TextBody.startsWith('The price list is attached.'));
    await page.locator('[data-attach]').setInputFiles({ name: 'list.txt', mimeType: 'text/plain', buffer: Buffer.from('Espresso 12.40') });
    await page.locator('.files li', { hasText: 'list.txt' }).waitFor();
    await text.fill('Now it is attached.');
    await send.click();
    const mail = await post.mail(({ TextBody }) => TextBody.startsWith('Now it is attached.'));
    assert.equal(mail.Attachments[0].Name, 'list.txt');
  });

  test('a mail is passed on with its words, head and files', async () => {
    const { page } = owner;
    await open('Our autumn prices');
    await page.locator('#thread .msg.in .mail').last().getByRole('link', { name: 'Forward' }).click();
    await page.getByRole('heading', { name: 'Forward a mail' }).waitFor();
    await page.getByRole('textbox', { name: 'To', exact: true }).fill('bo@b.example');
    await page.getByRole('textbox', { name: 'To', exact: true }).press('Enter');
    await page.getByLabel('Your words').fill('Please look');
    await looked(owner.page, DESK, 'mail-forward');
    await page.getByRole('button', { name: 'Forward' }).click();
    await page.waitForURL(/\?m=msg_/, { waitUntil: 'commit' });
    const mail = await post.mail(({ Subject }) => Subject === 'Fwd: Our autumn prices');
    assert.match(mail.TextBody, /^Please look\n\n-+ Forwarded message -+\nFrom: Ana Silva/);
    assert.match(mail.HtmlBody, /<td>Espresso<\/td>/);
    assert.equal(mail.Attachments[0].Name, 'prices.txt');
  });

  test('who gets nothing more is added, told from others and taken out', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}/app/settings/channels/${channel.id}`);
    await page.getByRole('link', { name: 'Suppressed' }).click();
    await page.getByRole('heading', { name: 'Nobody is suppressed.' }).waitFor();
    const add = async (address, reason) => {
      await page.getByRole('textbox', { name: 'Address' }).fill(address);
      await page.getByRole('textbox', { name: 'Reason' }).first().fill(reason);
      await page.getByRole('button', { name: 'Add' }).click();
    };
    await add('eve@e.example', 'Said so on the phone');
    const row = page.getByRole('row', { name: /eve@e\.example/ });
    await row.getByText('Opted out').waitFor();
    // An address like this passes the browser's own look, and not ours.
    owner.watch.expect(/422/);
    await add('kim@c', 'x');
    await page.getByRole('alert').getByText('must be an address').waitFor();
    assert.equal(await page.getByRole('textbox', { name: 'Address' }).inputValue(), 'kim@c');
    await looked(owner.page, DESK, 'mail-suppressed');
    const remove = row.getByRole('button', { name: 'Remove eve@e.example' });
    await remove.click();
    const reason = row.locator('[popover] input[name=reason]');
    await reason.waitFor();
    await row.locator('[popover]').getByRole('button', { name: 'Remove' }).click();
    // A person's own word is not undone without a reason.
    assert.ok(await reason.evaluate((field) => field.validity.valueMissing));
    await reason.fill('Asked for it again');
    await row.locator('[popover]').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('heading', { name: 'Nobody is suppressed.' }).waitFor();
  });

  test('a mail that cannot be read is looked at, tried again and deleted once one is sure', async () => {
    const { page } = owner;
    await page.goto(`${linktor.url}/app/settings/channels/${channel.id}`);
    await page.getByRole('link', { name: 'Quarantine' }).click();
    await page.getByRole('heading', { name: 'Every mail was read.' }).waitFor();
    const nest = Array.from({ length: 40 }, (_, level) => `Content-Type: multipart/mixed; boundary=b${level}.\r\n\r\n--b${level}.\r\n`);
    const RawEmail = `From: eve@evil.example\r\nSubject: Invoice 77\r\n${nest.join('')}`;
    await arrives(linktor, channel, { FromFull: { Email: 'eve@evil.example', Name: '' }, RawEmail });
    const row = page.getByRole('row', { name: /Invoice 77/ });
    const shown = async () => { await page.reload(); return row.count(); };
    await becomes(shown, 1, 'the mail is put aside');
    await row.getByText('eve@evil.example').waitFor();
    await row.getByText(/nested too deep/).waitFor();
    await looked(owner.page, DESK, 'mail-quarantine');
    const [source] = await Promise.all([page.waitForEvent('popup'), row.getByRole('link', { name: 'Source' }).click()]);
    assert.match(await source.locator('body').textContent(), /^From: eve@evil\.example/);
    await source.close();
    await row.getByRole('button', { name: 'Try again' }).click();
    await becomes(shown, 1, 'it cannot be read now either');
    await row.getByRole('button', { name: 'Delete' }).click();
    const sure = page.getByRole('dialog');
    await sure.getByText('Delete this mail?').waitFor();
    await sure.getByRole('button', { name: 'Cancel' }).click();
    assert.equal(await row.count(), 1);
    await row.getByRole('button', { name: 'Delete' }).click();
    await sure.getByRole('button', { name: 'Delete mail' }).click();
    await page.getByRole('heading', { name: 'Every mail was read.' }).waitFor();
  });
});
