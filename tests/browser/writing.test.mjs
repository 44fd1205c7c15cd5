// What two people write at the same time, and what one person has begun on two devices: nothing is
// answered twice unknowingly, nothing typed is lost, and nothing goes out that nobody sent.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, becomes, launch, picture } from './support/browser.mjs';
import { answer, call, openConversation, openOffer, said, signIn } from './support/people.mjs';
import { OWNER, serve } from './support/server.mjs';

const BRUNO = { name: 'Bruno Lima', email: 'bruno@example.com', password: 'another long password' };
const QUESTION = 'When does my order leave?';
const FIRST = 'It leaves today at noon.';
const SECOND = 'Tomorrow, I believe.';
const MANY = 130;

let browser;
let linktor;
let channel;
let ana;
let bruno;

before(async () => {
  [linktor, browser] = await Promise.all([serve(), launch()]);
  [channel] = await Promise.all([
    call(linktor, '/channels', { type: 'webchat', name: 'Shop' }),
    call(linktor, '/users', BRUNO),
  ]);
  [ana, bruno] = await Promise.all([OWNER, BRUNO].map((who) => signIn(browser, linktor, who)));
  for (const { watch } of [ana, bruno]) {
    // A reply that is held up is answered by 412, and the browser notes that.
    watch.expect(/status of 412/);
  }
});

after(async () => {
  await browser?.close();
  await linktor?.stop();
});

/** A conversation that begins with `text`; what a customer says comes from a program here. */
async function begin(name, text) {
  const contact = await call(linktor, '/contacts', {
    name, identifiers: [{ channelType: 'webchat', channelId: channel.id, identifier: name }],
  });
  const talk = await call(linktor, '/conversations', { channelId: channel.id, contactId: contact.id });
  await call(linktor, `/conversations/${talk.id}/messages`, { text });
  return talk.id;
}

const text = (page) => page.locator('#composer textarea');
/** The answer that says that the server has what now ends with `words`. */
const kept = (page, words) => page.waitForResponse((response) => response.url().endsWith('/draft') && response.ok()
  && new URLSearchParams(response.request().postData()).get('text').endsWith(words));
const bar = (page) => page.locator('#composer .held');

/** Types as a person does, and waits until the server has it. */
async function write(page, words) {
  const done = kept(page, words);
  await text(page).pressSequentially(words);
  await done;
}

describe('two people answer the same question', { concurrency: false }, () => {
  let talk;

  test('who was overtaken is told by whom, and nothing is lost', async () => {
    talk = await begin('Camila', QUESTION);
    await Promise.all([ana, bruno].map(({ page }) => openConversation(page, QUESTION)));
    await write(bruno.page, SECOND);
    await answer(ana.page, FIRST);
    await said(bruno.page, FIRST).waitFor();
    await text(bruno.page).press('Control+Enter');
    await bar(bruno.page).getByText(FIRST).waitFor();
    await assert.doesNotReject(bar(bruno.page).getByText(/answered (just now|\d+ s ago)/).waitFor());
    await becomes(() => text(bruno.page).inputValue(), SECOND);
    assert.equal(await said(ana.page, SECOND).count(), 0);
    await becomes(() => said(bruno.page, SECOND).count(), 0, 'the sketch is taken back');
    await assertAccessible(bruno.page, 'a reply that is held up');
    await picture(bruno.page, 'held-up');
  });

  test('the same keys send it all the same, once', async () => {
    await text(bruno.page).press('Control+Enter');
    await said(ana.page, SECOND).waitFor();
    await said(bruno.page, SECOND).waitFor();
    await bar(bruno.page).waitFor({ state: 'hidden' });
    await becomes(() => text(bruno.page).inputValue(), '');
    assert.equal(await said(bruno.page, SECOND).count(), 1);
  });

  test('who begins after the answer is not asked', async () => {
    await answer(bruno.page, 'By noon, Ana is right.');
    await said(ana.page, 'By noon, Ana is right.').waitFor();
    await answer(ana.page, 'Thank you, Bruno.');
    await said(bruno.page, 'Thank you, Bruno.').waitFor();
  });

  test('without script the page asks the same question', async () => {
    const { page, context } = await signIn(browser, linktor, BRUNO, { javaScriptEnabled: false });
    await page.goto(`${linktor.url}/app/inbox/all/${talk}`);
    await answer(ana.page, 'One more thing.');
    await said(ana.page, 'One more thing.').locator('.receipt').first().waitFor();
    await text(page).fill('Anything else?');
    await page.locator('#composer .send').click();
    await bar(page).getByText('One more thing.').waitFor();
    assert.equal(await text(page).inputValue(), 'Anything else?');
    await bar(page).getByRole('button', { name: 'Send anyway' }).click();
    await said(page, 'Anything else?').waitFor();
    await context.close();
  });
});

