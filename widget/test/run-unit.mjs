/** Bundles each unit test, so that Node can run TypeScript and JSON imports as they are, then runs them with node:test. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'unit');
const out = await mkdtemp(join(tmpdir(), 'linktor-widget-'));
const tests = (await readdir(folder)).filter((name) => name.endsWith('.test.ts'));
await esbuild.build({ entryPoints: tests.map((name) => join(folder, name)), outdir: out, outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node', format: 'esm', define: { __LABELS__: '{}' } });
const { status } = spawnSync(process.execPath, ['--test', ...tests.map((name) => join(out, name.replace(/ts$/, 'mjs')))], { stdio: 'inherit' });
await rm(out, { recursive: true });
process.exitCode = status ?? 1;
