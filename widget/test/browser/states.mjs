/** The states of the widget's picture, each made by the mock server. Used for screenshots and for axe. */
import { until } from './support.mjs';

const RITA = { type: 'bot', name: '\u0631\u064a\u062a\u0627', avatarUrl: null };
const bag = (body, label) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 190 70"><rect width="190" height="70" fill="#efe6d8"/><rect x="78" y="8" width="34" height="54" rx="4" fill="${body}"/><rect x="84" y="26" width="22" height="18" rx="2" fill="${label}"/></svg>`;
const PICTURES = { '/1.svg': ['image/svg+xml', bag('#5f3c25', '#f5efe4')], '/2.svg': ['image/svg+xml', bag('#234a3b', '#f5efe4')], '/3.svg': ['image/svg+xml', bag('#7a2e2e', '#f5efe4')] };
const SHOP = (snippet) => `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width,initial-scale=1"><title>Shop</title></head><body style="margin:0;background:#fbf7f1;font-family:system-ui;color:#2b2119"><main style="padding:32px"><h1>Fresh from the Cerrado</h1><p>Beans, cups and grinders.</p></main>${snippet}</body></html>`;
const NEXT_MONDAY = () => {
  const day = new Date();
  day.setUTCDate(day.getUTCDate() + ((8 - day.getUTCDay()) % 7 || 7));
  day.setUTCHours(12, 0, 0, 0);
  return day.toISOString();
};
const PRECHAT = {
  enabled: true, message: 'So we can answer you by email if you leave this page.', submitButton: 'Start chat',
  fields: [
    { name: 'name', label: 'Your name', type: 'text', required: true },
    { name: 'email', label: 'Email', type: 'email', required: true },
    { name: 'topic', label: 'What is it about?', type: 'select', options: ['An order I placed', 'Something else'] },
  ],
};

const talk = async ({ mock, widget }, text = 'Hello') => {
  await widget.open();
  await widget.say(text);
  await until(() => mock.agent.visitor()?.sent.size);
};
const dark = { context: { colorScheme: 'dark' } };

