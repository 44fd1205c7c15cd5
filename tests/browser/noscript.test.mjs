// The dashboard with scripts switched off: links and forms alone carry an agent through a reply.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, person } from './support/browser.mjs';
import { demo } from './support/server.mjs';

const ANSWER = 'Your parcel left Santos at nine.';

let browser;
let linktor;

before(async () => {
  [linktor, browser] = await Promise.all([demo(), launch()]);
});

after(async () => {
  await browser?.close();
  await linktor?.stop();
});

test('an agent without scripts reads a conversation and answers it, once', async () => {
  const { page, watch } = await person(browser, {
    ours: [linktor.url], options: { javaScriptEnabled: false },
  });
  await page.goto(linktor.output().match(/http:\S+\/demo\/enter\?token=\S+/)[0]);
  await page.goto(`${linktor.url}/app/inbox/all`);
  await page.locator('#list li').first().getByRole('link').first().click();
  await page.locator('#thread article').first().waitFor();
  await page.locator('#composer textarea').fill(ANSWER);
  await page.locator('#composer button.send').click();
  const answers = page.locator('#thread article', { hasText: ANSWER });
  await answers.first().waitFor();
  assert.equal(await answers.count(), 1);
  await page.reload();
  assert.equal(await answers.count(), 1);
  watch.assertQuiet();
});
