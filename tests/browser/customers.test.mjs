// A customer with Telegram and one with text messages, and the agent who answers both: what each sees
// of what the other does.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, launch, person, picture } from './support/browser.mjs';
import { answer, call, openConversation, said, signIn } from './support/people.mjs';
import { API_KEY, OWNER, serve } from './support/server.mjs';
import { WIDE, says } from './support/stage.mjs';

let browser;
let linktor;
let customer;
let agent;

before(async () => {
  const env = { LINKTOR_SANDBOX: 'true', LINKTOR_ALLOW_PRIVATE_TARGETS: 'true' };
  [linktor, browser] = await Promise.all([serve({ env }), launch()]);
  agent = await signIn(browser, linktor, OWNER, WIDE);
  customer = await person(browser, { ours: [linktor.url], options: WIDE });
  await customer.context.addCookies(await agent.context.cookies());
  await customer.page.goto(`${linktor.url}/sandbox`);
});

after(async () => {
  await browser?.close();
  await linktor?.stop();
});

const phones = (vendor) => customer.page.locator(`section.unit.v-${vendor}`);
const screen = (phone) => phone.locator('[data-screen]');

async function more(phone, label) {
  await phone.getByRole('button', { name: 'Send something else' }).click();
  await phone.getByRole('button', { name: label, exact: true }).click();
}

async function onBubble(phone, text, label) {
  const bubble = screen(phone).locator('article', { hasText: text }).last();
  await bubble.hover();
  await bubble.locator('summary').click();
  await bubble.getByRole('button', { name: label }).click();
}

/** A channel with what the sandbox's page says that a person pastes. */
async function connect(type, account, more = {}) {
  const box = customer.page.locator('.accounts details', { hasText: account }).filter({ has: customer.page.locator(`code:text-is("${account}")`) });
  const config = await box.first().evaluate((details) => Object.fromEntries([...details.querySelectorAll('dt')].map((name) => [name.textContent, name.nextElementSibling.textContent])));
  const channel = await call(linktor, '/channels', { type, name: account, config: { ...config, ...more } });
  await call(linktor, `/channels/${channel.id}/connect`, {});
  return channel;
}

/** Sends any content to the customer of the newest conversation of a channel. */
async function send(channel, to, content) {
  return call(linktor, '/messages', { channelId: channel.id, to, content });
}

