/** All tests in a real browser: node test/browser.mjs [PATTERN] */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'browser');
const pattern = process.argv[2] ? [`--test-name-pattern=${process.argv[2]}`] : [];
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...pattern, join(folder, 'behaviour.test.mjs'), join(folder, 'axe.test.mjs')], { stdio: 'inherit' });
process.exitCode = status ?? 1;
