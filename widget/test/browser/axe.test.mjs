/** No state of the widget has a serious or critical finding. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { STATES } from './states.mjs';
import { shutdown, withWidget } from './support.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

after(shutdown);

for (const [name, { settings, act }] of Object.entries(STATES)) {
  test(name, { timeout: 60_000 }, () =>
    withWidget(settings, async (world) => {
      await act(world);
      await world.page.evaluate(axe);
      await world.page.evaluate(() => {
        const { shadowRoot } = document.querySelector('.linktor-widget');
        shadowRoot.getAnimations().forEach((animation) => animation.effect.getComputedTiming().iterations === Infinity || animation.finish());
      });
      const { violations } = await world.page.evaluate(() => window.axe.run('.linktor-widget', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      assert.deepEqual(serious.map(({ id, nodes }) => [id, ...nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`)]), []);
    }));
}