describe('a customer on Telegram', { concurrency: false }, () => {
  let channel;
  let phone;

  before(async () => {
    channel = await connect('telegram', 'telegram', { mode: 'polling', groupMode: 'mentions' });
    phone = phones('telegram').first();
  });

  test('begins, writes, and reads the answer', async () => {
    await more(phone, 'Start');
    await says(phone, 'Is the house blend in stock?');
    await openConversation(agent.page, 'Is the house blend in stock?');
    await answer(agent.page, 'It is, roasted on Monday.');
    await screen(phone).getByText('It is, roasted on Monday.').waitFor();
    await said(agent.page, 'It is, roasted on Monday.').locator('.receipt').waitFor();
  });

  test('sends a picture and a place, which the agent sees', async () => {
    await more(phone, 'Picture');
    const shown = agent.page.locator('#thread article img').last();
    await shown.waitFor();
    assert.ok(await shown.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)));
    await more(phone, 'Location');
    await said(agent.page, 'Rua Harmonia 210').waitFor();
  });

  test('changes what was said; what is deleted stays with the agent, as bots are not told', async () => {
    await says(phone, 'Two bags please');
    await said(agent.page, 'Two bags please').waitFor();
    await onBubble(phone, 'Two bags please', 'Change it');
    await says(phone, 'Three bags please');
    await said(agent.page, 'Three bags please').waitFor();
    assert.equal(await said(agent.page, 'Two bags please').count(), 0);
    await onBubble(phone, 'Three bags please', 'Delete it');
    await screen(phone).getByText('Three bags please').waitFor({ state: 'detached' });
    assert.equal(await said(agent.page, 'Three bags please').count(), 1);
  });

  test('presses a button, and the agent reads which', async () => {
    const buttons = [{ type: 'reply', id: 'y', title: 'Ground' }, { type: 'reply', id: 'n', title: 'Whole beans' }];
    await send(channel, '5550001', { type: 'buttons', text: 'How would you like it?', buttons });
    await screen(phone).locator('..').getByRole('button', { name: 'Whole beans' }).last().click();
    await said(agent.page, 'Whole beans').last().waitFor();
  });

  test('chooses from a keyboard in place of the own', async () => {
    const saved = await fetch(`${linktor.url}/api/v1/channels/${channel.id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'x-api-key': API_KEY },
      body: JSON.stringify({ config: { quickReplyStyle: 'keyboard' } }),
    });
    assert.ok(saved.ok, await saved.text());
    const quickReplies = [{ id: 's', title: 'Small bag' }, { id: 'l', title: 'Large bag' }];
    await send(channel, '5550001', { type: 'text', text: 'Which size?', quickReplies });
    const key = phone.locator('.keys.keyboard').getByRole('button', { name: 'Large bag' });
    await key.click();
    await screen(phone).getByText('Large bag', { exact: true }).last().waitFor();
    await said(agent.page, 'Large bag').last().waitFor();
    await picture(customer.page, 'phones-telegram');
  });

  test('takes the bot into a group, whose topic is a conversation of its own', async () => {
    await more(phone, 'Take the bot into a group');
    const topic = phones('telegram').filter({ hasText: 'Deliveries' });
    await topic.waitFor();
    const name = (await phone.locator('.bar small').innerText()).trim();
    await says(topic, `${name} where is the van?`);
    await agent.page.goto(`${linktor.url}/app/inbox/all`);
    await openConversation(agent.page, 'where is the van?');
    await agent.page.locator('#thread-head').getByText('Aurora coffee club: Deliveries').waitFor();
    await answer(agent.page, 'Two streets away.');
    await screen(topic).getByText('Two streets away.').waitFor();
    await picture(customer.page, 'phones-group');
  });
});

describe('a customer with text messages', { concurrency: false }, () => {
  let channel;
  let phone;
  let number;

  before(async () => {
    channel = await connect('sms', 'twilio', { mmsEnabled: true });
    phone = phones('twilio').first();
    number = (await phone.getAttribute('data-phone')).split('/')[1];
    await agent.page.goto(`${linktor.url}/app/inbox/all`);
  });

  test('writes, and the agent sees what an answer costs while writing it', async () => {
    await says(phone, 'When do you close?');
    await openConversation(agent.page, 'When do you close?');
    const text = agent.page.locator('#composer textarea');
    const counter = agent.page.locator('#composer .counter');
    await text.fill('a'.repeat(160));
    await counter.getByText('0 left \u00b7 1 segment').waitFor();
    await text.fill('a'.repeat(161));
    await counter.getByText('145 left \u00b7 2 segments').waitFor();
    await text.fill('Ol\u00e1');
    await counter.getByText('67 left \u00b7 1 segment').waitFor();
    await assertAccessible(agent.page, 'a text message being written');
    await picture(agent.page, 'composer-sms');
    await answer(agent.page, 'At six.');
    await screen(phone).getByText('At six.').waitFor();
  });

  test('gets a picture, and answers a numbered choice', async () => {
    await more(phone, 'Picture');
    await agent.page.locator('#thread article img').last().waitFor();
    const buttons = [{ type: 'reply', id: 'y', title: 'Keep it' }, { type: 'reply', id: 'n', title: 'Cancel it' }];
    await send(channel, number, { type: 'buttons', text: 'Your order?', buttons });
    await screen(phone).getByText('1. Keep it').waitFor();
    await says(phone, '2.');
    await said(agent.page, 'Cancel it').last().waitFor();
  });

  test('says STOP, which closes the composer, and START, which opens it', async () => {
    await says(phone, 'STOP');
    await said(agent.page, 'STOP').waitFor();
    await agent.page.reload();
    await agent.page.locator('#panel .chip', { hasText: 'Opted out' }).waitFor();
    await agent.page.locator('#composer').getByText(/opted out on .*Nothing can be sent by SMS/).waitFor();
    await assertAccessible(agent.page, 'a conversation with somebody who opted out');
    await picture(agent.page, 'opted-out');
    await says(phone, 'START');
    await said(agent.page, 'START').waitFor();
    await agent.page.reload();
    await said(agent.page, 'START').waitFor();
    assert.equal(await agent.page.locator('#panel .chip', { hasText: 'Opted out' }).count(), 0);
  });

  test('is opted out by hand on the contact page, and in again with a reason', async () => {
    await agent.page.getByRole('link', { name: 'Open contact' }).click();
    await agent.page.getByRole('button', { name: 'Opt out', exact: true }).first().click();
    const form = agent.page.locator('.menu:popover-open');
    await assertAccessible(agent.page, 'opting somebody out');
    await form.getByRole('button', { name: 'Opt out' }).click();
    await agent.page.locator('.reach .chip', { hasText: 'Opted out' }).waitFor();
    await agent.page.getByRole('button', { name: 'Opt in', exact: true }).first().click();
    await form.getByRole('textbox').fill('Asked for it at the counter');
    await picture(agent.page, 'contact-opt-in');
    await form.getByRole('button', { name: 'Opt in' }).click();
    await agent.page.getByText('Saved.').waitFor();
    assert.equal(await agent.page.locator('.reach .chip', { hasText: 'Opted out' }).count(), 0);
  });

  test('nothing went wrong on any page', () => {
    agent.watch.assertQuiet();
    customer.watch.assertQuiet();
  });
});
