// Builds static/dist and src/web/dashboard/view/assets.rs from static/src, the templates and a few
// packages. Run it after changing any of them: `npm ci && node build.mjs`. With --check nothing is
// written; it fails when what is committed is not what the sources give, or when a budget is blown.
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import subsetFont from 'subset-font';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const sources = join(root, 'static/src');
const check = process.argv.includes('--check');

/** Largest size in bytes after gzip; a font is compressed already. */
const BUDGETS = { 'app.css': 16_384, 'app.js': 28_672, 'icons.svg': 6_144, 'letter.js': 20_480, 'inter-ui.woff2': 28_672 };
const TYPES = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
  webmanifest: 'application/manifest+json',
};
/** What the interface itself is written in; other scripts come from the package's own files. */
const CHARACTERS = [
  [0x20, 0x7e], [0xa0, 0xff], [0x2013, 0x2014], [0x2018, 0x201d], [0x2022, 0x2022], [0x2026, 0x2026],
  [0x2190, 0x2193], [0x20ac, 0x20ac], [0x2212, 0x2212], [0xd7, 0xd7],
];
const FONT_PARTS = ['latin-ext', 'cyrillic', 'cyrillic-ext', 'greek', 'greek-ext', 'vietnamese'];
const BRANDS = { whatsapp: 'whatsapp', telegram: 'telegram', facebook: 'messenger', instagram: 'instagram' };
const CHANNELS = {
  sms: 'message-square-text', email: 'mail', voice: 'phone', webchat: 'messages-square',
  rcs: 'gallery-horizontal-end', unknown: 'circle-question-mark',
};

/** What parts that are loaded later take from `app.js`, which has it loaded: see its exports. */
const SHARED = /\/(dom|fragments|composer|thread|live|toast|overlays|forms|times|keys)\.js$/;

const packageFile = (name) => join(here, 'node_modules', name);

async function filesUnder(folder, ending) {
  const found = await readdir(folder, { recursive: true });
  return found.filter((name) => name.endsWith(ending)).sort().map((name) => join(folder, name));
}

/** Names in front of `|icon` in templates, in `Icon(...)` of Rust and in `icon('...')` of scripts. */
async function usedIcons() {
  const names = new Set();
  const collect = async (files, pattern) => {
    for (const file of files) {
      for (const found of (await readFile(file, 'utf8')).matchAll(pattern)) names.add(found[1]);
    }
  };
  await collect(await filesUnder(join(root, 'templates'), '.html'), /"([a-z0-9-]+)"\|icon/g);
  await collect(await filesUnder(join(root, 'templates'), '.html'), /ICONS \}\}#([a-z0-9-]+)"/g);
  await collect([join(root, 'src/web/dashboard/view/atoms.rs')], /Self\("([a-z0-9-]+)"\)/g);
  await collect([join(root, 'src/web/dashboard/view/bubble.rs')], /=> "([a-z0-9]+(?:-[a-z0-9]+)*)",? *\/\/ icon/g);
  await collect(await filesUnder(join(sources, 'js'), '.js'), /icon\('([a-z0-9-]+)'/g);
  for (const name of ['clock', 'check', 'check-check']) names.add(name);
  for (const name of [...Object.keys(BRANDS), ...Object.keys(CHANNELS)]) names.add(name);
  return [...names].sort();
}

