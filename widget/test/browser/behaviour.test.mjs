/** The widget in a real browser against the mock server: what it promises, and what it survives. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { shutdown, until, withWidget } from './support.mjs';

after(shutdown);

const stored = (mock) => mock.agent.visitor()?.events.filter((event) => event.type === 'message' && event.payload.author.type === 'visitor').map((event) => event.payload.content.text) ?? [];
const requests = (mock) => mock.log.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
const wide = { viewport: { width: 1000, height: 760 } };
const check = (name, settings, use) => test(name, { timeout: 60_000 }, () => withWidget({ ...wide, ...settings }, use));

check('before the visitor acts there is one request, no session, no socket and nothing stored', {}, async ({ mock, page, context, widget }) => {
  await widget.launcher.waitFor();
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
  assert.deepEqual(requests(mock), ['GET /config']);
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
  assert.deepEqual(await context.cookies(), []);
});

check('a message goes out, an answer comes in, both survive a reload', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('Do you offer enterprise pricing?');
  await page.getByText('Sent', { exact: true }).waitFor();
  mock.agent.say('Yes! **From 50 seats.**');
  await widget.log.getByText('From 50 seats.').waitFor();
  await until(() => mock.agent.visitor().read === 2, 'the read mark');
  mock.agent.read();
  await page.locator('.receipt.read').waitFor();
  await page.reload();
  await widget.log.getByText('From 50 seats.').waitFor();
  assert.equal(await widget.items.count(), 2);
  assert.deepEqual(stored(mock), ['Do you offer enterprise pricing?']);
});

check('no address that runs something becomes a link', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('hello');
  await until(() => stored(mock).length === 1);
  for (const url of ['javascript:alert(1)', ' JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x']) {
    mock.agent.say(`[x](${url})`);
    mock.agent.say({ type: 'buttons', text: 'Look', buttons: [{ type: 'url', title: 'Press', url }] });
    mock.agent.say({ type: 'carousel', cards: [{ title: 'Beans', buttons: [{ type: 'url', title: 'Buy', url }] }] });
    mock.agent.say({ type: 'document', url, filename: 'order.pdf' });
  }
  mock.agent.say({ type: 'document', url: '/guide.pdf', filename: 'guide.pdf' });
  mock.agent.say('That was all: https://example.com/');
  for (const text of ['That was all', 'guide.pdf']) await widget.log.getByText(text).waitFor();
  for (const text of ['Press', 'Buy', 'order.pdf']) await until(async () => (await widget.log.getByText(text).count()) === 4, text);
  const links = await widget.log.locator('a[href]').evaluateAll((all) => all.map(({ href }) => new URL(href).pathname + new URL(href).protocol));
  assert.deepEqual(links, ['/guide.pdfhttp:', '/https:']);
});

check('messages written without a network are sent once and in order when it is back', {}, async ({ mock, context, page, widget }) => {
  await widget.open();
  await widget.say('zero');
  await until(() => stored(mock).length === 1);
  mock.faults.down = true;
  await context.setOffline(true);
  mock.agent.dropSockets();
  for (const word of ['one', 'two', 'three']) await widget.say(word);
  await page.getByText('Waiting for the network').first().waitFor();
  await page.getByText('Your messages wait here').waitFor();
  await page.reload().catch(() => undefined);
  await context.setOffline(false);
  await page.goto(mock.url);
  await page.evaluate(() => undefined);
  mock.faults.down = false;
  await until(() => stored(mock).length === 4, 'all four messages', 40_000);
  assert.deepEqual(stored(mock), ['zero', 'one', 'two', 'three']);
});

check('a network that goes and comes back on an open page loses and doubles nothing', {}, async ({ mock, context, page, widget }) => {
  await widget.open();
  await widget.say('before');
  await until(() => stored(mock).length === 1);
  for (let round = 0; round < 3; round++) {
    mock.faults.down = true;
    await context.setOffline(true);
    await widget.say(`while away ${round}`);
    mock.agent.say(`from us ${round}`);
    await page.getByText('Waiting for the network').waitFor();
    mock.agent.dropSockets();
    mock.faults.down = false;
    await context.setOffline(false);
    await until(() => stored(mock).length === round + 2, 'the message', 20_000);
    await widget.log.getByText(`from us ${round}`).waitFor();
  }
  await until(async () => (await widget.items.count()) === 7, 'seven messages');
  await page.locator('.notice.warn').waitFor({ state: 'detached' });
});

check('a server that is away at the first opening', {}, async ({ mock, page, widget }) => {
  await widget.launcher.hover();
  await until(() => page.evaluate(() => !!document.querySelector('.linktor-widget').shadowRoot.querySelector('.slot')));
  mock.faults.down = true;
  await widget.open();
  await widget.say('patient');
  await page.getByText('Your message is kept here').waitFor({ timeout: 20_000 });
  mock.faults.down = false;
  await until(() => stored(mock).length === 1, 'the message', 30_000);
  await page.locator('.notice.warn').waitFor({ state: 'detached' });
});

check('another person on the same browser sees nothing of the one before', {}, async ({ mock, page, widget }) => {
  await widget.launcher.waitFor();
  await page.evaluate(() => window.linktor('updateUser', { id: 'ana', userHash: 'x' }));
  await until(() => mock.agent.visitor());
  await widget.open();
  await widget.say('private to Ana');
  await until(() => stored(mock).length === 1);
  await page.evaluate(() => window.linktor('updateUser', { id: 'bob', userHash: 'y' }));
  await until(() => mock.visitors.size === 2, 'a new visitor');
  await until(async () => !(await widget.items.count()));
  await widget.say('from Bob');
  await until(() => stored(mock).length === 1 && stored(mock)[0] === 'from Bob');
  await page.reload();
  await widget.log.getByText('from Bob').waitFor();
  assert.equal(await widget.log.getByText('private to Ana').count(), 0);
});

check('a frozen leader is replaced by the tab that is looked at', {}, async ({ mock, page, context, widget }) => {
  await widget.open();
  await widget.say('hello');
  await until(() => stored(mock).length === 1);
  // A tab that keeps the lock and says nothing.
  const frozen = await context.newPage();
  await frozen.goto(`${mock.url}/blank`);
  await page.close();
  await frozen.evaluate(() => void navigator.locks.request('linktor:ch_1', () => new Promise(() => undefined)));
  const second = await context.newPage();
  await second.goto(mock.url);
  await second.locator('.composer textarea').fill('who leads?');
  await second.keyboard.press('Enter');
  await until(() => stored(mock).length === 2, 'the message', 15_000);
});

check('a rating and a list answer reach the server', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('hello');
  await until(() => stored(mock).length === 1);
  mock.agent.say({ type: 'list', text: 'Pick one', buttonText: 'See all', sections: [{ rows: [{ id: 'r1', title: 'First' }] }] });
  await page.getByRole('button', { name: 'See all' }).click();
  await page.getByRole('button', { name: 'First' }).click();
  await until(() => mock.agent.visitor().events.some((event) => event.payload.content?.payload === 'r1'));
  mock.agent.say({ type: 'buttons', text: 'How was it?', buttons: [{ id: '1', title: '1' }] }, undefined, { hints: { display: 'rating' } });
  await page.getByRole('radio', { name: '4 stars' }).click();
  await page.getByPlaceholder('Anything to add?').fill('Quick');
  await page.locator('.bubble').getByRole('button', { name: 'Send' }).click();
  const { payload } = await until(() => mock.agent.visitor().frames.find(({ type }) => type === 'rating'));
  assert.deepEqual([payload.score, payload.comment], [4, 'Quick']);
});

check('a reaction is put on a message, changed and taken back', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('hello');
  await until(() => stored(mock).length === 1);
  const { payload } = mock.agent.say('Shall I keep a bag?');
  const sent = () => mock.agent.visitor().frames.filter((frame) => frame.payload.content?.type === 'reaction').map((frame) => frame.payload.content);
  const press = async (emoji) => {
    await page.getByRole('button', { name: 'React' }).click();
    await page.getByRole('group', { name: 'React' }).getByRole('button', { name: emoji }).click();
  };
  await press('\u{1f44d}');
  await page.locator('.reactions', { hasText: '\u{1f44d}' }).waitFor();
  await press('\u2764');
  await page.locator('.reactions', { hasText: '\u2764' }).waitFor();
  await press('\u2764');
  await page.locator('.reactions').waitFor({ state: 'detached' });
  await until(() => sent().length === 3);
  assert.deepEqual(sent(), ['\u{1f44d}', '\u2764', ''].map((emoji) => ({ type: 'reaction', emoji, targetId: payload.id })));
  mock.agent.say('Still in step');
  await widget.log.getByText('Still in step').waitFor();
  await page.getByRole('button', { name: 'React' }).last().click();
  await page.keyboard.press('Escape');
  await page.getByRole('group', { name: 'React' }).waitFor({ state: 'detached' });
  await widget.panel.waitFor();
});

check('a server that speaks a newer protocol gets a fresh loader, once', {}, async ({ mock, page, widget }) => {
  await page.evaluate(() => {
    window.heard = [];
    for (const name of ['destroy', 'ready', 'error']) window.linktor('on', name, (detail) => window.heard.push(detail?.code ?? name));
  });
  await widget.open();
  const loaders = [];
  page.on('request', (request) => request.url().includes('/v1/linktor.js') && loaders.push(request.url()));
  await until(() => mock.log.some(({ path }) => path === 'hello'));
  mock.agent.closeSockets(4026);
  await until(() => loaders.length === 1, 'the fresh loader');
  assert.match(loaders[0], /linktor\.js\?\d+$/);
  await until(() => page.evaluate(() => window.heard.includes('ready') && window.heard.at(-1)), 'the new widget');
  await widget.panel.waitFor();
  await until(() => mock.log.filter(({ path }) => path === 'hello').length === 2);
  mock.agent.closeSockets(4026);
  await until(() => page.evaluate(() => window.heard.includes('upgrade_required')), 'the error');
  assert.equal(loaders.length, 1);
});

check('whoever answers is said to be here only while that is so', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('hello');
  await until(() => stored(mock).length === 1);
  mock.agent.join();
  await page.getByText('Marina is here').waitFor();
  mock.agent.transient('presence', { agents: [] });
  await page.getByText('Replies in minutes').waitFor();
});

check('a copy of the chat is saved as a file', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('hello');
  await until(() => stored(mock).length === 1);
  await page.getByRole('button', { name: 'Menu' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Save a copy' }).click()]);
  assert.equal(download.suggestedFilename(), 'chat.txt');
});

check('a lost acknowledgement does not double the message', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await until(() => mock.log.some(({ path }) => path === 'hello'));
  mock.faults.dropAcks = 2;
  await widget.say('only once');
  await page.getByText('Sent', { exact: true }).waitFor();
  assert.deepEqual(stored(mock), ['only once']);
  assert.equal(await widget.items.count(), 1);
});

check('what was missed while the socket was down is there afterwards, once', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('hello');
  await until(() => stored(mock).length === 1);
  mock.faults.down = true;
  mock.agent.dropSockets();
  for (let n = 1; n <= 5; n++) mock.agent.say(`missed ${n}`);
  mock.faults.down = false;
  await widget.log.getByText('missed 5').waitFor();
  assert.equal(await widget.items.count(), 6);
  await page.locator('.item').nth(5).waitFor();
});

check('long polling takes over where sockets do not get through', {}, async ({ mock, widget, page }) => {
  mock.faults.noSocket = true;
  await widget.open();
  await widget.say('over polling');
  await until(() => mock.log.some(({ path }) => path.startsWith('/poll')), 'a poll', 20_000);
  await until(() => stored(mock).length === 1, 'the message', 20_000);
  mock.agent.say('heard you');
  await widget.log.getByText('heard you').waitFor();
  assert.equal(await page.locator('.item').count(), 2);
});

check('two tabs share one connection, and the second takes over from the first', {}, async ({ mock, page, context, widget }) => {
  await widget.open();
  await widget.say('from the first');
  await until(() => stored(mock).length === 1);
  const second = await context.newPage();
  await second.goto(mock.url);
  await second.locator('.item').first().waitFor();
  await second.locator('.composer textarea').fill('from the second');
  await second.keyboard.press('Enter');
  await until(() => stored(mock).length === 2);
  await widget.log.getByText('from the second').waitFor();
  mock.agent.say('to both');
  await second.getByText('to both').waitFor();
  await widget.log.getByText('to both').waitFor();
  assert.equal(mock.log.filter(({ path }) => path === 'hello').length, 1);
  assert.equal(await second.locator('.item').count(), 3);
  await page.close();
  await until(() => mock.log.filter(({ path }) => path === 'hello').length === 2, 'the second tab to connect');
  await second.locator('.composer textarea').fill('alone now');
  await second.keyboard.press('Enter');
  await until(() => stored(mock).length === 3);
});

check('destroy leaves nothing behind', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('bye');
  await until(() => stored(mock).length === 1);
  await page.evaluate(() => window.linktor('destroy'));
  assert.equal(await page.locator('.linktor-widget').count(), 0);
  await until(() => mock.log.length >= 0);
  const before = mock.log.length;
  mock.agent.say('anyone there?');
  await page.evaluate(() => history.pushState({}, '', '/elsewhere'));
  await page.waitForTimeout(1_500);
  assert.equal(mock.log.length, before);
  assert.equal(await page.evaluate(() => document.querySelectorAll('script[src*="/v1/widget/"]').length), 0);
  await page.evaluate(() => window.linktor('init', { channelId: 'ch_1' }));
  await widget.launcher.waitFor();
});

check('destroy while the app is being fetched', {}, async ({ page, widget }) => {
  await widget.launcher.waitFor();
  await page.evaluate(() => {
    window.linktor('open');
    window.linktor('destroy');
  });
  await page.waitForTimeout(500);
  assert.equal(await page.locator('.linktor-widget').count(), 0);
});

check('a loader from before an upgrade finds the new app', { config: { hash: 'feedfacefeed' } }, async ({ page, widget }) => {
  const dist = (name) => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));
  const { hash, files } = JSON.parse(await readFile(dist('manifest.json'), 'utf8'));
  await page.route(`**/v1/widget/${hash}/**`, (route) => route.fulfill({ status: 404 }));
  await page.route('**/v1/widget/feedfacefeed/**', (route) => route.fulfill({ path: dist(files[route.request().url().split('feedfacefeed/')[1]]) }));
  await widget.open();
  await widget.composer.waitFor();
});

const NOTHING = Object.fromEntries(
  'defaultLanguage team starters preChatForm proactiveMessages privacy fileUpload offline availability customCss apiBaseUrl soundEnabled'.split(' ').map((name) => [name, null]),
);
check('null means absent, everywhere', { config: { ...NOTHING, theme: { primaryColor: '#FFD400', position: null, size: null, zIndex: null, borderRadius: null, headerText: null } } }, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('plain');
  await until(() => stored(mock).length === 1);
  mock.agent.say({ type: 'text', text: 'Yes', quickReplies: null }, { type: 'agent', name: null, avatarUrl: null }, { hints: null, reactions: null });
  await widget.log.getByText('Yes').waitFor();
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.linktor-widget').shadowRoot.querySelector('.own .bubble')).color), 'rgb(17, 17, 17)');
});

check('a second copy of the script does nothing', {}, async ({ mock, page, widget }) => {
  await widget.launcher.waitFor();
  await page.addScriptTag({ url: '/v1/linktor.js?again' });
  await page.waitForTimeout(300);
  assert.equal(await page.locator('.linktor-widget').count(), 1);
  assert.deepEqual(requests(mock), ['GET /config']);
});

check('LinktorSettings starts the widget without a call, calls before load are kept in order', { path: '/blank' }, async ({ page, widget }) => {
  await page.evaluate(() => {
    window.seen = [];
    window.LinktorSettings = { channelId: 'ch_1' };
    window.linktor = function () { (window.linktor.q = window.linktor.q || []).push(arguments); };
    window.linktor('on', 'ready', () => window.seen.push('ready'));
    window.linktor('on', 'open', () => window.seen.push('open'));
    window.linktor('open');
  });
  await page.addScriptTag({ url: '/v1/linktor.js' });
  await widget.panel.waitFor();
  assert.deepEqual(await page.evaluate(() => window.seen), ['ready', 'open']);
});

check('a framework that throws the host away gets it back, with the same connection', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('hello');
  await until(() => stored(mock).length === 1);
  await page.evaluate(() => (document.body.innerHTML = '<p>another page</p>'));
  await widget.log.getByText('hello').waitFor();
  mock.agent.say('still here');
  await widget.log.getByText('still here').waitFor();
  assert.equal(mock.log.filter(({ path }) => path === 'hello').length, 1);
});

check(
  'the strictest policy a page can have',
  {
    csp: "default-src 'none'; script-src 'self' 'nonce-n'; connect-src 'self' ws:; img-src 'self' data: blob:; media-src 'self' blob:; require-trusted-types-for 'script'; trusted-types linktor",
    page: (snippet) => `<!doctype html><html lang="en"><title>Strict</title><link rel="icon" href="data:,"><body>${snippet.replaceAll('<script', '<script nonce="n"')}</body></html>`,
  },
  async ({ mock, page, widget }) => {
    await widget.open();
    await widget.say('strict');
    await until(() => stored(mock).length === 1);
    mock.agent.say({ type: 'buttons', text: 'Well?', buttons: [{ type: 'reply', id: 'y', title: 'Yes' }] });
    await page.getByRole('button', { name: 'Yes' }).click();
    await until(() => mock.agent.visitor().events.some((event) => event.payload.content?.payload === 'y'));
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.linktor-widget').shadowRoot.querySelector('#linktor-panel')).width), '380px');
  },
);

check('storage that throws', { path: '/blank' }, async ({ mock, page, widget }) => {
  await page.evaluate(() => {
    for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });
    window.LinktorSettings = { channelId: 'ch_1' };
  });
  await page.addScriptTag({ url: '/v1/linktor.js' });
  await widget.open();
  await widget.say('without storage');
  await until(() => stored(mock).length === 1);
});

check('a required form keeps the message and sends it after', { prechatRequired: true, config: { preChatForm: { enabled: true, fields: [{ name: 'name', label: 'Your name', type: 'text', required: true }] } } }, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('kept');
  await page.getByLabel('Your name').fill('Ana');
  assert.deepEqual(stored(mock), []);
  await page.getByRole('button', { name: 'Start chat' }).click();
  await until(() => stored(mock).length === 1);
  assert.deepEqual(mock.agent.visitor().fields, { name: 'Ana' });
  await widget.log.getByText('kept').waitFor();
});

check('outside opening hours a message can be left', { config: { availability: { state: 'offline' }, businessHoursOnly: true } }, async ({ mock, page, widget }) => {
  await widget.open();
  await page.getByLabel('Email').fill('ana@example.com');
  await page.getByRole('textbox', { name: 'Message' }).fill('Call me');
  await page.getByRole('button', { name: 'Leave message' }).click();
  await page.getByText('Your message is with us').waitFor();
  assert.deepEqual(stored(mock), ['Call me']);
  await widget.log.getByText('Call me').waitFor();
});

check('an answer can be read outside opening hours too', { config: { businessHoursOnly: true } }, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('hello');
  await until(() => stored(mock).length === 1);
  mock.agent.say('Your order is ready');
  mock.agent.transient('availability', { state: 'offline' });
  await page.getByRole('button', { name: 'Leave message' }).waitFor();
  await widget.log.getByText('Your order is ready').waitFor();
  assert.equal(await widget.composer.count(), 0);
  await page.getByRole('button', { name: 'Leave message' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await widget.log.getByText('Your order is ready').waitFor();
  await page.getByRole('button', { name: 'Leave message' }).click();
  await page.getByLabel('Email').fill('ana@example.com');
  await page.getByRole('textbox', { name: 'Message' }).fill('Call me');
  await page.locator('.form').getByRole('button', { name: 'Leave message' }).click();
  await widget.log.getByText('Call me').waitFor();
  assert.deepEqual(stored(mock), ['hello', 'Call me']);
});

check('a form of the page itself comes before the first message', { init: { preChatForm: { enabled: true, fields: [{ name: 'order', label: 'Order', type: 'text' }] } } }, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('kept');
  await page.getByLabel('Order').fill('AC-1');
  assert.deepEqual(stored(mock), []);
  await page.getByRole('button', { name: 'Start chat' }).click();
  await until(() => stored(mock).length === 1);
  assert.deepEqual(mock.agent.visitor().fields, { order: 'AC-1' });
  await page.reload();
  await widget.say('once is enough');
  await until(() => stored(mock).length === 2);
});

check('files are sent one by one, in order', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await until(() => mock.agent.visitor());
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  await page.locator('input[type=file]').setInputFiles([{ name: 'a.png', mimeType: 'image/png', buffer: png }, { name: 'b.txt', mimeType: 'text/plain', buffer: Buffer.from('text') }, { name: 'c.exe', mimeType: 'application/x-msdownload', buffer: Buffer.from('x') }]);
  await until(() => mock.agent.visitor().events.length === 2);
  assert.deepEqual(mock.agent.visitor().events.map((event) => [event.payload.content.type, event.payload.content.filename]), [['image', 'a.png'], ['document', 'b.txt']]);
  await page.getByText('This kind of file cannot be sent').waitFor();
  await page.getByRole('button', { name: 'Remove' }).click();
  await until(async () => (await widget.items.count()) === 2);
});

check('ten files go at once and the eleventh is said to be one too many', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await until(() => mock.agent.visitor());
  const names = Array.from({ length: 11 }, (_, at) => `${at}.txt`);
  await page.locator('input[type=file]').setInputFiles(names.map((name) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(name) })));
  await until(() => mock.agent.visitor().events.length === 10);
  await page.getByText('At most 10 files at once').waitFor();
  assert.deepEqual(mock.agent.visitor().events.map((event) => event.payload.content.filename), names.slice(0, 10));
  assert.equal(await page.getByRole('button', { name: 'Remove' }).count(), 1);
});

check('typing is told in both directions', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('hi');
  await until(() => stored(mock).length === 1);
  mock.agent.transient('typing', { state: 'start', author: { type: 'agent', name: 'Bia' } });
  await page.getByText('Bia is writing').waitFor({ state: 'attached' });
  mock.agent.say('done');
  await until(async () => (await page.locator('.dots').count()) === 0);
  await widget.composer.pressSequentially('hello');
  await until(() => mock.agent.visitor().frames.some(({ type, payload }) => type === 'typing' && payload.state === 'start'));
  await widget.composer.fill('');
  await until(() => mock.agent.visitor().frames.at(-1)?.payload.state === 'stop');
});

check('a proactive message makes no session until it is answered', { config: { proactiveMessages: [{ id: 'p1', trigger: 'time', delay: 50, message: 'Shall I help?', onlyOnce: true }] } }, async ({ mock, page, widget }) => {
  await widget.preview.getByText('Shall I help?').waitFor();
  assert.deepEqual(requests(mock), ['GET /config']);
  await widget.preview.getByText('Shall I help?').click();
  await widget.log.getByText('Shall I help?').waitFor();
  await widget.say('Yes please');
  await until(() => stored(mock).length === 1);
  assert.equal(mock.log.find(({ path }) => path === 'message.send').body.proactiveId, 'p1');
  await page.reload();
  await widget.launcher.waitFor();
  assert.equal(await widget.preview.count(), 0);
});

check('an unknown token starts anew and keeps what is unsent', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('first life');
  await until(() => stored(mock).length === 1);
  mock.visitors.clear();
  mock.agent.dropSockets();
  await widget.say('second life');
  await until(() => mock.visitors.size === 1 && stored(mock).includes('second life'), 'the message in the new session', 20_000);
  assert.equal(await page.locator('.item').count(), 1);
});

check('reset forgets the visitor', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('secret');
  await until(() => stored(mock).length === 1);
  await page.evaluate(() => window.linktor('reset'));
  await until(() => mock.visitors.size === 0);
  await until(async () => !(await page.locator('.item').count()));
  assert.equal(await page.evaluate(() => Object.values(localStorage).join().includes('wct_')), false);
});

check('reset forgets the visitor also while the session is only being taken up again', {}, async ({ mock, page, widget }) => {
  await widget.open();
  await widget.say('secret');
  await until(() => stored(mock).length === 1);
  // The answer about the session comes after the page has asked to forget it.
  let asked;
  const asking = new Promise((done) => (asked = done));
  let answer;
  await page.route('**/session', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    asked();
    await new Promise((done) => (answer = done));
    await route.continue();
  });
  await page.reload();
  await asking;
  await page.evaluate(() => window.linktor('reset'));
  answer();
  await until(() => mock.visitors.size === 0);
  await until(async () => !(await page.evaluate(() => Object.values(localStorage).join().includes('wct_'))));
  await until(async () => !(await page.locator('.item').count()));
  await page.unroute('**/session');
  assert.equal(requests(mock).filter((request) => request === 'POST /session').length, 2, 'nobody new came');
});

