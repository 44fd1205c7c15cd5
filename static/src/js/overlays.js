// Menus, dialogs, the search overlay, the side bar.
import { $, $$, box, byId, cookie, isApple, make, more, on, say } from './dom.js';
import { failed, request, swapped } from './fragments.js';
import { toast } from './toast.js';

// --- menus: native popovers, placed beside their button ------------------------------------------

const GAP = 6, EDGE = 8;

function place(menu, trigger) {
  if (menu.classList.contains('sheet')) return;
  const around = trigger.getBoundingClientRect();
  const own = menu.getBoundingClientRect();
  const rtl = document.documentElement.dir === 'rtl';
  const atEnd = (menu.dataset.place === 'end') !== rtl;
  let x = atEnd ? around.right - own.width : around.left;
  let y = menu.dataset.place === 'above' ? around.top - own.height - GAP : around.bottom + GAP;
  if (y + own.height > innerHeight - EDGE) y = around.top - own.height - GAP;
  if (y < EDGE) y = Math.max(EDGE, Math.min(innerHeight - own.height - EDGE, around.bottom + GAP));
  x = Math.max(EDGE, Math.min(innerWidth - own.width - EDGE, x));
  menu.style.insetInlineStart = `${rtl ? innerWidth - x - own.width : x}px`;
  menu.style.insetBlockStart = `${y}px`;
}

const triggerOf = (menu) => $$(`[popovertarget="${menu.id}"]`).find((button) => button.checkVisibility?.() ?? true);
const entries = (menu) => $$('a, button, input:not([type=hidden])', menu).filter((entry) => entry.checkVisibility?.() ?? true);

document.addEventListener('toggle', (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.popover) return;
  const trigger = triggerOf(menu);
  const shown = event.newState === 'open';
  if (trigger) trigger.ariaExpanded = shown;
  if (shown) { if (trigger) place(menu, trigger); entries(menu)[0]?.focus(); }
}, true);
addEventListener('resize', () => $$('[popover]:popover-open').forEach((menu) => menu.hidePopover()));

on('keydown', '.menu', (event, menu) => {
  if (event.target.matches('input, select')) return;
  const all = entries(menu);
  const at = all.indexOf(document.activeElement);
  const next = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[event.key];
  if (next != null) { event.preventDefault(); all[next]?.focus(); return; }
  if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const found = [...all.slice(at + 1), ...all].find((entry) => entry.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()));
    if (found) { event.preventDefault(); event.stopPropagation(); found.focus(); }
  }
});
on('click', '.menu [role^=menuitem]:not([popovertarget])', (_, entry) => { const menu = entry.closest('[popover]'); setTimeout(() => menu.matches(':popover-open') && menu.hidePopover()); });

// --- dialogs ------------------------------------------------------------------------------------

on('click', '[data-do=close]', (_, button) => button.closest('dialog').close());
document.addEventListener('mousedown', (event) => { if (event.target instanceof HTMLDialogElement && event.target.id !== 'signin') event.target.close(); });

// --- search -------------------------------------------------------------------------------------

/** Opens a field over the page at once; its script comes with the first look at it, and finds what was typed by then. */
const opener = (id, run) => () => {
  const dialog = byId(id);
  if (!dialog || $('dialog[open]')) return;
  dialog.showModal();
  $('input', dialog).select();
  more().then((parts) => parts[run]()).catch(failed);
};
export const openSearch = opener('search', 'openSearch');
export const openPalette = opener('palette', 'openPalette');

// --- small actions ------------------------------------------------------------------------------

async function copy(text, button) {
  try { await navigator.clipboard.writeText(text); } catch { return toast('This browser did not allow copying.', { bad: true }); }
  say('Copied');
  const label = button && $('span', button);
  if (!label) return toast('Copied');
  const before = label.textContent;
  label.textContent = 'Copied';
  setTimeout(() => { label.textContent = before; }, 1_200);
}
on('click', '[data-copy]', (_, button) => { const source = byId(button.dataset.copy); copy(source.value ?? source.textContent, button); });
on('click', '[data-copy-link]', (_, button) => copy(new URL(button.dataset.copyLink, location.href).href));
on('click', '[data-do=unfold]', (_, button) => { $('.words', button.parentElement).classList.remove('fold'); button.remove(); });

/** Shows or hides the contact; beside the thread when there is room, over it otherwise. */
export function togglePanel() {
  const wide = matchMedia('(min-width: 1440px)').matches;
  const hidden = wide ? document.body.classList.toggle('no-panel') : !document.body.classList.toggle('show-panel');
  box.set('linktor:panel', hidden ? 'hidden' : '');
  if (!hidden) byId('panel')?.focus({ preventScroll: true });
}
export function toggleSide() { cookie('linktor_folded', document.body.classList.toggle('folded') ? '1' : ''); }

on('click', '[role=tab]', (_, tab) => showTab(tab));
on('keydown', '[role=tab]', (event, tab) => {
  const tabs = $$('[role=tab]', tab.parentElement);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) { const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length]; showTab(next); next.focus(); }
});
function showTab(tab) {
  for (const other of $$('[role=tab]', tab.parentElement)) {
    const chosen = other === tab;
    other.ariaSelected = chosen;
    other.tabIndex = chosen ? 0 : -1;
    byId(other.getAttribute('aria-controls')).hidden = !chosen;
  }
  const pane = byId(tab.getAttribute('aria-controls'));
  if (pane.dataset.from) request(pane.dataset.from).then((answer) => answer.text()).then((html) => { pane.innerHTML = html; swapped(pane); }).catch(failed);
}

/** Remembers a theme and shows it at once. */
export function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  cookie('linktor_theme', theme);
  for (const button of $$('[data-theme-form] [name=theme]')) button.ariaChecked = button.value === theme;
  for (const word of $$('[data-theme-word]')) word.textContent = { system: 'System theme', light: 'Light theme', dark: 'Dark theme' }[theme];
}
on('submit', '[data-theme-form]', (event) => { event.preventDefault(); setTheme(event.submitter?.value ?? 'system'); });

export function startOverlays() {
  if (box.get('linktor:panel') && matchMedia('(min-width: 1440px)').matches) document.body.classList.add('no-panel');
  if (isApple) for (const key of $$('[data-mod]')) key.textContent = `\u{2318}${key.dataset.mod}`;
  const back = $('[data-last-inbox]');
  if (back && box.get('linktor:last')) back.href = box.get('linktor:last');
}
on('click', '[data-do=search]', (event) => { if (byId('search')) { event.preventDefault(); openSearch(); } });
on('click', '[data-do=keys]', () => byId('keys').showModal());
on('click', '[data-do=panel]', togglePanel);
