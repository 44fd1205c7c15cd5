// How one may write changes while somebody sits before the composer: the reply window ends or opens,
// another app takes the conversation, the vendor knows better. Nothing begun is lost.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, launch, person, picture } from './support/browser.mjs';
import { call, enterDemo, openConversation, said, signIn } from './support/people.mjs';
import { OWNER, demo, serve } from './support/server.mjs';

const SECRET = '0123456789abcdef0123456789abcdef';
const DAY = 24 * 3_600;
/** How much earlier than the vendor we call a window closed. */
const GRACE = 60;
/** A window that ends while the test looks is seen to end within this. */
const SOON_MS = 40_000;

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

const now = () => Math.floor(Date.now() / 1_000);
const composer = (page) => page.locator('#composer');
const text = (page) => page.locator('#composer textarea');
const stance = (page, word) => page.locator(`#composer[data-stance=${word}]`).waitFor({ timeout: SOON_MS });

/** The vendor reports something to a channel. */
async function report(channel, event) {
  const body = JSON.stringify(event);
  const proof = createHmac('sha256', SECRET).update(body).digest('hex');
  const answer = await fetch(channel.webhookUrl, {
    method: 'POST', body, headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${proof}` },
  });
  assert.equal(answer.status, 200);
}

const toNumber = (words, at) => ({
  object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'messages', value: {
    messaging_product: 'whatsapp', metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
    contacts: [{ profile: { name: 'Camila' }, wa_id: '5511988880001' }],
    messages: [{ from: '5511988880001', id: `wamid.${words.length}${at}`, timestamp: `${at}`, type: 'text', text: { body: words } }],
  } }] }],
});

const onPage = (what, at = now()) => ({
  object: 'page', entry: [{ id: '1234567890', time: at * 1_000, messaging: [{
    sender: { id: '6543210987654321' }, recipient: { id: '1234567890' }, timestamp: at * 1_000, ...what,
  }] }],
});

describe('the composer follows', { concurrency: false }, () => {
  let linktor;
  let number;
  let page;
  let ana;

  before(async () => {
    linktor = await serve({ env: { LINKTOR_ALLOW_PRIVATE_TARGETS: 'true' } });
    const nowhere = { apiBaseUrl: `${linktor.url}/nowhere`, appSecret: SECRET, verifyToken: 'tok' };
    [number, page] = await Promise.all([
      call(linktor, '/channels', { type: 'whatsapp', name: 'Number', config: { phoneNumberId: '106540352242922', accessToken: 'EAAT', ...nowhere } }),
      call(linktor, '/channels', { type: 'facebook', name: 'Page', config: { pageId: '1234567890', pageAccessToken: 'EAAT', appId: '7', humanAgentTag: true, ...nowhere } }),
    ]);
    for (const channel of [number, page]) channel.webhookUrl = `${linktor.url}${new URL(channel.webhookUrl, linktor.url).pathname}`;
    ana = await signIn(browser, linktor, OWNER, { viewport: { width: 1440, height: 900 } });
  });

  after(() => linktor?.stop());

  test('the countdown reaches its end, and templates are offered', async () => {
    await report(number, toNumber('Is my bag torn?', now() - DAY + GRACE + 5));
    await openConversation(ana.page, 'Is my bag torn?');
    await text(ana.page).fill('It is only');
    await stance(ana.page, 'closed');
    await composer(ana.page).getByText('WhatsApp accepts only templates until Camila writes again.').waitFor();
    await composer(ana.page).getByRole('link', { name: 'Choose a template' }).waitFor();
    assert.equal(await text(ana.page).getAttribute('placeholder'), 'Note for your team');
    await assertAccessible(ana.page, 'a closed window');
    await picture(ana.page, 'window-closed');
  });

  test('what was begun is there again once the customer writes', async () => {
    await report(number, toNumber('Hello?', now()));
    await stance(ana.page, 'open');
    assert.equal(await text(ana.page).inputValue(), 'It is only');
    assert.equal(await composer(ana.page).getByRole('radio', { name: 'Reply' }).isChecked(), true);
  });

  test('after a day people may still answer for a while, and are told so', async () => {
    await report(page, onPage({ message: { mid: 'm_1', text: 'Do you ship?' } }, now() - DAY - 3_600));
    await ana.page.goto(`${linktor.url}/app/inbox/all`);
    await openConversation(ana.page, 'Do you ship?');
    await stance(ana.page, 'late');
    await composer(ana.page).getByText('Human reply, 5 d left').waitFor();
    await picture(ana.page, 'window-late');
  });

  test('another app takes the conversation and gives it back', async () => {
    await text(ana.page).fill('We do');
    await report(page, onPage({ pass_thread_control: { previous_owner_app_id: '7', new_owner_app_id: '263902037430900' } }));
    await stance(ana.page, 'elsewhere');
    await composer(ana.page).getByText(/Another app has this conversation/).waitFor();
    await ana.page.getByRole('button', { name: 'Take it back' }).waitFor();
    await picture(ana.page, 'window-elsewhere');
    await report(page, onPage({ pass_thread_control: { previous_owner_app_id: '263902037430900', new_owner_app_id: '7' } }));
    await stance(ana.page, 'late');
    assert.equal(await text(ana.page).inputValue(), 'We do');
    ana.watch.assertQuiet();
  });
});

describe('the vendor knows better', { concurrency: false }, () => {
  test('its clock moves on: what is written is refused, and templates are offered until the customer writes', async (t) => {
    const linktor = await demo();
    t.after(() => linktor.stop());
    const owner = await person(browser, { ours: [linktor.url], options: { viewport: { width: 1440, height: 900 } } });
    const customer = await person(browser, { ours: [linktor.url] });
    await enterDemo(owner.page, linktor);
    const phone = customer.page.locator('section.unit.v-whatsapp').first();
    const say = async (words) => {
      await phone.getByRole('textbox', { name: /message to/i }).fill(words);
      await phone.getByRole('textbox', { name: /message to/i }).press('Enter');
    };
    await customer.page.goto(`${linktor.url}/sandbox`);
    await say('When does my grinder come?');
    await owner.page.goto(`${linktor.url}/app/inbox/all`);
    await openConversation(owner.page, 'When does my grinder come?');
    await stance(owner.page, 'open');
    await customer.page.getByRole('button', { name: '25 h later' }).click();
    await customer.page.getByText(/25 h ahead/).waitFor();
    await text(owner.page).fill('Tomorrow.');
    await text(owner.page).press('Control+Enter');
    await said(owner.page, 'Tomorrow.').getByText(/131047/).waitFor({ timeout: SOON_MS });
    await stance(owner.page, 'closed');
    await composer(owner.page).getByRole('link', { name: 'Choose a template' }).waitFor();
    await say('And now?');
    await said(owner.page, 'And now?').waitFor({ timeout: SOON_MS });
    await stance(owner.page, 'open');
    owner.watch.assertQuiet();
  });
});
