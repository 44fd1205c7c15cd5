// Files both ways: what one side attaches is the very same file on the other.

import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { becomes, launch, person } from './support/browser.mjs';
import { enterDemo, heard, openChat, openConversation, panel, said, write } from './support/people.mjs';
import { demo } from './support/server.mjs';
import { WIDE } from './support/stage.mjs';

const GREETING = 'I have the receipt at hand.';
const RECEIPT = document('receipt.pdf', 'Paid in full');
const LABEL = document('return-label.pdf', 'Send it back with this');
/** A picture of one dot. */
const DOT = {
  name: 'dot.png', mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'),
};
/** More bytes than a web chat takes. */
const TOO_BIG = 101 * 1024 * 1024;

let browser;
let linktor;
let agent;
let visitor;

before(async () => {
  [linktor, browser] = await Promise.all([demo(), launch()]);
  agent = await person(browser, { ours: [linktor.url] });
  visitor = await person(browser, { ours: [linktor.url] });
  await enterDemo(agent.page, linktor);
  await agent.page.goto(`${linktor.url}/app/inbox/all`);
  await visitor.page.goto(`${linktor.url}/demo/shop`);
  await openChat(visitor.page);
  await write(visitor.page, GREETING);
  await openConversation(agent.page, GREETING);
});

after(async () => {
  await browser?.close();
  await linktor?.stop();
});

/** A small document, as the browser's file chooser takes it. */
function document(name, words) {
  const text = `%PDF-1.4\n1 0 obj\n<< /Title (${words}) >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n`;
  return { name, mimeType: 'application/pdf', buffer: Buffer.from(text) };
}

/** Drags or pastes a file onto the words being written, as the browser tells a page. */
function give(page, type, { name, mimeType, buffer }) {
  return page.locator('#text').evaluate((field, [kind, file, type_, bytes]) => {
    const given = new DataTransfer();
    given.items.add(new File([Uint8Array.from(bytes)], file, { type: type_ }));
    const how = { bubbles: true, cancelable: true };
    field.dispatchEvent(kind === 'paste'
      ? new ClipboardEvent(kind, { ...how, clipboardData: given })
      : new DragEvent(kind, { ...how, dataTransfer: given }));
  }, [type, name, mimeType, [...buffer]]);
}

/** Fails unless the link in `message` gives the bytes of `file` under its name. */
async function assertDownloads(page, message, file) {
  const link = message.locator('a.file');
  await link.waitFor();
  const answer = await page.context().request.get(
    await link.evaluate((anchor) => anchor.href),
  );
  assert.equal(answer.status(), 200);
  assert.deepEqual(await answer.body(), file.buffer);
  assert.ok(answer.headers()['content-disposition'].includes(file.name));
}

describe('files', { concurrency: false }, () => {
  test('a visitor sends a file, and the agent gets that file', async () => {
    const [chooser] = await Promise.all([
      visitor.page.waitForEvent('filechooser'),
      panel(visitor.page).getByRole('button', { name: /attach/i }).click(),
    ]);
    await chooser.setFiles(RECEIPT);
    await assertDownloads(agent.page, said(agent.page, RECEIPT.name), RECEIPT);
    assert.equal(await said(agent.page, RECEIPT.name).count(), 1);
  });

  test('an agent sends a file, and the visitor gets that file', async () => {
    const [chooser] = await Promise.all([
      agent.page.waitForEvent('filechooser'),
      agent.page.locator('#composer .attach').click(),
    ]);
    await chooser.setFiles(LABEL);
    await agent.page.locator('#composer .files').getByText(LABEL.name).waitFor();
    await agent.page.locator('#composer button.send').click();
    await assertDownloads(visitor.page, heard(visitor.page, LABEL.name), LABEL);
    assert.equal(await heard(visitor.page, LABEL.name).count(), 1);
  });

  test('both files are still there after a reload', async () => {
    await Promise.all([agent.page.reload(), visitor.page.reload()]);
    await assertDownloads(agent.page, said(agent.page, RECEIPT.name), RECEIPT);
    await assertDownloads(agent.page, said(agent.page, LABEL.name), LABEL);
    await assertDownloads(visitor.page, heard(visitor.page, RECEIPT.name), RECEIPT);
    await assertDownloads(visitor.page, heard(visitor.page, LABEL.name), LABEL);
  });

  test('an agent drops a file on the conversation and pastes a picture, and both go', async () => {
    const { page } = agent;
    const names = page.locator('#composer .files b');
    await give(page, 'dragenter', RECEIPT);
    await page.locator('#composer.dropping').waitFor();
    await give(page, 'drop', RECEIPT);
    await names.getByText(RECEIPT.name).waitFor();
    assert.equal(await page.locator('#composer.dropping').count(), 0);
    await give(page, 'paste', DOT);
    await names.getByText(DOT.name).waitFor();
    await page.locator('#composer button.send').click();
    await assertDownloads(visitor.page, heard(visitor.page, RECEIPT.name).nth(1), RECEIPT);
    // A picture is shown as one, on both sides, beside the file that went with it.
    for (const picture of [heard(visitor.page, '').locator('img').last(), page.locator('[data-log] .c-media img')]) {
      await becomes(() => picture.evaluate((image) => image.naturalWidth), 1, 'the picture is shown');
    }
    await becomes(() => said(page, RECEIPT.name).count(), 2);
  });

  test('a picture opens large over the page, from the conversation and from the list of its files', async () => {
    const { page } = agent;
    const large = page.locator('#light');
    const picture = page.locator('[data-log] .c-media .pic').last();
    const address = await picture.evaluate((link) => link.href);
    const { headers } = await page.context().request.get(address).then((answer) => ({ headers: answer.headers() }));
    assert.match(headers['content-disposition'], /^attachment;/);
    await page.setViewportSize(WIDE.viewport);
    await page.getByRole('tab', { name: 'Files' }).click();
    const row = page.locator('.plainfiles li', { hasText: DOT.name });
    for (const link of [picture, row.locator('a.pic')]) {
      await link.click();
      await large.waitFor();
      await becomes(() => large.locator('img').evaluate((image) => image.naturalWidth), 1, 'the picture is shown');
      assert.ok(await large.locator('img').getAttribute('alt'));
      await page.keyboard.press('Escape');
      await large.waitFor({ state: 'hidden' });
    }
  });

  test('a file that is too big is refused in words, and nothing goes before it is taken away', async () => {
    const { page } = agent;
    const film = join(linktor.folder, 'film.mp4');
    const file = await open(film, 'w');
    await file.truncate(TOO_BIG);
    await file.close();
    const composer = page.locator('#composer');
    const before = await page.locator('[data-log] article').count();
    await composer.locator('[data-attach]').setInputFiles(film);
    const row = composer.locator('.files li', { hasText: 'film.mp4' });
    assert.equal(await row.locator('.bad').innerText(), '101 MB is over the 100 MB limit of WebChat.');
    await composer.locator('button.send').click();
    await page.locator('#shout', { hasText: 'Remove the refused file first.' }).waitFor();
    assert.equal(await page.locator('[data-log] article').count(), before);
    await row.getByRole('button', { name: 'Remove film.mp4' }).click();
    await row.waitFor({ state: 'detached' });
  });

  test('nobody had an error or a foreign request', () => {
    agent.watch.assertQuiet();
    visitor.watch.assertQuiet();
  });
});
