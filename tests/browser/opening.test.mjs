// The demo as it is found: its conversations were held on every channel, and open with their heads in sight.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { picture } from './support/browser.mjs';
import { openConversation } from './support/people.mjs';
import { stage } from './support/stage.mjs';

const HELD_ON = ['whatsapp', 'facebook', 'instagram', 'telegram', 'sms', 'email', 'webchat'];

let scene;

before(async () => {
  scene = await stage();
});

after(() => scene?.stop());

test('what was said on every channel waits in the inbox', async () => {
  const { page } = scene.owner;
  await page.goto(`${scene.linktor.url}/app/inbox/all`);
  await page.locator('.row .badge').first().waitFor();
  const found = await page.locator('.row .badge').evaluateAll((badges) => badges.map((badge) => badge.className));
  for (const kind of HELD_ON) {
    assert.ok(found.some((names) => names.split(' ').includes(`b-${kind}`)), `${kind} is not among ${found}`);
  }
  await page.waitForFunction(() => document.querySelector('[data-n=mentions]').textContent === '1');
});

test('a conversation with news in it opens with its head in sight', async () => {
  const { page } = scene.owner;
  await openConversation(page, 'could you send the invoice');
  await page.locator('#new-messages').waitFor();
  const place = await page.evaluate(() => ({
    main: document.querySelector('main').scrollTop,
    head: document.querySelector('#thread h2').getBoundingClientRect().top,
  }));
  assert.equal(place.main, 0);
  assert.ok(place.head > 0, `the head is at ${place.head}`);
  await picture(page, 'opening');
});

test('the page of the sandbox ends where its phones do', async () => {
  const { page } = scene.customer;
  const below = await page.evaluate(() => {
    const parts = [...document.querySelectorAll('section.unit, aside')];
    const end = Math.max(...parts.map((part) => part.getBoundingClientRect().bottom + window.scrollY));
    return document.documentElement.scrollHeight - Math.max(end, window.innerHeight);
  });
  assert.ok(below < 100, `${below} px of nothing`);
});