async function sprite(names) {
  const symbols = [];
  for (const name of names) {
    if (name === 'mark') {
      symbols.push('<symbol id="mark" viewBox="0 0 24 24"><path fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" d="M7.2 5.6v8.2a4.6 4.6 0 0 0 4.6 4.6h5"/><circle cx="15.4" cy="9.2" r="3.4" fill="currentColor"/></symbol>');
      continue;
    }
    const brand = BRANDS[name];
    const svg = await readFile(
      brand ? packageFile(`simple-icons/icons/${brand}.svg`)
        : packageFile(`lucide-static/icons/${CHANNELS[name] ?? name}.svg`), 'utf8');
    const inner = svg.replace(/[\s\S]*?<svg[^>]*>/, '').replace('</svg>', '').replace(/<title>.*?<\/title>/, '')
      .replace(/\s*\n\s*/g, '').replace(/ \/>/g, '/>');
    const paint = brand ? 'fill="currentColor"' : 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${inner}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`;
}

/** Sizes are written in pixels at 100 %; served in rem so that a larger root font enlarges all. */
function pixelsToRem(css) {
  return css.split(/(@media[^{]*\{|@container[^{]*\{)/).map((part) =>
    part.startsWith('@') ? part : part.replace(/(?<![\w.#-])(\d*\.?\d+)px\b/g, (whole, size) =>
      Number(size) <= 2 ? whole : `${Number((Number(size) / 16).toFixed(5))}rem`)).join('');
}

async function styles(names, address) {
  const parts = await Promise.all(names.map((name) => readFile(join(sources, 'css', name), 'utf8')));
  const css = pixelsToRem(parts.join('\n'))
    .replace(/asset\(([^)]+)\)/g, (_, name) => `url(${address(name)})`)
    .replace('/*fonts*/', () => fontFaces(address));
  const result = await esbuild.transform(css, { loader: 'css', minify: true, target: ['chrome123', 'firefox128', 'safari17.5'] });
  return result.code;
}

let ranges;
async function loadRanges() {
  const css = await readFile(packageFile('@fontsource-variable/inter/index.css'), 'utf8');
  ranges = Object.fromEntries([...css.matchAll(/inter-([a-z-]+)-wght-normal\.woff2[\s\S]*?unicode-range: ([^;]+);/g)].map((m) => [m[1], m[2]]));
}

function fontFaces(address) {
  return FONT_PARTS.map((part) =>
    `@font-face{font-family:Inter;font-weight:100 900;font-display:swap;src:url(${address(`inter-${part}.woff2`)}) format("woff2");unicode-range:${ranges[part]}}`).join('\n');
}

/** A script with everything it imports. With `beside`, what that script has is taken from there. */
async function script(name, beside) {
  const shared = { name: 'shared', setup: (into) => into.onResolve({ filter: /^\.\// }, ({ path }) => (SHARED.test(path) ? { path: beside, external: true } : null)) };
  const result = await esbuild.build({
    entryPoints: [join(sources, 'js', name)], bundle: true, minify: true, write: false, format: 'esm',
    target: ['chrome123', 'firefox128', 'safari17.5'], legalComments: 'none', charset: 'utf8', nodePaths: [join(here, 'node_modules')], plugins: beside ? [shared] : [],
  });
  return result.outputFiles[0].text;
}

async function build() {
  await loadRanges();
  const files = new Map();
  const address = (name) => {
    const content = files.get(name);
    if (content === undefined) throw new Error(`${name} is used before it is built`);
    const digest = createHash('sha256').update(content).digest('hex').slice(0, 10);
    return `/app/assets/${name.replace(/(\.[a-z0-9]+)$/, `-${digest}$1`)}`;
  };
  const characters = CHARACTERS.map(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at)).join('')).join('');
  const inter = packageFile('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2');
  files.set('inter-ui.woff2', await subsetFont(await readFile(inter), characters, {
    targetFormat: 'woff2', variationAxes: { wght: { min: 400, max: 700 } },
  }));
  for (const part of FONT_PARTS) {
    files.set(`inter-${part}.woff2`, await readFile(packageFile(`@fontsource-variable/inter/files/inter-${part}-wght-normal.woff2`)));
  }
  const icons = await usedIcons();
  files.set('icons.svg', await sprite(icons));
  for (const name of (await readdir(join(sources, 'img'))).sort()) files.set(name, await readFile(join(sources, 'img', name)));
  files.set('app.webmanifest', JSON.stringify({
    name: 'linktor', short_name: 'linktor', start_url: '/app/inbox', display: 'standalone', background_color: '#F5F5F7', theme_color: '#5450D6',
    icons: [{ src: address('favicon.svg'), sizes: 'any', type: 'image/svg+xml' }, { src: address('touch-180.png'), sizes: '180x180', type: 'image/png' }, { src: address('touch-512.png'), sizes: '512x512', type: 'image/png' }],
  }) + '\n');
  files.set('app.css', await styles(['tokens.css', 'base.css', 'shell.css', 'inbox.css', 'thread.css', 'pages.css', 'overlays.css', 'narrow.css'], address));
  files.set('chat.css', await styles(['chat.css'], address));
  files.set('docs.css', await styles(['docs.css'], address));
  files.set('shop.css', await styles(['shop.css'], address));
  files.set('setup.css', await styles(['setup.css'], address));
  files.set('sandbox.css', await styles(['tokens.css', 'base.css', 'phones.css'], address));
  files.set('app.js', await script('app.js'));
  files.set('more.js', await script('more.js', address('app.js')));
  files.set('letter.js', await script('letter.js'));
  files.set('mail.css', await styles(['mail.css'], address));
  files.set('recipients.js', await script('recipients.js'));
  files.set('templates.js', await script('templates.js', address('app.js')));
  files.set('fields.js', await script('fields.js'));
  files.set('shop.js', await script('shop.js'));
  files.set('sandbox.js', await script('sandbox.js'));
  files.set('appearance.js', await script('appearance.js'));
  files.set('preview.js', await script('preview.js'));
  files.set('setup.js', await script('setup.js'));
  return { files, address, icons };
}

function rustConstants(files, address, icons) {
  const constant = (about, name, file) => `/// ${about}\npub const ${name}: &str = "${address(file)}";`;
  const table = [...files.keys()].sort().map((name) =>
    `    ("${address(name).split('/').pop()}", "${name}", "${TYPES[name.split('.').pop()]}"),`).join('\n');
  return `//! Names of the embedded files. Written by \`static/tools/build.mjs\`; do not edit.

${constant('The style sheet of the dashboard.', 'CSS', 'app.css')}
${constant('The script of the dashboard.', 'JS', 'app.js')}
${constant('The parts of the script that not every visit needs.', 'MORE_JS', 'more.js')}
${constant('The script that gives the words of a mail styles.', 'LETTER_JS', 'letter.js')}
${constant('The script of rows of recipients.', 'RECIPIENTS_JS', 'recipients.js')}
${constant('The style sheet of rows of recipients and of passing a mail on.', 'MAIL_CSS', 'mail.css')}
${constant('The script of the pages of templates.', 'TEMPLATES_JS', 'templates.js')}
${constant('The script of pages with passwords, codes or colours.', 'FIELDS_JS', 'fields.js')}
${constant('The sprite of pictures.', 'ICONS', 'icons.svg')}
${constant('The font of the interface.', 'FONT', 'inter-ui.woff2')}
${constant('The picture in the browser\'s tab.', 'FAVICON', 'favicon.svg')}
${constant('The picture on a phone\'s home screen.', 'TOUCH_ICON', 'touch-180.png')}
${constant('What a phone needs to install the dashboard.', 'MANIFEST', 'app.webmanifest')}
${constant('The style sheet of the full-page chat.', 'CHAT_CSS', 'chat.css')}
${constant('The style sheet of the API\'s document.', 'DOCS_CSS', 'docs.css')}
${constant('The script of pages that show the chat before its settings are saved.', 'APPEARANCE_JS', 'appearance.js')}
${constant('The script in the frame that shows it.', 'PREVIEW_JS', 'preview.js')}
${constant('The style sheet of adding and looking after a channel.', 'SETUP_CSS', 'setup.css')}
${constant('The script of pages that show what reaches a channel.', 'SETUP_JS', 'setup.js')}
${constant('The style sheet of the demo shop.', 'SHOP_CSS', 'shop.css')}
${constant('The script of the demo shop.', 'SHOP_JS', 'shop.js')}
${constant('The style sheet of the sandbox.', 'SANDBOX_CSS', 'sandbox.css')}
${constant('The script of the sandbox.', 'SANDBOX_JS', 'sandbox.js')}

/// Everything below \`/app/assets/\`: name in the address, file in \`static/dist\`, content type.
/// A name changes with its content, so an answer may be kept for ever.
#[rustfmt::skip]
pub const FILES: &[(&str, &str, &str)] = &[
${table}
];

/// The pictures in the sprite.
#[cfg(test)]
#[rustfmt::skip]
pub const SPRITE: &[&str] = &[
${icons.map((name) => `    "${name}",`).join('\n')}
];
`;
}

/** No colour outside the tokens: every colour value stands in tokens.css (and the sheets of what is not ours: the shop, the phones). */
async function lintColours() {
  const problems = [];
  for (const file of await filesUnder(join(sources, 'css'), '.css')) {
    if (/(tokens|shop|phones)\.css$/.test(file)) continue;
    (await readFile(file, 'utf8')).split('\n').forEach((line, at) => {
      if (/#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch)a?\(|:\s*(white|black|red|green|blue|gr[ae]y)\b/i.test(line.replace(/url\([^)]*\)/g, ''))) {
        problems.push(`${relative(root, file)}:${at + 1}: a colour outside the tokens: ${line.trim()}`);
      }
      if (/\b(margin|padding|border)-(left|right)\b|\b(left|right):|text-align:\s*(left|right)/.test(line)) {
        problems.push(`${relative(root, file)}:${at + 1}: a physical side, use the logical one: ${line.trim()}`);
      }
    });
  }
  return problems;
}

const { files, address, icons } = await build();
const problems = await lintColours();
const wanted = new Map([...files].map(([name, content]) => [join('static/dist', name), Buffer.from(content)]));
wanted.set('src/web/dashboard/view/assets.rs', Buffer.from(rustConstants(files, address, icons)));
for (const [name, content] of files) {
  const size = name.endsWith('.woff2') ? content.length : gzipSync(content, { level: 9 }).length;
  const limit = BUDGETS[name];
  if (limit) console.log(`${name}: ${size} of ${limit} bytes`);
  if (limit && size > limit) problems.push(`${name} is ${size} bytes, the budget is ${limit}`);
}
const dist = join(root, 'static/dist');
if (check) {
  for (const [name, content] of wanted) {
    const present = await readFile(join(root, name)).catch(() => null);
    if (!present?.equals(content)) problems.push(`${name} is not what the sources give; run node static/tools/build.mjs`);
  }
  for (const name of await readdir(dist)) if (!files.has(name)) problems.push(`static/dist/${name} comes from nowhere`);
} else {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  for (const [name, content] of wanted) await writeFile(join(root, name), content);
}
if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}