/** Name to { settings, act }. */
export const STATES = {
  launcher: {
    settings: { page: SHOP },
    async act(world) {
      const { mock, page, widget } = world;
      await talk(world);
      await widget.launcher.click();
      mock.agent.say('The Cerrado is back. Shall I keep a bag for you?');
      mock.agent.say('There are two left.');
      await widget.preview.getByRole('button', { name: 'Close' }).click();
      await page.locator('.linktor-launcher b').waitFor();
    },
  },
  preview: {
    settings: { page: SHOP },
    async act(world) {
      await talk(world);
      await world.widget.launcher.click();
      world.mock.agent.say({ type: 'text', text: 'The Cerrado is back. Shall I keep a bag for you?', quickReplies: [{ id: 'y', title: 'Yes, keep one' }, { id: 'n', title: 'Not now' }] });
      await world.widget.preview.waitFor();
    },
  },
  home: { settings: {}, act: async ({ widget }) => widget.open() },
  returning: {
    settings: {},
    async act(world) {
      const { mock, page, widget } = world;
      await talk(world);
      await widget.launcher.click();
      mock.agent.say('The Cerrado is back. Shall I keep a bag for you?');
      await page.evaluate(() => {
        const key = Object.keys(localStorage).find((name) => name.startsWith('linktor:'));
        const kept = JSON.parse(localStorage[key]);
        delete kept.ui;
        localStorage[key] = JSON.stringify(kept);
      });
      await page.reload();
      await page.locator('.linktor-launcher b').waitFor();
      await widget.open();
      await page.locator('.running').waitFor();
    },
  },
  prechat: {
    settings: { prechatRequired: true, config: { preChatForm: PRECHAT, privacy: { cookieConsent: true, policyUrl: '/privacy' } } },
    async act({ page, widget }) {
      await widget.open();
      await page.getByLabel('Your name').fill('Camila Duarte');
      await page.getByLabel('Email').fill('camila@duarte');
      await page.getByLabel('What is it about?').selectOption('An order I placed');
      await page.getByRole('checkbox').check();
      await page.getByRole('button', { name: 'Start chat' }).click();
      await page.getByText('such as .com').waitFor();
    },
  },
  conversation: {
    settings: { static: PICTURES },
    async act(world) {
      const { mock, page, widget } = world;
      await talk(world, 'I like chocolate notes, for an espresso machine');
      mock.agent.join();
      mock.agent.read();
      mock.agent.say({
        type: 'carousel', text: 'These three are sweet and low in acid:',
        cards: [
          { title: 'Cerrado', description: 'Cocoa, hazelnut', imageUrl: '/1.svg', buttons: [{ type: 'reply', id: 'c1', title: 'R$ 62, add to cart' }] },
          { title: 'Sul de Minas', description: 'Caramel, orange', imageUrl: '/2.svg', buttons: [{ type: 'reply', id: 'c2', title: 'R$ 58, add to cart' }] },
          { title: 'Mogiana', description: 'Chocolate, plum', imageUrl: '/3.svg', buttons: [{ type: 'reply', id: 'c3', title: 'R$ 64, add to cart' }] },
        ],
      });
      mock.agent.say({ type: 'document', url: '/guide.pdf', filename: 'espresso-guide.pdf', mimeType: 'application/pdf', size: 1_258_291 });
      mock.agent.say({ type: 'text', text: 'Anything else?', quickReplies: [{ id: 'g', title: 'Which grinder?' }, { id: 'p', title: 'Talk by phone' }] });
      await page.locator('.carousel').waitFor();
      await page.getByText('Anything else?').waitFor();
      mock.agent.transient('typing', { state: 'start', author: { type: 'agent', name: 'Marina' } });
      await page.locator('.dots').waitFor();
      await widget.composer.fill('The Cerrado, please');
    },
  },
  offline: {
    settings: {
      config: { availability: { state: 'offline', nextOpenAt: NEXT_MONDAY() }, businessHoursOnly: true, offline: { enabled: true, message: 'Leave a message. We answer on Monday, here and by email.' } },
    },
    async act({ page, widget }) {
      await widget.open();
      await page.getByLabel('Email').fill('camila@duarte.arq.br');
      await page.getByRole('textbox', { name: 'Message' }).fill('Can I move Thursday\u2019s box to Friday?');
    },
  },
  'no-network': {
    settings: {},
    async act(world) {
      const { mock, page, context, widget } = world;
      await talk(world, 'Do you roast on Mondays?');
      mock.agent.join();
      mock.agent.say('Which size do you need, 250 g or 1 kg?');
      await page.getByText('Which size').waitFor();
      await page.locator('input[type=file]').setInputFiles({ name: 'machine-noise.png', mimeType: 'image/png', buffer: Buffer.alloc(11 * 1024 * 1024) });
      await page.getByText('is over the').waitFor();
      await context.setOffline(true);
      mock.faults.down = true;
      mock.agent.dropSockets();
      await widget.say('1 kg, ground for espresso');
      await page.getByText('Waiting for the network').waitFor();
      await page.locator('.notice.warn').waitFor();
    },
  },
  phone: {
    settings: { viewport: { width: 390, height: 844 }, context: { hasTouch: true, isMobile: true, deviceScaleFactor: 2 } },
    async act(world) {
      const { mock, page } = world;
      await talk(world, 'It came torn');
      mock.agent.join();
      mock.agent.read();
      const question = mock.agent.say({ type: 'buttons', text: 'So sorry! Pick what suits you best:', buttons: [{ type: 'reply', id: 'bag', title: 'Send a new bag' }, { type: 'reply', id: 'refund', title: 'Refund' }] }, undefined, { hints: { singleUse: true } });
      await page.getByRole('button', { name: 'Send a new bag' }).click();
      await until(() => mock.agent.visitor().events.some((event) => event.payload.content?.sourceMessageId === question.payload.id));
    },
  },
  rtl: {
    settings: { init: { language: 'ar', colorScheme: 'dark' }, config: { name: '\u0642\u0647\u0648\u0629 \u0623\u0648\u0631\u0648\u0631\u0627', theme: { primaryColor: '#5450D6' } }, onVisitor: undefined, ...dark },
    async act(world) {
      const { mock, page } = world;
      await talk(world, '\u0623\u064a\u0646 \u0637\u0644\u0628\u064a \u0631\u0642\u0645 #AC-20418\u061f');
      mock.agent.read();
      mock.agent.say({
        type: 'buttons', text: '\u0637\u0644\u0628\u0643 \u0641\u064a \u0627\u0644\u0637\u0631\u064a\u0642 \u0648\u064a\u0635\u0644 \u063a\u062f\u0627 \u0628\u064a\u0646 \u0627\u0644\u0633\u0627\u0639\u0629 9 \u064812.',
        buttons: ['\u062a\u062a\u0628\u0639 \u0627\u0644\u0634\u062d\u0646\u0629', '\u062a\u063a\u064a\u064a\u0631 \u0627\u0644\u0639\u0646\u0648\u0627\u0646', '\u0627\u0644\u062a\u062d\u062f\u062b \u0645\u0639 \u0634\u062e\u0635'].map((title, at) => ({ type: 'reply', id: `b${at}`, title })),
      }, RITA);
      await page.locator('.rows').waitFor();
    },
  },
  dark: {
    settings: { ...dark },
    async act(world) {
      await talk(world);
      world.mock.agent.join();
      world.mock.agent.say('Hi! **How** can I help? See https://example.com/guide and _this_:\n- one\n- two');
      await world.page.getByText('How').waitFor();
    },
  },
  'dark-home': { settings: { ...dark }, act: async ({ widget }) => widget.open() },
  consent: { settings: { config: { privacy: { cookieConsent: true, policyUrl: '/privacy' } } }, act: async ({ page, widget }) => { await widget.open(); await page.getByRole('button', { name: 'Agree and chat' }).waitFor(); } },
  menu: {
    settings: {},
    async act(world) {
      await talk(world);
      await world.page.getByRole('button', { name: 'Menu' }).click();
      await world.page.getByRole('menu').waitFor();
    },
  },
  rating: {
    settings: {},
    async act(world) {
      const { mock, page } = world;
      await talk(world, 'Thank you!');
      mock.agent.say({ type: 'buttons', text: 'How did we do?', buttons: [1, 2, 3, 4, 5].map((n) => ({ type: 'reply', id: String(n), title: String(n) })) }, RITA, { hints: { display: 'rating' } });
      await page.getByRole('radio').nth(3).click();
    },
  },
  list: {
    settings: {},
    async act(world) {
      const { mock, page } = world;
      await talk(world);
      mock.agent.say({ type: 'list', header: 'Our coffees', text: 'Pick one', footer: 'Prices per 250 g', buttonText: 'See coffees', sections: [{ title: 'Brazil', rows: [{ id: 'a', title: 'Cerrado', description: 'Cocoa' }, { id: 'b', title: 'Mogiana' }] }] });
      await page.getByRole('button', { name: 'See coffees' }).click();
      await page.getByRole('dialog', { name: 'See coffees' }).waitFor();
    },
  },
  kinds: {
    settings: { static: PICTURES, viewport: { width: 620, height: 1400 }, config: { theme: { primaryColor: '#5450D6', headerText: 'Aurora Coffee', size: 'large' } } },
    async act(world) {
      const { mock, page } = world;
      await talk(world);
      mock.agent.join();
      mock.agent.say({ type: 'image', url: '/1.svg', filename: 'bag.svg', width: 190, height: 70, caption: 'This one' });
      mock.agent.say({ type: 'audio', url: '/a.mp3', filename: 'a.mp3' });
      mock.agent.say({ type: 'location', latitude: -23.55, longitude: -46.63, name: 'Aurora', address: 'Rua A, 1' });
      mock.agent.say({ type: 'contacts', contacts: [{ name: 'Paula', phones: ['+5511999999999'], emails: ['p@example.com'], organization: 'Aurora' }] });
      mock.agent.say('Code `AC-20418` and:\n1. open\n2. pour\n```\nbrew --time 28s\n```');
      mock.agent.say({ type: 'buttons', header: 'Your order', text: 'What shall we do?', footer: 'Order 20418', buttons: [{ type: 'reply', id: 'r', title: 'Refund' }, { type: 'url', title: 'Open shop', url: 'https://example.com' }, { type: 'call', title: 'Call us', phone: '+5511' }, { type: 'location', title: 'Share where I am' }] });
      const edited = mock.agent.say('Typo fixed', undefined, { edited: true });
      await page.getByText('Typo fixed').waitFor();
      await page.getByRole('button', { name: 'React' }).last().click();
      await page.getByRole('group', { name: 'React' }).getByRole('button').first().click();
      await until(() => mock.agent.visitor().events.some((event) => event.type === 'message.updated' && event.payload.id === edited.payload.id));
      await page.getByRole('button', { name: 'React' }).last().click();
      await page.getByRole('group', { name: 'React' }).waitFor();
    },
  },
  long: {
    settings: {},
    async act(world) {
      const { mock, page } = world;
      await talk(world, 'W'.repeat(300));
      for (let n = 1; n <= 200; n++) mock.agent.say(`Message ${n}`);
      mock.agent.say(`https://example.com/${'very-long-'.repeat(30)} ${'Donaudampfschifffahrtsgesellschaft'.repeat(5)}`);
      mock.agent.say({ type: 'text', text: 'Choose', quickReplies: Array.from({ length: 13 }, (_, n) => ({ id: `q${n}`, title: `Quick reply number ${n + 1}` })) });
      await page.getByRole('button', { name: 'Quick reply number 13' }).waitFor();
    },
  },
  'server-error': {
    settings: {},
    async act(world) {
      const { mock, page, widget } = world;
      await talk(world);
      mock.faults.down = true;
      mock.agent.dropSockets();
      await widget.say('Are you there?');
      await page.getByText('Your message is kept here').waitFor({ timeout: 20_000 });
    },
  },
  'phone-home': { settings: { viewport: { width: 390, height: 844 }, context: { hasTouch: true, isMobile: true } }, act: async ({ widget }) => widget.open() },
  'full-page': { settings: { path: '/chat/ch_1', viewport: { width: 1100, height: 760 } }, act: async ({ widget }) => widget.panel.waitFor() },
};