check('reset forgets the visitor also while the history is still being fetched', {}, async ({ mock, page, widget }) => {
  await page.addInitScript(() => (Math.random = () => 0));
  await widget.open();
  await widget.say('secret');
  await until(() => stored(mock).length === 1);
  // The history is asked for, and refused, between the end of the session and the word of it.
  let ended;
  const ending = new Promise((done) => (ended = done));
  await page.route('**/messages?limit=*', async (route) => {
    await ending;
    await route.continue();
  });
  await page.route('**/session', async (route) => {
    if (route.request().method() !== 'DELETE') return route.continue();
    const response = await route.fetch();
    const refused = page.waitForResponse(/messages\?limit/);
    ended();
    await (await refused).finished();
    await page.evaluate(() => new Promise((done) => setTimeout(done)));
    await route.fulfill({ response });
  });
  const asking = page.waitForRequest(/messages\?limit/);
  await page.reload();
  await asking;
  await page.evaluate(() => window.linktor('reset'));
  await until(async () => !(await page.evaluate(() => Object.values(localStorage).join().includes('wct_'))));
  assert.equal(requests(mock).filter((request) => request === 'POST /session').length, 2, 'nobody new came');
  await page.unrouteAll({ behavior: 'wait' });
});

check('a refused origin hides the widget and says why', { refuse: 'origin_not_allowed' }, async ({ page }) => {
  const words = await page.evaluate(() => new Promise((done) => {
    if (!document.querySelector('.linktor-widget')) window.linktor('on', 'error', done);
    setTimeout(() => done('nothing'), 1_000);
  }));
  assert(words === 'nothing' || words.code === 'origin_not_allowed');
  assert.equal(await page.locator('.linktor-widget').count(), 0);
});

