// The chat on a phone, in a language that runs from right to left: everything can be reached, stands on
// the correct side and can be read, in the default theme and in colours people choose.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertAccessible, launch, person, picture } from './support/browser.mjs';
import { answer, call, heard, openConversation, panel, said, write } from './support/people.mjs';
import { OWNER, serve } from './support/server.mjs';
import { shop } from './support/shop.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2, locale: 'ar' };
const QUESTION = '\u0623\u064a\u0646 \u0637\u0644\u0628\u064a \u0631\u0642\u0645 #AC-20418\u061f';
const ANSWER = '\u0641\u064a \u0627\u0644\u0637\u0631\u064a\u0642 \u0625\u0644\u064a\u0643.';
const AGENT = { name: 'Marina Costa', email: 'marina@example.com', password: 'another long password' };
const BUSINESS = '\u0642\u0647\u0648\u0629 \u0623\u0648\u0631\u0648\u0631\u0627';
const WELCOME = '\u0645\u0631\u062d\u0628\u0627 \u0628\u0643';
const STARTERS = ['\u0623\u064a\u0646 \u0637\u0644\u0628\u064a\u061f', '\u0645\u0627 \u0627\u0644\u062c\u062f\u064a\u062f\u061f'];
/** The default, a light and a middling one that carry dark text, a dark one, and a red. */
const COLOURS = ['#0066FF', '#FFD400', '#22C55E', '#1B1B22', '#C9373E'];

let browser;
let linktor;
const toStop = [];

before(async () => {
  [linktor, browser] = await Promise.all([serve(), launch()]);
  await call(linktor, '/users', AGENT);
});

after(async () => {
  await browser?.close();
  await Promise.all(toStop.map((each) => each.stop()));
  await linktor?.stop();
});

/** A visitor with a phone on a shop of their own whose chat has these settings. */
async function visitorAt(config, options = {}) {
  const channel = await call(linktor, '/channels', { type: 'webchat', name: 'Shop', config });
  const site = await shop({ linktor: linktor.url, channelId: channel.id, language: 'ar' });
  toStop.push(site);
  const visitor = await person(browser, { ours: [linktor.url, site.url], options: { ...PHONE, ...options } });
  await visitor.page.goto(site.url);
  await launcher(visitor.page).waitFor();
  return visitor;
}

const launcher = (page) => page.locator('.linktor-launcher');
const box = async (place) => {
  await place.waitFor();
  return place.boundingBox();
};

/** Fails unless `first` begins to the right of `second`: reading goes from right to left. */
async function assertBefore(first, second, what) {
  const [one, two] = [await box(first), await box(second)];
  assert.ok(one.x + one.width > two.x + two.width, `${what}: ${JSON.stringify([one, two])}`);
}

async function assertFits(page) {
  const wide = await page.evaluate(() => {
    const { shadowRoot } = document.querySelector('.linktor-widget');
    const outside = [...shadowRoot.querySelectorAll('*')].filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 0 && element.checkVisibility() && !element.closest('.sr') && (left < -1 || right > innerWidth + 1);
    });
    return [...outside.map((element) => element.outerHTML.slice(0, 120)), ...(document.documentElement.scrollWidth > innerWidth ? ['the page'] : [])];
  });
  assert.deepEqual(wide, []);
}

