// Every page a person can reach, by light and by dark, on a desk and on a phone: nobody is kept out
// by it, nothing breaks on it and nothing hangs over its edge. Pages are found by following links,
// so a new page that anybody can reach is looked at without being named here.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAccessible, launch, person } from './support/browser.mjs';
import { demo, serveUnowned } from './support/server.mjs';

/** Pages that must be among those found; the walk would otherwise shrink unnoticed. */
const KNOWN = [
  '/app/inbox/mine', '/app/inbox/unassigned', '/app/inbox/all', '/app/inbox/waiting',
  '/app/inbox/snoozed', '/app/inbox/done', '/app/inbox/spam', '/app/inbox/all/*',
  '/app/contacts', '/app/contacts/*', '/app/search', '/app/me', '/app/me/two-step',
  '/app/settings/channels', '/app/settings/channels/new', '/app/settings/channels/*',
  '/app/settings/channels/*/appearance', '/app/settings/channels/*/forms', '/app/settings/channels/*/install', '/app/settings/tags', '/app/settings/users', '/app/settings/teams',
  '/app/settings/keys', '/app/settings/health', '/app/settings/general', '/app/failed',
];
/** Pages no link leads to: a search with and without a hit, conditions in groups, the rest of the set-up, the handbook, an unknown address. */
const UNLINKED = ['/app/search?q=order', '/app/search?q=xyzzyplugh', '/app/inbox/conditions?section=all&m.0=any&do=group:0', '/app/welcome', '/app/welcome?step=channel', '/docs', '/app/nothing-here'];
const PHONE = { width: 390, height: 844 };
const LOOKS = [
  { name: 'light', options: { colorScheme: 'light' } },
  { name: 'dark', options: { colorScheme: 'dark' } },
  { name: 'light on a phone', options: { colorScheme: 'light', viewport: PHONE, hasTouch: true } },
];

let browser;
let linktor;
let unowned;
let entrance;

before(async () => {
  [linktor, unowned, browser] = await Promise.all([demo(), serveUnowned(), launch()]);
  entrance = linktor.output().match(/http:\S+\/demo\/enter\?token=\S+/)[0];
});

after(async () => {
  await browser?.close();
  await Promise.all([linktor?.stop(), unowned?.stop()]);
});

/** Somebody signed in as the owner of the demo. */
async function owner(options) {
  const somebody = await person(browser, { ours: [linktor.url], options });
  await somebody.context.request.get(entrance);
  return somebody;
}

/** An address with every id in it taken out: what two rows of one list have in common. */
function shape(path) {
  // However a queue is narrowed, it is the same page; there is no end of ways.
  const place = path.replace(/\/inbox\/[^/]*(;|%3B)[^/]*/i, '/inbox/narrowed');
  return place.replace(/\/[a-z]+_[0-9a-z]{20,}/g, '/*');
}

/** The dashboard's addresses that links on the open page lead to. */
function linked(page) {
  return page.locator('a[href^="/app/"]').evaluateAll((links) =>
    links.filter((link) => !link.hasAttribute('download')).map((link) => new URL(link.href).pathname)
      .filter((path) => !/^\/app\/(assets|media)\/|\/source$/.test(path)));
}

/** The demo's web chat first, of all channels: it has pages that the others lack. */
async function chatFirst(page) {
  await page.goto(`${linktor.url}/app/settings/channels`);
  const channels = (await linked(page)).filter((path) => /\/channels\/ch_[0-9a-z]+$/.test(path));
  for (const path of channels) {
    const install = await page.request.get(`${linktor.url}${path}/install`);
    if (install.ok()) return [path, ...channels.filter((other) => other !== path)];
  }
  return channels;
}

async function inspect(page, what) {
  await assertAccessible(page, what);
  const over = await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${what} scrolls sideways by ${over} px`);
  // Forms and lists are as wide as their page; only what stands in a frame of its own may be wider.
  const wide = await page.evaluate(() => [...document.querySelectorAll('.formpage, .formpage *')].filter((part) => part.checkVisibility()
    && part.getBoundingClientRect().right > innerWidth + 1).map((part) => part.outerHTML.slice(0, 120)));
  assert.deepEqual(wide, [], `${what} has parts beyond its edge`);
}

for (const { name, options } of LOOKS) {
  test(`every page of the dashboard, ${name}`, async () => {
    const { context, page, watch } = await owner(options);
    watch.expect(/status of 404.*nothing-here/);
    const seen = new Set();
    const [chat, ...others] = await chatFirst(page);
    const queue = [chat, '/app/inbox/all', '/app/me', ...UNLINKED];
    for (const path of others) {
      await page.goto(linktor.url + path);
      await inspect(page, `${path}, ${name}`);
    }
    while (queue.length > 0) {
      const path = queue.shift();
      if (!seen.has(shape(path))) {
        seen.add(shape(path));
        await page.goto(linktor.url + path);
        await inspect(page, `${path}, ${name}`);
        queue.push(...await linked(page));
      }
    }
    assert.deepEqual(KNOWN.filter((path) => !seen.has(path)), [], `found: ${[...seen].join(' ')}`);
    watch.assertQuiet();
    await context.close();
  });

  test(`the pages before signing in, ${name}`, async () => {
    const { context, page, watch } = await person(browser, {
      ours: [linktor.url, unowned.url], options,
    });
    // A set-up without its link explains where to find it, and says 403 while doing so.
    watch.expect(/status of 403.*\/setup\)/);
    // So does a link that does not work.
    watch.expect(/status of 403.*\/login\/reset\?token=x\)/);
    const setUp = unowned.output().match(/http:\S+\/setup\?token=\S+/)[0];
    const pages = ['/login', '/login/forgot', '/login/reset?token=x'].map((path) => linktor.url + path);
    for (const address of [...pages, setUp, `${unowned.url}/setup`]) {
      await page.goto(address);
      await inspect(page, `${new URL(address).pathname}, ${name}`);
    }
    watch.assertQuiet();
    await context.close();
  });
}