check('the API of the page: commands, events, callbacks', {}, async ({ mock, page, widget }) => {
  await widget.launcher.waitFor();
  await page.evaluate(() => {
    window.heard = [];
    for (const name of ['open', 'close', 'sent', 'message', 'unread', 'conversation', 'destroy']) window.addEventListener(`linktor:${name}`, (event) => window.heard.push([name, event.detail]));
    window.linktor('on', 'open', () => { throw new Error('a page may be broken'); });
    window.linktor('sendMessage', { text: 'by command' });
    window.linktor('nonsense');
  });
  await until(() => stored(mock).length === 1);
  mock.agent.say('answer');
  await until(() => page.evaluate(() => window.heard.some(([name]) => name === 'message')));
  await page.evaluate(() => window.linktor('close'));
  const names = await page.evaluate(() => window.heard.map(([name]) => name));
  for (const name of ['open', 'sent', 'message', 'close']) assert(names.includes(name), `${name} in ${names}`);
  const state = await page.evaluate(() => new Promise((done) => window.linktor('getState', done)));
  assert.equal(state.connected, true);
  await page.evaluate(() => window.linktor('hideLauncher'));
  await widget.launcher.waitFor({ state: 'hidden' });
  await page.evaluate(() => window.linktor('setLocale', 'ar'));
  await page.evaluate(() => window.linktor('showLauncher'));
  await until(async () => (await widget.launcher.getAttribute('aria-label'))?.trim().startsWith('\u0627'));
});

