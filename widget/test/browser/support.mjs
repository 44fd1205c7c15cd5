/** Starts Chromium and the mock server, and knows the page under test. */
import { chromium } from 'playwright-core';
import { startMock } from '../mock-server.mjs';

const FLAGS = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

let browser;

export async function launch() {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS.split(' ') });
  return browser;
}

export async function shutdown() {
  await browser?.close();
  browser = undefined;
}

/** A mock server with the given settings and a page on it, both gone after `use`. */
export async function withWidget(settings, use) {
  const { viewport = { width: 620, height: 720 }, context: contextOptions = {}, path = '/', ...mockSettings } = settings;
  const mock = await startMock(mockSettings);
  const context = await (await launch()).newContext({ viewport, locale: 'en-GB', timezoneId: 'America/Sao_Paulo', ...contextOptions });
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error.stack ?? error)));
  page.on('console', (message) => {
    // A network that a test takes away makes the browser complain; that is not about us.
    if (message.type() === 'error' && !/net::ERR_|WebSocket connection|status of 40[0-9]/.test(message.text())) problems.push(message.text());
  });
  try {
    await page.goto(mock.url + path);
    await use({ mock, page, context, widget: parts(page), problems });
    if (problems.length) throw new Error(`the browser complained:\n${problems.join('\n')}`);
  } finally {
    await context.close();
    await mock.stop();
  }
}

const parts = (page) => ({
  launcher: page.locator('.linktor-launcher'),
  panel: page.locator('#linktor-panel'),
  composer: page.locator('.composer textarea'),
  log: page.getByRole('log'),
  items: page.locator('.item'),
  preview: page.locator('.linktor-preview'),
  async open() {
    await page.locator('.linktor-launcher').click();
    await page.locator('#linktor-panel').waitFor();
  },
  async say(text) {
    await page.locator('.composer textarea').fill(text);
    await page.keyboard.press('Enter');
  },
});

/** Until `holds` gives something true; the last answer is in the complaint. */
export async function until(holds, what = String(holds), timeout = 8_000) {
  const end = Date.now() + timeout;
  for (let value; ; ) {
    value = await holds();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}
