// One Chromium, and pages that are watched: whatever a person would see in the developer tools as
// an error, and every request that leaves our own servers, fails the test.

import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterEach } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { chromium } from 'playwright-core';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PICTURES = new URL('../out/', import.meta.url).pathname;
/** How long a person would wait before calling it broken. */
const PATIENCE_MS = 30_000;

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the browser, with further options of its start; `close()` it at the end of the file. */
export function launch(options = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: FLAGS,
    ...options,
  });
}

/**
 * A person at a browser of their own: own cookies, own storage, one page open.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {{ ours: string[], options?: object }} settings
 *   `ours`: the addresses this person's pages may talk to; `options`: those of a browser context
 */
export async function person(browser, { ours, options = {} }) {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const watch = new Watch(ours);
  context.on('page', (page) => watch.follow(page));
  const page = await context.newPage();
  open.set(page, watch);
  page.on('close', () => open.delete(page));
  return { context, page, watch };
}

/** The page of every person of the running file, and what was seen of it. */
const open = new Map();

// What a person had before them when a test failed, and how it came there: all there is to see of it on a machine
// elsewhere.
afterEach(async ({ passed, name }) => {
  if (passed) return;
  for (const [page, watch] of open) {
    const seen = await page.locator('body').ariaSnapshot({ timeout: 5_000 }).catch((error) => error.message);
    console.error(`\n"${name}" failed before ${page.url()}:\n${seen}\n${watch.story()}`);
  }
});

/** Looks again and again until there is to see what is expected, as a person waits for it. */
export async function becomes(look, expected, what) {
  const end = Date.now() + PATIENCE_MS;
  let seen = await look();
  while (!isDeepStrictEqual(seen, expected) && Date.now() < end) {
    await pause(20);
    seen = await look();
  }
  assert.deepEqual(seen, expected, what);
}

/** Lines of the story of a page that are kept. */
const STORY_LINES = 60;

/** Collects what must not happen on the pages of one person, and what did happen on them lately. */
class Watch {
  #ours;
  #troubles = [];
  #expected = [];
  #story = [];

  constructor(ours) {
    this.#ours = ours.map((url) => new URL(url).host);
  }

  follow(page) {
    page.on('console', (message) => {
      this.#tell(`console ${message.type()}: ${message.text()}`);
      if (message.type() === 'error') {
        this.#note(`console: ${message.text()} (${message.location().url})`);
      }
    });
    page.on('pageerror', (error) => this.#note(`uncaught: ${error.stack ?? error}`));
    page.on('request', (request) => {
      this.#tell(`asks ${request.method()} ${request.url()}`);
      this.#checkAddress(request.url());
    });
    page.on('response', (response) => this.#tell(`has ${response.status()} ${response.url()}`));
    page.on('requestfailed', (request) => this.#tell(`lost ${request.url()}: ${request.failure()?.errorText}`));
    page.on('crash', () => this.#tell('crashed'));
    page.on('websocket', (socket) => this.#checkAddress(socket.url()));
  }

  /** What the pages asked for, got and said, the latest at the end, a line each. */
  story() {
    return this.#story.join('\n');
  }

  /** From here on, troubles that match are part of the test: a cut line, a refused password. */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  /** Fails when anything happened that must not. */
  assertQuiet() {
    assert.deepEqual(this.#troubles, []);
  }

  #checkAddress(address) {
    const { protocol, host } = new URL(address);
    if (!['data:', 'blob:', 'about:'].includes(protocol) && !this.#ours.includes(host)) {
      this.#note(`request to a stranger: ${address}`);
    }
  }

  #tell(line) {
    this.#story.push(`${new Date().toISOString().slice(11, 23)} ${line.slice(0, 300)}`);
    this.#story.splice(0, this.#story.length - STORY_LINES);
  }

  #note(trouble) {
    this.#tell(trouble);
    if (!this.#expected.some((pattern) => pattern.test(trouble))) {
      this.#troubles.push(trouble);
    }
  }
}

/**
 * Fails on every finding of the accessibility audit that keeps somebody out, shadow roots included.
 *
 * @param {import('playwright-core').Page} page
 */
export async function assertAccessible(page, what) {
  await page.waitForFunction(() => {
    const roots = [document, ...[...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? [])];
    return roots.flatMap((root) => root.getAnimations()).every((animation) => animation.playState !== 'running'
      || animation.effect?.getTiming().iterations === Infinity);
  });
  // Not by a script tag: the policy of our pages rightly refuses that.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => ({
      id,
      help,
      where: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`),
    }));
  assert.deepEqual(serious, [], `accessibility of ${what}`);
}

/** Keeps a picture of the page in `out/`, to be looked at by people. */
export async function picture(page, name) {
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}${name}.png`, animations: 'disabled' });
}

/** Looks at what is open in light, in dark and on a phone, as the same person, and goes back to `desk`. */
export async function looked(page, desk, name) {
  const phone = { colorScheme: 'light', viewport: { width: 390, height: 844 } };
  for (const [look, { colorScheme, viewport }] of [['light', desk], ['dark', { ...desk, colorScheme: 'dark' }], ['phone', phone]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    await assertAccessible(page, `${name} (${look})`);
    await picture(page, `${name}-${look}`);
  }
  await page.emulateMedia({ colorScheme: desk.colorScheme });
  await page.setViewportSize(desk.viewport);
}
