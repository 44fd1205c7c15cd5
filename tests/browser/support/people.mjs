// What visitors and agents do on their pages, for every test in which they talk to one another.

import assert from 'node:assert/strict';

import { person } from './browser.mjs';
import { API_KEY } from './server.mjs';

/** Calls the REST interface with the key every `serve` has; returns the answer. */
export async function call(linktor, path, body) {
  const answer = await fetch(`${linktor.url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': API_KEY },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${path} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}

/** Somebody in a browser of their own, signed in, before the list of everything open. */
export async function signIn(browser, linktor, { email, password }, options = {}) {
  const agent = await person(browser, { ours: [linktor.url], options });
  await agent.page.goto(`${linktor.url}/login`);
  await agent.page.getByLabel('Email').fill(email);
  await agent.page.locator('#password').fill(password);
  await agent.page.getByRole('button', { name: 'Sign in' }).click();
  await agent.page.waitForURL(/\/app\//);
  await agent.page.goto(`${linktor.url}/app/inbox/all`);
  return agent;
}

/** Signs the owner of the demo in by the printed link. */
export async function enterDemo(page, linktor) {
  await page.goto(linktor.output().match(/http:\S+\/demo\/enter\?token=\S+/)[0]);
  await page.waitForURL(/\/app\/inbox\/mine/);
}

/** The widget's panel; Playwright looks into its shadow root by itself. */
export const panel = (page) => page.locator('#linktor-panel');

/** A visitor opens the chat on a page that carries the widget. */
export async function openChat(page) {
  await page.locator('.linktor-launcher').click();
  await panel(page).getByRole('textbox').waitFor();
}

/** A visitor writes; whether it arrives is the test's question. */
export async function write(page, text) {
  await panel(page).getByRole('textbox').fill(text);
  await panel(page).getByRole('textbox').press('Enter');
}

/** An agent opens the conversation whose last message is `text`, from a list that shows it. */
export async function openConversation(page, text) {
  await page.locator('#list li', { hasText: text }).getByRole('link').first().click();
  await said(page, text).waitFor();
}

/**
 * An agent opens the box for choices, places and cards. Its first field takes the focus as it opens: what is typed before
 * that would go there.
 */
export async function openOffer(page) {
  await page.getByRole('button', { name: /Buttons, lists/ }).click();
  await page.locator('#offer .ask input').first().waitFor();
}

/** An agent answers in the open conversation. */
export async function answer(page, text) {
  await page.locator('#composer textarea').fill(text);
  await page.locator('#composer textarea').press('Control+Enter');
}

/** The messages with `text` in the agent's open conversation. */
export const said = (page, text) => page.locator('#thread article', { hasText: text });

/** The messages with `text` in the visitor's chat. */
export const heard = (page, text) => panel(page).locator('.item', { hasText: text });
