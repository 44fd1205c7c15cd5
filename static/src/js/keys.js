// The keyboard: single keys while no field has focus, chords everywhere.
import { $, $$, box, byId, isTyping, more, say } from './dom.js';
import { choose, mode, quote, unquote } from './composer.js';
import { openPalette, openSearch, togglePanel, toggleSide } from './overlays.js';
import { close, newest, openConversation, walk } from './thread.js';

const SEQUENCE_MS = 1_200;
const PLACES = { m: '/app/inbox/mine', u: '/app/inbox/unassigned', a: '/app/inbox/all', e: '/app/inbox/mentions', d: '/app/inbox/drafts', f: '/app/failed', z: '/app/inbox/snoozed', c: '/app/contacts', h: '/app/settings/channels', y: '/app/settings/health', ',': '/app/settings/channels' };
/** Does what comes with the first key that asks for it. */
const later = (what, by) => { more().then((parts) => parts[what](by)).catch(() => {}); };
const press = (selector) => { const button = $(selector); button?.click(); return Boolean(button); };
const menuButton = (id, value) => press(`#${id} button[value="${value}"]`);

/** Single keys. Each answers whether it did something, so that other keys stay the browser's. */
export const SINGLE = {
  '/': openSearch, '?': () => byId('keys')?.showModal(),
  j: () => walk(1), k: () => walk(-1), n: () => walk(1, true), p: () => walk(-1, true),
  o: () => press('.row.selected .cover'), u: close,
  r: () => { const message = document.activeElement?.closest?.('.msg'); message ? quote(message) : choose('reply'); },
  t: () => choose('note'), e: () => press('.done'), w: () => menuButton('menu-more', 'pending'),
  E: () => press('.done'), '!': () => menuButton('menu-more', 'spam'),
  h: () => press('[popovertarget=menu-snooze]'), a: () => press('[popovertarget=menu-assign]'), l: () => press('[popovertarget=menu-tags]'),
  i: () => menuButton('menu-assign', document.body.dataset.meId), I: () => menuButton('menu-assign', ''),
  '.': () => press('[popovertarget=menu-more]'), y: () => later('openPriority'),
  U: () => press('#menu-more [name=unread] + button'),
  z: () => $$('.toast [value=Undo]').at(-1)?.click(),
  F: () => press('#menu-more [name=follow]'),
  ']': togglePanel, '[': toggleSide,
  D: () => later('flipTheme'),
};
/** Chords with Alt, by the letter on the key; h, a, i and l do what they do alone. */
const ALT = {
  j: () => walk(1), k: () => walk(-1), r: () => choose('reply'), n: () => choose(mode() === 'note' ? 'reply' : 'note'),
  p: togglePanel, b: toggleSide, u: () => press('[data-attach]'),
  t: () => press('a[data-tool]'), o: () => press('button[data-tool]'),
  ArrowUp: () => later('walkMessages', -1), ArrowDown: () => later('walkMessages', 1),
};

let going = 0;
const singleOn = () => box.get('linktor:single') !== 'off';

function escape(event) {
  if ($('[popover]:popover-open') || $('dialog[open]')) return;
  if (event.target.closest?.('#composer')) {
    if (!$('.quoting', byId('composer'))?.hidden) return unquote();
    event.target.blur();
    $('[data-log]')?.focus({ preventScroll: true });
  } else if (!isTyping(event.target) && openConversation()) close();
}

function chord(event) {
  const mod = event.metaKey || event.ctrlKey;
  const key = event.key.toLowerCase();
  if (mod && !event.altKey && key === 'k') return openPalette;
  if (mod && key === '/') return SINGLE['?'];
  if (mod && event.shiftKey) return { f: openSearch, e: SINGLE.e }[key];
  if (event.altKey && !mod && !event.shiftKey) {
    const letter = /^Key[A-Z]$/.test(event.code) && !/^[a-z]$/.test(key) ? event.code[3].toLowerCase() : event.key.length === 1 ? key : event.key;
    return ALT[letter] ?? ('hail'.includes(letter) && SINGLE[letter]);
  }
  return null;
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === 'F6') { event.preventDefault(); later('nextRegion', event.shiftKey ? -1 : 1); return; }
  if (event.key === 'Escape') { escape(event); return; }
  const strong = chord(event);
  if (strong && ($('#side') || !$('dialog[open]'))) { event.preventDefault(); strong(); return; }
  if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || $('dialog[open]') || $('[popover]:popover-open') || !singleOn()) return;
  if (event.key === 'End' && openConversation()) { event.preventDefault(); newest(); return; }
  if (going && Date.now() - going < SEQUENCE_MS) {
    going = 0;
    const place = PLACES[event.key] || $$('[data-view]')[event.key - 1]?.href;
    // Which settings somebody may see is known by the links to them.
    if (place && (!/settings/.test(place) || $(`nav [href="${place}"]`))) { event.preventDefault(); location.assign(place); }
    return;
  }
  if (event.key === 'g') { going = Date.now(); return; }
  const action = SINGLE[event.key];
  if (!action || (event.key === 'e' && event.repeat)) return;
  if (!$('#list') && !['/', '?', '[', 'D'].includes(event.key)) return;
  event.preventDefault();
  action();
});

export function startKeys() {
  const single = byId('single-keys');
  if (!single) return;
  single.checked = singleOn();
  single.addEventListener('change', () => { box.set('linktor:single', single.checked ? '' : 'off'); say(`Single keys ${single.checked ? 'on' : 'off'}`); });
  if (!singleOn()) for (const element of $$('[aria-keyshortcuts]')) if (!/Control|Meta/.test(element.getAttribute('aria-keyshortcuts'))) element.removeAttribute('aria-keyshortcuts');
}