check('pages can be left out', { init: { hideOn: ['/private/*'] } }, async ({ page, widget }) => {
  await widget.launcher.waitFor();
  await page.evaluate(() => {
    history.pushState({}, '', '/private/1');
    document.body.append('changed');
  });
  await widget.launcher.waitFor({ state: 'hidden' });
});

check('only pages that are named have it, where some are', { init: { showOn: ['/shop/*'] } }, async ({ page, widget }) => {
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
  assert.equal(await widget.launcher.isVisible(), false);
  await page.evaluate(() => {
    history.pushState({}, '', '/shop/1');
    document.body.append('changed');
  });
  await widget.launcher.waitFor();
});

check('a chat that opens by itself takes no focus', { init: { autoOpen: true, openDelay: 10 } }, async ({ page, widget }) => {
  await widget.composer.waitFor();
  assert.equal(await page.evaluate(() => document.activeElement === document.body), true);
});

check('nothing is kept in the browser where the page says so', { init: { persistSession: false } }, async ({ mock, page, context, widget }) => {
  await widget.open();
  await widget.say('remember nothing');
  await until(() => stored(mock).length === 1);
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
  assert.deepEqual(await context.cookies(), []);
});

check('pages are not told of a browser that asks for it', {}, async ({ mock, page, widget }) => {
  const told = () => mock.agent.visitor().frames.filter(({ payload }) => payload?.page?.url).length;
  await widget.open();
  await widget.say('here I am');
  await until(told);
  await page.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }));
  mock.agent.visitor().frames.length = 0;
  await page.reload();
  await widget.say('not where I am');
  await until(() => stored(mock).length === 2);
  assert.equal(told(), 0);
});

