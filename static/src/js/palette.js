// The command palette: what can be done here, where one can go, and the search behind it all.
import { $, $$, byId, make } from './dom.js';
import { SINGLE } from './keys.js';
import { openSearch } from './overlays.js';

const MOST = 9;

/** Name, other words for it, the key that does it alone, and what must be there for it. */
const ACTIONS = [
  ['Done', 'resolve close finish listo feito reopen', 'e', '.done'], ['Wait for the customer', 'pending park waiting', 'w', '.done'], ['Snooze\u{2026}', 'later sleep remind', 'h', '.done'],
  ['Assign\u{2026}', 'give transfer', 'a', '.done'], ['Assign to me', 'take mine', 'i', '.done'], ['Unassign', 'give back', 'I', '.done'], ['Reply', 'answer write', 'r', '#text'],
  ['Note', 'private team mention', 't', '#text'], ['Tags\u{2026}', 'label', 'l', '.done'], ['Priority\u{2026}', 'urgent high low', 'y', '.done'], ['Mark unread', '', 'U', '.done'], ['Spam', 'junk block', '!', '.done'],
  ['Show or hide the contact', 'panel details', ']', '#panel'], ['Next conversation', 'down', 'j', '#list'], ['Previous conversation', 'up', 'k', '#list'],
  ['Fold the side bar', 'menu rail', '[', '.side'], ['Light or dark', 'theme night', 'D', 'body'], ['Keyboard', 'shortcuts keys help', '?', '#keys'],
];
const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();

/** How well `text` answers `asked`: less is better, null not at all. */
function rank(text, asked) {
  const at = fold(text).indexOf(asked);
  if (at === 0) return 0;
  if (at > 0) return fold(text)[at - 1] === ' ' ? 1 : 2;
  let from = -1;
  for (const letter of asked) { from = fold(text).indexOf(letter, from + 1); if (from < 0) return null; }
  return 3;
}

function entries() {
  const acts = ACTIONS.filter(([, , , needs]) => $(needs)).map(([name, words, key]) => ({ group: 'Actions', name, words, key, run: () => SINGLE[key]() }));
  const places = $$('.side a[href]:not(.find, .ib), #menu-more-queues a, #menu-me a').filter((link) => !link.hidden).map((link) => ({ group: 'Go to', name: $('span', link)?.textContent ?? '', words: '', run: () => link.click() }));
  const rows = $$('.row').map((row) => ({ group: 'Conversations', name: $('.name', row).textContent, words: $('.preview', row).textContent, run: () => $('.cover', row).click() }));
  return [...acts, ...places, ...rows];
}

let shown = [], at = 0;

function draw(dialog, all, typed) {
  const asked = fold(typed);
  const fit = ({ name, words }) => Math.min(rank(name, asked) ?? 9, (rank(words, asked) ?? 8) + 1);
  shown = all.map((entry) => ({ ...entry, fit: asked ? fit(entry) : 0 })).filter((entry) => entry.fit < 9).sort((a, b) => a.fit - b.fit).slice(0, MOST);
  if (asked) shown.push({ group: 'Search', name: `Search for \u{201c}${typed.trim()}\u{201d}`, run: () => { openSearch(); byId('q').value = typed; byId('q').dispatchEvent(new Event('input', { bubbles: true })); } });
  at = 0;
  const list = $('[role=listbox]', dialog);
  let group = '';
  list.replaceChildren(...shown.flatMap((entry, index) => {
    const head = entry.group === group ? [] : [make('li', { class: 'group', role: 'presentation' }, entry.group)];
    group = entry.group;
    const option = make('li', { role: 'option', id: `palette-${index}` }, make('span', {}, entry.name), entry.key ? make('kbd', { 'aria-hidden': 'true' }, entry.key.length === 1 && entry.key !== entry.key.toLowerCase() ? `\u{21e7}${entry.key}` : entry.key.toUpperCase()) : null);
    option.addEventListener('click', () => choose(dialog, index));
    return [...head, option];
  }));
  point(dialog, 0);
}

function point(dialog, to) {
  at = (to + shown.length) % Math.max(1, shown.length);
  for (const option of $$('[role=option]', dialog)) option.ariaSelected = option.id === `palette-${at}`;
  $('input', dialog).setAttribute('aria-activedescendant', `palette-${at}`);
  byId(`palette-${at}`)?.scrollIntoView({ block: 'nearest' });
}

function choose(dialog, index) {
  const entry = shown[index];
  dialog.close();
  entry?.run();
}

let all = [];

/** Fills it, with what was typed while this came. */
export function openPalette() {
  const dialog = byId('palette');
  const input = $('input', dialog);
  if (!all.length) {
    input.addEventListener('input', () => draw(dialog, all, input.value));
    input.addEventListener('keydown', (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); point(dialog, at + step); }
      if (event.key === 'Enter') { event.preventDefault(); choose(dialog, at); }
    });
    dialog.addEventListener('close', () => { input.value = ''; });
  }
  all = entries();
  draw(dialog, all, input.value);
}
