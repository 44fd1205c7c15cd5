/**
 * Builds `dist/` from `src/`, reproducibly: the same sources give the same bytes on every machine.
 *
 *   node build.mjs          writes dist/
 *   node build.mjs --check  fails when dist/ is not what the sources give, or when a size budget is exceeded
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { minify } from 'terser';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const LOADER_MAX = 4 * 1024;
/** Everything fetched by the first open: app and the largest translation. */
const OPEN_MAX = 30 * 1024;
const MORE_MAX = 12 * 1024;
const LOCALE_MAX = 2 * 1024;

/** Style sheets become strings, minified. */
const styles = {
  name: 'styles',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { outputFiles } = await esbuild.build({ entryPoints: [path], bundle: true, write: false, minify: true, target: TARGET });
      return { contents: outputFiles[0].text.trim(), loader: 'text' };
    });
  },
};
const TARGET = ['es2022', 'chrome111', 'firefox113', 'safari16.4'];

/**
 * In the bundle of the parts that come later, Preact and the kit are the ones of the running app: carried once, and one
 * Preact only, without which hooks would not work.
 */
const shared = {
  name: 'shared',
  setup(build) {
    const names = { preact: 'preact', 'preact/hooks': 'hooks', 'preact/jsx-runtime': 'jsx', '../kit': 'kit' };
    build.onResolve({ filter: /^(preact(\/.+)?|\.\.\/kit)$/ }, ({ path }) => ({ path: names[path], namespace: 'shared' }));
    build.onLoad({ filter: /.*/, namespace: 'shared' }, ({ path }) => ({ contents: `module.exports = window[window.LinktorObject || 'linktor'].kit.${path}` }));
  },
};

async function bundle(entry, { define = {}, plugins = [] } = {}) {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: TARGET,
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    plugins: [styles, ...plugins],
    define,
  });
  // A second pass finds what esbuild leaves: every byte of these files is loaded by strangers' visitors.
  const { code } = await minify(outputFiles[0].text, { ecma: 2022, compress: { passes: 3, pure_getters: true, unsafe_arrows: true, keep_fargs: false }, format: { ascii_only: true } });
  return code + '\n';
}

async function translations() {
  const folder = join(here, 'src/app/i18n');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const languages = {};
  for (const name of names) languages[name.slice(0, -5)] = JSON.parse(await readFile(join(folder, name), 'utf8'));
  const keys = Object.keys(languages.en);
  for (const [language, texts] of Object.entries(languages)) {
    const missing = keys.filter((key) => !(key in texts));
    const unknown = Object.keys(texts).filter((key) => !keys.includes(key));
    if (missing.length || unknown.length) throw new Error(`${language}: missing ${missing}, unknown ${unknown}`);
  }
  return languages;
}

/** All files of dist/, by name. */
async function make() {
  const { version } = JSON.parse(await readFile(join(here, 'package.json'), 'utf8'));
  const languages = await translations();
  const files = new Map();
  const manifest = { version, hash: '', loader: 'linktor.js', files: {} };
  const parts = {
    'app.js': await bundle('src/app/main.tsx'),
    'more.js': await bundle('src/app/more/main.ts', { plugins: [shared] }),
  };
  for (const [language, texts] of Object.entries(languages)) parts[`i18n/${language}.json`] = JSON.stringify(texts);
  const hash = createHash('sha256');
  for (const [name, text] of Object.entries(parts)) hash.update(`${name}\n${text}\n`);
  manifest.hash = hash.digest('hex').slice(0, 12);
  for (const [name, text] of Object.entries(parts)) {
    manifest.files[name] = name.endsWith('.js') ? name.replace('.js', `.${manifest.hash}.js`) : name;
    files.set(manifest.files[name], text);
  }
  const labels = Object.fromEntries(Object.entries(languages).map(([language, texts]) => [language, texts.openChat]));
  files.set(
    manifest.loader,
    await bundle('src/loader/main.ts', {
      define: { __HASH__: JSON.stringify(manifest.hash), __VERSION__: JSON.stringify(version), __LABELS__: JSON.stringify(labels) },
    }),
  );
  files.set('manifest.json', JSON.stringify(manifest, null, 1) + '\n');
  return { files, manifest };
}

const zipped = (text) => gzipSync(text, { level: 9 }).length;

/** Prints the sizes that matter; returns the complaints. */
function weigh({ files, manifest }) {
  const size = (name) => zipped(files.get(manifest.files[name]));
  const largest = Math.max(...Object.keys(manifest.files).filter((name) => name.endsWith('.json')).map(size));
  const rows = [
    ['loader', zipped(files.get(manifest.loader)), LOADER_MAX],
    ['largest translation', largest, LOCALE_MAX],
    ['on open: app and one translation', size('app.js') + largest, OPEN_MAX],
    ['when first wanted: forms, rich messages, files, menu', size('more.js'), MORE_MAX],
  ];
  for (const [name, bytes, limit] of rows) console.log(`${String(bytes).padStart(6)} of ${limit} bytes gzip  ${name}`);
  return rows.filter(([, bytes, limit]) => bytes > limit).map(([name, bytes, limit]) => `${name}: ${bytes} bytes gzip, allowed ${limit}`);
}

async function existing(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(dist, join(entry.parentPath ?? entry.path, entry.name)));
}

async function write(files) {
  await rm(dist, { recursive: true, force: true });
  for (const [name, text] of files) {
    await mkdir(dirname(join(dist, name)), { recursive: true });
    await writeFile(join(dist, name), text);
  }
}

async function stale(files) {
  const differing = [];
  for (const [name, text] of files) {
    const found = await readFile(join(dist, name), 'utf8').catch(() => undefined);
    if (found !== text) differing.push(name);
  }
  const extra = (await existing(dist)).filter((name) => !files.has(name));
  return [...differing, ...extra].map((name) => `dist/${name} is not what the sources give; run node build.mjs`);
}

const built = await make();
const complaints = weigh(built);
if (process.argv.includes('--check')) complaints.push(...(await stale(built.files)));
else await write(built.files);
for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length ? 1 : 0;