describe('a phone and a language from right to left', { concurrency: false }, () => {
  test('from the launcher through a conversation and back', async () => {
    const { page, watch } = await visitorAt({
      theme: { headerText: { en: 'Aurora', ar: BUSINESS }, welcomeMessage: { en: 'Hello', ar: WELCOME } },
      starters: STARTERS.map((title) => ({ title, icon: 'box' })),
    });
    const corner = await box(launcher(page));
    assert.ok(corner.x + corner.width / 2 < PHONE.viewport.width / 2, 'the launcher is mirrored');
    await page.getByRole('button', { name: '\u0627\u0641\u062a\u062d \u0627\u0644\u062f\u0631\u062f\u0634\u0629', exact: true }).waitFor();
    await launcher(page).tap();
    const first = panel(page);
    await first.getByRole('heading', { name: WELCOME }).waitFor();
    assert.equal(await first.evaluate((element) => getComputedStyle(element).direction), 'rtl');
    await assertBefore(first.locator('.hero .narrow'), first.locator('.logo'), 'the way back comes first');
    await assertFits(page);
    await assertAccessible(page, 'the first view on a phone');
    const whole = Object.values(await first.boundingBox()).map(Math.round);
    assert.deepEqual(whole, [0, 0, PHONE.viewport.width, PHONE.viewport.height], 'all of the screen');
    await picture(page, 'phone-ar-home');

    const field = first.getByRole('textbox');
    assert.ok(await field.evaluate((element) => parseFloat(getComputedStyle(element).fontSize)) >= 16, 'or iPhones zoom');
    await write(page, QUESTION);
    await heard(page, QUESTION).waitFor();

    const agent = await person(browser, { ours: [linktor.url] });
    await agent.page.goto(`${linktor.url}/login`);
    await agent.page.getByLabel('Email').fill(AGENT.email);
    await agent.page.locator('#password').fill(AGENT.password);
    await agent.page.getByRole('button', { name: 'Sign in' }).click();
    await agent.page.waitForURL(/\/app\//);
    await agent.page.goto(`${linktor.url}/app/inbox/all`);
    await openConversation(agent.page, QUESTION);
    assert.equal(await said(agent.page, QUESTION).locator('.words').getAttribute('dir'), 'auto');
    await agent.page.locator('#thread-head .who-has').click();
    await agent.page.locator('#menu-assign button', { hasText: AGENT.name }).click();
    await answer(agent.page, ANSWER);
    await heard(page, ANSWER).waitFor();

    const title = first.locator('.title');
    await title.getByText(AGENT.name).waitFor();
    await assertBefore(first.locator('.head .face'), title, 'the face stands before the name');
    await assertBefore(first.locator('.head .face'), title.getByText(AGENT.name), 'and right beside it');
    const [face, name] = [await box(first.locator('.head .face')), await inkOf(title.getByText(AGENT.name))];
    assert.ok(face.x - name.right < 24, `the name is beside its picture: ${face.x} ${name.right}`);
    const [own, theirs] = [await box(heard(page, QUESTION).locator('.bubble')), await box(heard(page, ANSWER).locator('.bubble'))];
    assert.ok(own.x < 24, 'the own message ends at the left');
    assert.ok(theirs.x + theirs.width > PHONE.viewport.width - 24, 'theirs begins at the right');
    await assertFits(page);
    await assertAccessible(page, 'a conversation on a phone');
    await picture(page, 'phone-ar-thread');

    await first.getByRole('button', { name: '\u0627\u0644\u0642\u0627\u0626\u0645\u0629' }).tap();
    await first.getByRole('menu').waitFor();
    await assertFits(page);
    await assertAccessible(page, 'the menu on a phone');
    await picture(page, 'phone-ar-menu');
    await page.keyboard.press('Escape');

    await page.goBack();
    await first.waitFor({ state: 'hidden' });
    await answer(agent.page, '\u0634\u064a\u0621 \u0622\u062e\u0631\u061f');
    const preview = page.locator('.linktor-preview');
    await preview.waitFor();
    await assertBefore(preview.locator('.face'), preview.locator('.who b'), 'the face stands before the name');
    const bubble = await box(preview);
    assert.ok(bubble.x + bubble.width / 2 < PHONE.viewport.width / 2 + 20, 'the preview is above the launcher');
    await assertFits(page);
    await assertAccessible(page, 'the preview on a phone');
    await picture(page, 'phone-ar-preview');
    agent.watch.assertQuiet();
    watch.assertQuiet();
  });

  test('the form before the chat, and what is wrong in it', async () => {
    const { page, watch } = await visitorAt({
      preChatForm: {
        enabled: true,
        title: { ar: '\u0642\u0628\u0644 \u0623\u0646 \u0646\u0628\u062f\u0623' },
        fields: [{ name: 'name', label: '\u0627\u0644\u0627\u0633\u0645', type: 'text', required: true }],
      },
      privacy: { cookieConsent: true },
    });
    await launcher(page).tap();
    await panel(page).getByLabel('\u0627\u0644\u0627\u0633\u0645').waitFor();
    await panel(page).locator('button.primary').tap();
    await panel(page).locator('[aria-invalid=true]').first().waitFor();
    await assertFits(page);
    await assertAccessible(page, 'the form with mistakes');
    await picture(page, 'phone-ar-form');
    watch.assertQuiet();
  });

  test('outside of business hours', async () => {
    const closed = { timezone: 'Asia/Riyadh', weekly: {}, holidays: [] };
    const { page, watch } = await visitorAt({ businessHours: closed, businessHoursOnly: true });
    await launcher(page).tap();
    await panel(page).locator('textarea').waitFor();
    await assertFits(page);
    await assertAccessible(page, 'the offline form');
    await picture(page, 'phone-ar-offline');
    watch.assertQuiet();
  });

  for (const colour of COLOURS) {
    for (const scheme of ['light', 'dark']) {
      test(`${colour} in ${scheme} can be read`, async () => {
        const { page, watch } = await visitorAt({ theme: { primaryColor: colour }, starters: [{ title: STARTERS[0] }] }, { colorScheme: scheme });
        await assertAccessible(page, `the launcher in ${colour}`);
        await launcher(page).tap();
        await panel(page).getByRole('textbox').waitFor();
        await assertAccessible(page, `the first view in ${colour}`);
        await write(page, `${QUESTION} https://shop.example/orders`);
        await heard(page, QUESTION).waitFor();
        await assertAccessible(page, `the conversation in ${colour}`);
        await picture(page, `phone-ar-${colour.slice(1)}-${scheme}`);
        watch.assertQuiet();
      });
    }
  }
});

/** Where the letters of a line stand, whatever room its box takes. */
function inkOf(place) {
  return place.first().evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const { left, right } = range.getBoundingClientRect();
    return { left, right };
  });
}