check('keys: Enter sends, but not while letters are being composed; with Shift it begins a line', {}, async ({ mock, page, widget }) => {
  await widget.open();
  const field = widget.panel.getByRole('textbox');
  await field.fill('nihao');
  for (const composing of [{ isComposing: true }, { keyCode: 229 }]) {
    await field.evaluate((element, how) => element.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, composed: true, cancelable: true, ...how })), composing);
  }
  await field.press('Shift+Enter');
  await page.keyboard.type('again');
  await field.press('Enter');
  await until(() => stored(mock).length === 1);
  assert.deepEqual(stored(mock), ['nihao\nagain']);
});

check('keys: Escape closes and gives the focus back', {}, async ({ page, widget }) => {
  await widget.launcher.focus();
  await page.keyboard.press('Enter');
  await widget.panel.waitFor();
  const focused = () => page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.className + document.activeElement.shadowRoot?.activeElement?.tagName);
  await until(async () => (await focused()).endsWith('TEXTAREA'));
  await page.keyboard.press('Escape');
  await widget.panel.waitFor({ state: 'detached' });
  assert.match(await focused(), /linktor-launcher/);
});

check('phone: covers the page, Back closes, the page is where it was', { viewport: { width: 390, height: 844 }, context: { isMobile: true, hasTouch: true }, page: (snippet) => `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width,initial-scale=1"><title>Long</title></head><body><div style="height:3000px">long</div>${snippet}</body></html>` }, async ({ page, widget }) => {
  await page.evaluate(() => scrollTo(0, 700));
  await widget.open();
  await until(async () => JSON.stringify(await widget.panel.boundingBox()) === '{"x":0,"y":0,"width":390,"height":844}', 'the panel to cover everything');
  assert.equal(await widget.panel.getAttribute('aria-modal'), 'true');
  await widget.launcher.waitFor({ state: 'hidden' });
  await page.goBack();
  await widget.panel.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => scrollY), 700);
  await widget.open();
  await page.locator('.hero').getByRole('button', { name: 'Close chat' }).first().click();
  await widget.panel.waitFor({ state: 'detached' });
  await until(() => page.evaluate(() => !history.state?.linktor));
  assert.equal(await page.evaluate(() => scrollY), 700);
});

check('the hosted page', { path: '/chat/ch_1' }, async ({ mock, page, widget }) => {
  await widget.panel.waitFor();
  assert.equal(await widget.launcher.count(), 0);
  assert.deepEqual(requests(mock), ['GET /config']);
  await widget.say('from the link');
  await until(() => stored(mock).length === 1);
  const box = await widget.panel.boundingBox();
  assert.deepEqual([box.width, box.height], [640, 760]);
  assert.equal(await page.getByRole('button', { name: 'Close chat' }).count(), 0);
});
