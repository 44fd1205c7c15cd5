// An operator who knows no API sets up a web chat in the dashboard: sees it before saving, puts it on a
// site, finds out that it has arrived there, and later where its visitors are.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, launch, person, picture } from './support/browser.mjs';
import { call, heard, openChat, openConversation, write } from './support/people.mjs';
import { OWNER, serve } from './support/server.mjs';
import { shop } from './support/shop.mjs';

const ARABIC = '\u0645\u0631\u062d\u0628\u0627';

let browser;
let linktor;
let owner;
let visitor;
let site;
let channel;

before(async () => {
  [linktor, browser] = await Promise.all([serve(), launch()]);
  channel = await call(linktor, '/channels', { type: 'webchat', name: 'Shop' });
  await call(linktor, `/channels/${channel.id}/connect`, {});
  site = await shop({ linktor: linktor.url, channelId: channel.id });
  owner = await person(browser, { ours: [linktor.url] });
  visitor = await person(browser, { ours: [linktor.url, site.url] });
  // Forms that are not right are part of the test.
  owner.watch.expect(/status of 422/);
  await owner.page.goto(`${linktor.url}/login`);
  await owner.page.getByLabel('Email').fill(OWNER.email);
  await owner.page.locator('#password').fill(OWNER.password);
  await owner.page.getByRole('button', { name: 'Sign in' }).click();
  await owner.page.waitForURL(/\/app\//);
});

after(async () => {
  await browser?.close();
  await site?.stop();
  await linktor?.stop();
});

const tab = (name) => owner.page.goto(`${linktor.url}/app/settings/channels/${channel.id}/${name}`);
const field = (path) => owner.page.locator(`[name="${path}"]`);
const save = async () => {
  await owner.page.getByRole('button', { name: 'Save', exact: true }).click();
  await owner.page.locator('.banner', { hasText: 'Saved.' }).waitFor();
};
/** What the widget is told, in a language. */
const told = async (language) => (await fetch(`${linktor.url}/webchat/v1/${channel.id}/config?lang=${language}`)).json();

describe('a web chat set up in the dashboard', { concurrency: false }, () => {
  test('it is seen before it is saved', async () => {
    await tab('appearance');
    const shown = owner.page.frameLocator('.preview iframe');
    await shown.getByRole('heading', { name: 'Hi there.' }).waitFor();
    await field('theme.primaryColor').fill('#FFD400');
    await field('theme.welcomeMessage.en').fill('Good morning');
    await owner.page.locator('.wordings', { has: field('theme.welcomeMessage.ar') }).locator('summary').click();
    await field('theme.welcomeMessage.ar').fill(ARABIC);
    await shown.getByRole('heading', { name: 'Good morning' }).waitFor();
    await owner.page.locator('#preview-language').selectOption('ar');
    await shown.getByRole('heading', { name: ARABIC }).waitFor();
    await owner.page.locator('#preview-state').selectOption('talk');
    await shown.locator('.item.theirs').first().waitFor();
    await assertAccessible(owner.page, 'the appearance of a chat');
    await picture(owner.page, 'settings-appearance');
    assert.equal((await told('en')).theme.welcomeMessage, null, 'nothing is saved yet');

    await save();
    assert.equal((await told('ar')).theme.welcomeMessage, ARABIC);
    assert.equal((await told('de')).theme.welcomeMessage, 'Good morning');
    assert.equal((await told('en')).theme.primaryColor, '#FFD400');
  });

  test('what is cleared has its default again', async () => {
    await tab('appearance');
    await field('theme.primaryColor').fill('');
    await field('theme.borderRadius').fill('40');
    await owner.page.getByRole('button', { name: 'Save', exact: true }).click();
    await owner.page.locator('[id="theme.borderRadius-error"]').waitFor();
    assert.equal(await field('theme.welcomeMessage.en').inputValue(), 'Good morning', 'what was typed stays');
    await field('theme.borderRadius').fill('');
    await save();
    assert.equal((await told('en')).theme.primaryColor, '#0066FF');
  });

  test('a form, a rule and hours, with what is wrong beside its field', async () => {
    await tab('forms');
    await field('preChatForm.enabled').check();
    const add = owner.page.locator('summary', { hasText: 'Add a field' });
    await add.click();
    await field('preChatForm.fields[0].label.en').fill('Order number');
    await field('preChatForm.fields[0].pattern').fill('(?=x)');
    await owner.page.getByRole('button', { name: 'Save', exact: true }).click();
    await owner.page.locator('[id="preChatForm.fields[0].pattern-error"]').waitFor();
    await field('preChatForm.fields[0].pattern').fill('[0-9]+');
    await save();
    await assertAccessible(owner.page, 'the form before the chat');
    const [asked] = (await told('en')).preChatForm.fields;
    assert.deepEqual([asked.name, asked.label, asked.pattern], ['order_number', 'Order number', '[0-9]+']);
    await owner.page.locator('summary', { hasText: 'Order number' }).click();
    await field('preChatForm.fields[0].gone').check();
    await field('preChatForm.enabled').uncheck();
    await save();
    assert.deepEqual((await told('en')).preChatForm.fields, []);

    await tab('behaviour');
    await owner.page.locator('summary', { hasText: 'Add a message' }).click();
    await field('proactiveMessages[0].message.en').fill('Shall I help?');
    await field('proactiveMessages[0].delay').fill('30');
    await field('proactiveMessages[0].page').fill('/help/*');
    await save();
    await assertAccessible(owner.page, 'behaviour');
    const [rule] = (await told('en')).proactiveMessages;
    assert.deepEqual([rule.id, rule.trigger, rule.delay, rule.page, rule.message], ['p1', 'time', 30_000, '/help/*', 'Shall I help?']);

    await tab('hours');
    await field('businessHours.on').check();
    await field('businessHours.mon').fill('nine to five');
    await owner.page.getByRole('button', { name: 'Save', exact: true }).click();
    await owner.page.locator('[id="businessHours.mon-error"]').waitFor();
    assert.equal(await field('businessHours.mon').inputValue(), 'nine to five');
    await field('businessHours.mon').fill('');
    await save();
    assert.equal((await told('en')).availability.state, 'offline');
    await field('businessHours.on').uncheck();
    await save();
    assert.notEqual((await told('en')).availability.state, 'offline');
  });

  test('a secret is shown once', async () => {
    await tab('credentials');
    await owner.page.locator('button[name=secret][value=webhookSecret]').click();
    const secret = owner.page.locator('#fresh-secret');
    assert.match(await secret.inputValue(), /^whs_/);
    await tab('credentials');
    assert.equal(await secret.count(), 0);
  });

  test('it has arrived on the site that may show it, and not on another', async () => {
    await tab('access');
    await field('allowedOrigins').fill(site.url);
    await save();
    const stranger = await shop({ linktor: linktor.url, channelId: channel.id });
    const lost = await person(browser, { ours: [linktor.url, stranger.url] });
    lost.watch.expect(/origin_not_allowed|403/);
    await tab('install');
    await visitor.page.goto(site.url);
    await visitor.page.locator('.linktor-launcher').waitFor();
    const refused = lost.page.waitForEvent('console', { predicate: (message) => message.text().includes('origin_not_allowed') });
    await lost.page.goto(stranger.url);
    await refused;
    await stranger.stop();
    await owner.page.reload();
    await owner.page.locator('.seen li', { hasText: site.url }).locator('.ok-text').waitFor();
    await owner.page.locator('.seen li', { hasText: stranger.url }).getByText('is not among your websites').waitFor();
    await assertAccessible(owner.page, 'installing a chat');
    await picture(owner.page, 'settings-install');
  });

  test('agents see where a visitor is, as it changes', async () => {
    await openChat(visitor.page);
    await write(visitor.page, 'Do you have gift cards?');
    await heard(visitor.page, 'gift cards').waitFor();
    await owner.page.goto(`${linktor.url}/app/inbox/all`);
    await openConversation(owner.page, 'gift cards');
    await owner.page.setViewportSize({ width: 1600, height: 900 });
    const beside = owner.page.locator('#panel');
    await beside.getByText('On the website now').waitFor();
    await beside.getByRole('link', { name: 'A shop' }).waitFor();
    await visitor.page.evaluate(() => history.pushState({}, '', '/gifts'));
    await beside.locator('a[href$="/gifts"]').waitFor();
    await visitor.page.close();
    await beside.getByText('Not on the website').waitFor({ timeout: 40_000 });
    owner.watch.assertQuiet();
    visitor.watch.assertQuiet();
  });
});