describe('one person on two devices', { concurrency: false }, () => {
  const BEGUN = 'The parcel is';
  let talk;
  let phone;

  before(async () => {
    talk = await begin('Otto', 'Where is my parcel?');
    await ana.page.goto(`${linktor.url}/app/inbox/all/${talk}`);
    phone = await signIn(browser, linktor, OWNER);
  });

  test('what is begun on one is there on the other, a note beside it', async () => {
    await write(ana.page, BEGUN);
    await ana.page.getByRole('radio', { name: 'Note' }).check();
    await write(ana.page, 'Ask the carrier');
    await phone.page.goto(`${linktor.url}/app/inbox/all/${talk}`);
    await becomes(() => text(phone.page).inputValue(), 'Ask the carrier');
    await phone.page.getByRole('radio', { name: 'Reply' }).check();
    await becomes(() => text(phone.page).inputValue(), BEGUN);
    assert.equal(await said(phone.page, BEGUN).count(), 0, 'it is not sent');
  });

  test('what one goes on with comes to the other, which is only looked at', async () => {
    await phone.page.locator('[data-log]').focus();
    await ana.page.getByRole('radio', { name: 'Reply' }).check();
    await write(ana.page, ' under way');
    await phone.page.waitForFunction((words) => document.querySelector('#text').value === words, `${BEGUN} under way`);
  });

  test('once it is sent it is gone from both, and the note stays', async () => {
    await text(ana.page).press('Control+Enter');
    await said(phone.page, `${BEGUN} under way`).waitFor();
    await phone.page.waitForFunction(() => document.querySelector('#text').value === '');
    await ana.page.reload();
    assert.equal(await text(ana.page).inputValue(), '');
    await ana.page.getByRole('radio', { name: 'Note' }).check();
    assert.equal(await text(ana.page).inputValue(), 'Ask the carrier');
    assert.equal(await said(ana.page, 'Ask the carrier').count(), 0);
  });

  test('choices that are being written are not disturbed by what the other one keeps', async () => {
    const { page } = ana;
    await page.getByRole('radio', { name: 'Reply' }).check();
    await openOffer(page);
    await write(page, 'Which day?');
    await page.getByLabel('Choice 1', { exact: true }).fill('Friday');
    await phone.page.waitForFunction(() => document.querySelector('#text').value === 'Which day?');
    await write(phone.page, ' Or not at all?');
    await page.locator('#list .row', { hasText: 'Or not at all?' }).waitFor();
    await page.getByLabel('Choice 2', { exact: true }).fill('Saturday');
    await page.locator('#outlook .answers').getByText('Saturday').waitFor();
    assert.equal(await text(page).inputValue(), 'Which day?');
  });

  test('a colleague sees none of it', async () => {
    await bruno.page.goto(`${linktor.url}/app/inbox/all/${talk}`);
    assert.equal(await text(bruno.page).inputValue(), '');
  });
});

describe('a long conversation, opened in its middle', { concurrency: false }, () => {
  let talk;
  let early;
  const line = (number) => `Line ${number}.`;
  const numbers = (page) => page.locator('[data-log] .words').evaluateAll((all) =>
    all.map((words) => Number(words.textContent.match(/Line (\d+)\./)?.[1])));

  before(async () => {
    talk = await begin('Ida', line(0));
    for (let number = 1; number < MANY; number += 1) {
      const { id } = await call(linktor, `/conversations/${talk}/messages`, { text: line(number) });
      if (number === 30) early = id;
    }
  });

  test('shows what is around the place, and nothing new out of place', async () => {
    const { page } = ana;
    await page.goto(`${linktor.url}/app/inbox/all/${talk}?m=${early}`);
    await page.locator(`[id="${early}"]`).waitFor();
    const shown = await numbers(page);
    assert.ok(shown.includes(30) && shown.length <= 81, `shown: ${shown}`);
    assert.ok(!shown.includes(MANY - 1));
    await call(linktor, `/conversations/${talk}/messages`, { text: line(MANY) });
    await page.locator(`#row-${talk}`, { hasText: line(MANY) }).waitFor();
    assert.ok(!(await numbers(page)).includes(MANY), 'it would stand behind a gap');
  });

  test('scrolling down brings the rest, each once and in order', async () => {
    const { page } = ana;
    await page.waitForFunction((last) => {
      const log = document.querySelector('[data-log]');
      log.scrollTop = log.scrollHeight;
      return log.textContent.includes(last) && !log.querySelector('[data-newer]');
    }, line(MANY), { polling: 100 });
    const shown = await numbers(page);
    assert.deepEqual(shown, Array.from({ length: shown.length }, (_, at) => shown[0] + at));
    assert.equal(shown.at(-1), MANY);
    await call(linktor, `/conversations/${talk}/messages`, { text: line(MANY + 1) });
    await said(page, line(MANY + 1)).waitFor();
  });

  test('the last message stays in sight while the composer grows, and who reads above is left alone', async () => {
    const { page } = ana;
    const hidden = () => page.locator('[data-log]').evaluate((log) => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight));
    const room = () => page.locator('[data-log]').evaluate((log) => log.clientHeight);
    /** Less room for the messages than before `doing` it. */
    const shrinks = async (doing) => {
      const before = await room();
      await doing();
      await becomes(async () => (await room()) < before, true, 'the composer takes room');
    };
    const lines = async () => {
      for (let count = 0; count < 8; count += 1) await text(page).press('Enter');
    };
    const files = () => page.locator('[data-attach]').setInputFiles(['a', 'b', 'c'].map((name) =>
      ({ name: `${name}.txt`, mimeType: 'text/plain', buffer: Buffer.from(name) })));
    const quoted = async () => {
      await page.locator('[data-log] article').last().focus();
      await page.keyboard.press('r');
    };
    await becomes(hidden, 0, 'the end is in sight');
    for (const doing of [quoted, lines, files]) {
      await shrinks(doing);
      await becomes(hidden, 0, `the end is in sight still: ${doing.name}`);
    }
    await text(page).fill('');
    // Neither near the end nor where older messages are fetched.
    const place = await page.locator('[data-log]').evaluate((log) => (log.scrollTop -= 600));
    await page.locator('.jump').waitFor();
    await shrinks(lines);
    assert.equal(await page.locator('[data-log]').evaluate((log) => log.scrollTop), place);
    await text(page).fill('');
  });

  test('the name of a day stands once', async () => {
    const days = await ana.page.locator('[data-log] .day').allInnerTexts();
    assert.deepEqual(days, [...new Set(days)]);
  });
});

test('nobody had an error or a foreign request', () => {
  for (const { watch } of [ana, bruno]) {
    watch.assertQuiet();
  }
});
