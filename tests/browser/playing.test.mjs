// A person plays the customer on the phones of WhatsApp, Messenger and Instagram, and an agent sees in
// the inbox what was meant: words, files, answers to stories, reactions, changes, deletions.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { becomes, picture } from './support/browser.mjs';
import { answer, call, openConversation, said } from './support/people.mjs';
import { fieldOf, phoneOf, stage } from './support/stage.mjs';

let linktor;
let owner;
let customer;
let stop;

before(async () => {
  ({ linktor, owner, customer, stop } = await stage());
});

after(() => stop?.());

const phone = (name) => phoneOf(customer.page, name);
const screen = (name) => phone(name).locator('[data-screen]');
const field = (name) => fieldOf(phone(name));
const bubble = (name, text) => screen(name).locator('article', { hasText: text }).last();
const thread = () => owner.page.locator('#thread');

async function say(name, text) {
  await field(name).fill(text);
  await field(name).press('Enter');
  await bubble(name, text).waitFor();
}

async function more(name, label) {
  await phone(name).getByRole('button', { name: 'Send something else' }).click();
  await phone(name).getByRole('button', { name: label, exact: true }).click();
}

async function act(name, text, label) {
  const one = bubble(name, text);
  await one.hover();
  await one.locator('summary').click();
  await one.getByRole('button', { name: label, exact: true }).click();
}

/** What is offered, and what the customer taps of it. */
const OFFERS = [
  {
    what: 'a button',
    content: { type: 'buttons', text: 'What next?', buttons: [{ type: 'reply', id: 'TRACK', title: 'Track it' }, { type: 'reply', id: 'CALL', title: 'Call me' }] },
    tapped: 'Call me',
  },
  {
    what: 'a row of a list',
    content: { type: 'list', text: 'Which roast?', buttonText: 'Show them', sections: [{ title: 'Roasts', rows: ['Light', 'Medium', 'Dark', 'Filter'].map((roast) => ({ id: roast, title: `${roast} roast` })) }] },
    tapped: 'Dark roast',
    opens: 'Show them',
  },
  {
    what: 'a quick reply',
    content: { type: 'text', text: 'Was that all?', quickReplies: [{ id: 'YES', title: 'Yes, thanks' }, { id: 'NO', title: 'Not yet' }] },
    tapped: 'Yes, thanks',
  },
];

for (const { name, title, deletes, stories, places } of [
  { name: 'whatsapp', title: 'WhatsApp', deletes: true, places: true },
  { name: 'facebook', title: 'Messenger' },
  { name: 'instagram', title: 'Instagram', deletes: true, stories: true },
]) {
  describe(`a customer on ${title}`, { concurrency: false }, () => {
    const question = `Do you ship to ${title}?`;

    test('writes, and is answered', async () => {
      await say(name, question);
      await owner.page.goto(`${linktor.url}/app/inbox/all`);
      await openConversation(owner.page, question);
      await answer(owner.page, `To all of ${title}.`);
      await bubble(name, `To all of ${title}.`).waitFor();
      await said(owner.page, `To all of ${title}.`).locator('.receipt.read').waitFor();
    });

    test('reacts, and takes it off', async () => {
      await act(name, `To all of ${title}.`, '\u2764 Love');
      await said(owner.page, `To all of ${title}.`).locator('.reaction').waitFor();
      await becomes(() => owner.page.locator('[data-log]').evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 2), true, 'what grows at the end stays in sight');
      await act(name, `To all of ${title}.`, 'Take the sign off');
      await said(owner.page, `To all of ${title}.`).locator('.reaction').waitFor({ state: 'detached' });
    });

    test('sends a picture and a voice note', async () => {
      await more(name, 'Picture');
      const image = thread().locator('img[src^="/media/"], .pic img').last();
      await image.waitFor();
      await owner.page.waitForFunction(() => [...document.querySelectorAll('#thread .pic img')].some((one) => one.complete && one.naturalWidth > 0));
      await more(name, 'Voice note');
      await thread().locator('[data-player]').last().waitFor();
      if (places) {
        await more(name, 'Location');
        await thread().getByText('Rua Harmonia 210').waitFor();
      }
    });

    test('changes what was said', async () => {
      await act(name, question, 'Change it');
      await field(name).fill(`${question} Today?`);
      await field(name).press('Enter');
      await bubble(name, `${question} Today?`).getByText('edited').waitFor();
      await said(owner.page, `${question} Today?`).getByText('edited').waitFor();
    });

    for (const { what, content, tapped, opens } of OFFERS) {
      test(`taps ${what}`, async () => {
        const conversation = owner.page.url().match(/conv_\w+/)[0];
        await call(linktor, `/conversations/${conversation}/messages`, { content });
        await bubble(name, content.text).waitFor();
        // Only WhatsApp has lists; elsewhere their rows stand below the message at once.
        const list = screen(name).locator('details.list summary', { hasText: opens });
        if (opens && name === 'whatsapp') {
          await list.last().click();
          // What comes meanwhile draws the screen anew, and the list stays open.
          const meanwhile = 'Take your time.';
          await call(linktor, `/conversations/${conversation}/messages`, { content: { type: 'text', text: meanwhile } });
          await bubble(name, meanwhile).waitFor();
        }
        await screen(name).getByRole('button', { name: tapped, exact: true }).last().click();
        await bubble(name, tapped).waitFor();
        const chosen = said(owner.page, tapped).last();
        await chosen.getByText('Pressed a button').waitFor();
      });
    }

    if (deletes) {
      test('takes something back', async () => {
        await say(name, 'My card number is 4111');
        await said(owner.page, 'My card number is 4111').waitFor();
        await act(name, 'My card number is 4111', 'Delete it');
        await screen(name).getByText('You deleted this message').waitFor();
        await said(owner.page, 'My card number is 4111').waitFor({ state: 'detached' });
        await thread().getByText(/deleted this message/).waitFor();
      });
    }

    if (stories) {
      test('answers a story, and mentions us in one', async () => {
        await field(name).fill('Love this!');
        await more(name, 'Answer a story with these words');
        await said(owner.page, 'Love this!').getByText(/story/i).waitFor();
        assert.equal(await field(name).inputValue(), '');
        await more(name, 'Mention in a story');
        await thread().getByText(/mentioned/i).last().waitFor();
      });
    }

    test('nothing went wrong on the pages', async () => {
      await picture(owner.page, `customer-${name}`);
      await phone(name).scrollIntoViewIfNeeded();
      await picture(customer.page, `phone-${name}`);
      owner.watch.assertQuiet();
      customer.watch.assertQuiet();
    });
  });
}
