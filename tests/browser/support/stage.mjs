// The demo with its owner in the inbox and a customer before the phones of the sandbox, each in a
// browser of their own.

import { launch, person } from './browser.mjs';
import { enterDemo } from './people.mjs';
import { demo } from './server.mjs';

export const WIDE = { viewport: { width: 1440, height: 900 } };

/** Sets it up; `stop()` it at the end of the file. */
export async function stage() {
  const [linktor, browser] = await Promise.all([demo(), launch()]);
  const [owner, customer] = await Promise.all([1, 2].map(() => person(browser, { ours: [linktor.url], options: WIDE })));
  await enterDemo(owner.page, linktor);
  await customer.page.goto(`${linktor.url}/sandbox`);
  return {
    linktor,
    browser,
    owner,
    customer,
    stop: async () => {
      await browser.close();
      await linktor.stop();
    },
  };
}

/** The first phone of a vendor on the page of the sandbox. */
export const phoneOf = (page, vendor) => page.locator(`section.unit.v-${vendor}`).first();

/** Where a customer writes on a phone. */
export const fieldOf = (phone) => phone.getByRole('textbox', { name: /message to/i });

/** A customer writes on a phone, and sees it there. */
export async function says(phone, text) {
  await fieldOf(phone).fill(text);
  await fieldOf(phone).press('Enter');
  await phone.locator('[data-screen]').getByText(text, { exact: true }).last().waitFor();
}

/** A customer writes from the phone of the newest account of a vendor. */
export async function saysToNewest({ page }, vendor, text) {
  await page.goto(new URL('/sandbox', page.url()).href);
  await says(page.locator(`section.unit.v-${vendor}`).last(), text);
}
