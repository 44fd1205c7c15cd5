/** Pictures of every state, for looking at: node test/browser/screenshots.mjs FOLDER [STATE...] */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { STATES } from './states.mjs';
import { shutdown, withWidget } from './support.mjs';

const [folder = 'screenshots', ...wanted] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
for (const [name, { settings, act }] of Object.entries(STATES)) {
  if (wanted.length && !wanted.includes(name)) continue;
  try {
    await withWidget(settings, async (world) => {
      await act(world);
      await world.page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)))).catch(() => undefined);
      await world.page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
    });
    console.log(name);
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}
await shutdown();
