// Parts of a page: asking for them, and putting them where they belong.
import htmx from '../../vendor/htmx.js';
import { $, $$, byId, csrf } from './dom.js';
import { toast } from './toast.js';
import { writeTimes } from './times.js';

const PART_HEADER = 'X-Linktor-Fragment', PATIENCE_MS = 15_000;
const listeners = [];

/** Calls `listener(root)` after anything below `root` was put into the page. */
export const onSwap = (listener) => listeners.push(listener);
export const swapped = (root = document) => { writeTimes(root === document ? document : root.parentNode ?? document); listeners.forEach((listener) => listener(root)); };

/** What the server refused, with words for a person. */
export class Refused extends Error {
  constructor(status, message, details) { super(message); this.status = status; this.details = details; }
}

/** Asks whoever is signed out to sign in, and come back here. */
export function signedOut() {
  const dialog = byId('signin');
  if (!dialog || dialog.open) return;
  $('[data-signin]', dialog).href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  dialog.showModal();
}

async function refusal(response) {
  if (response.status === 401) {
    signedOut();
    return new Refused(401, 'Please sign in again.');
  }
  const body = await response.json().catch(() => null);
  return new Refused(response.status, body?.error?.message ?? 'Something broke on our side. Nothing you typed is lost.', body?.details);
}

/**
 * One request of ours. Resolves to the response, rejects with {@link Refused} or a network error. A network that swallows
 * everything is one too, and browsers would wait for it for minutes.
 */
export async function request(url, { parts, ...init } = {}) {
  const headers = { 'X-CSRF-Token': csrf(), ...(parts && { [PART_HEADER]: parts }), ...init.headers };
  const response = await fetch(url, { credentials: 'same-origin', signal: AbortSignal.timeout(PATIENCE_MS), ...init, headers });
  if (!response.ok) throw await refusal(response);
  return response;
}

/** Says what went wrong with something a person asked for. */
export function failed(error, retry) {
  const text = error instanceof Refused ? error.message : 'No connection. It may not have been done.';
  if (error?.status !== 401) toast(text, { bad: true, action: retry && { label: 'Retry', run: retry } });
}

const template = (html) => { const element = document.createElement('template'); element.innerHTML = html; return element.content; };
const rev = (element) => Number(element?.dataset?.rev ?? 0);
const isOlder = (incoming, present) => rev(incoming) < rev(present);
const pageHead = (html) => /^\s*<!doctype/i.test(html);

/** Whether a part belongs to another conversation than the open one, which may have changed meanwhile. */
const isForeign = (incoming) => Boolean(incoming.dataset.conversation) && incoming.dataset.conversation !== $('#thread')?.dataset.conversation;

/** Replaces `present` by `incoming` so that focus, selection and playing media survive; an open menu is waited for. */
async function morph(present, incoming) {
  const menu = $(':popover-open', present);
  if (menu) {
    menu.addEventListener('toggle', () => { const again = byId(present.id); if (again && !isOlder(incoming, again)) morph(again, incoming); }, { once: true });
    return;
  }
  await htmx.swap({ text: incoming.outerHTML, target: present, swap: 'outerMorph', sourceElement: document.body });
}

async function replaceThread(present, incoming) {
  if (present.dataset.conversation && present.dataset.conversation === incoming.dataset.conversation) {
    // The same conversation: what is being written stays as it is.
    for (const id of ['thread-head', `log-${incoming.dataset.conversation}`]) {
      const part = incoming.querySelector(`#${CSS.escape(id)}`);
      if (part && byId(id)) await morph(byId(id), part);
    }
    return;
  }
  present.replaceWith(incoming);
}

/** Puts every part found in `html` (parts, or a whole page) in the place of the element with its id. */
export async function applyParts(html, wanted) {
  const content = pageHead(html) ? new DOMParser().parseFromString(html, 'text/html') : template(html);
  for (const part of wanted) {
    const id = { head: 'thread-head' }[part] ?? part.replace('row:', 'row-');
    const incoming = content.querySelector(`#${CSS.escape(id)}`);
    const present = byId(id);
    if (!incoming || !present || isOlder(incoming, present)) continue;
    const fresh = document.importNode(incoming, true);
    if (!wanted.includes('thread') && isForeign(fresh)) continue;
    if (id === 'thread') await replaceThread(present, fresh);
    else if (id === 'panel' && present.dataset.conversation !== fresh.dataset.conversation) present.replaceWith(fresh);
    else if (part.startsWith('row:')) placeRow(fresh);
    else await morph(present, fresh);
  }
  swapped();
}

/** Fetches parts of `url` and puts them in. */
export async function load(url, parts, init) {
  const response = await request(url, { parts: parts.join(','), ...init });
  await applyParts(await response.text(), parts);
  return response;
}

// --- the list -----------------------------------------------------------------------------------

const HEADS = { you: 'Waiting for you', customer: 'Waiting for the customer' };
let waiting = new Map();

const listBusy = () => {
  const rows = $('.rows');
  return Boolean(rows?.matches(':hover') || rows?.contains(document.activeElement));
};

function groupList(group) {
  const present = byId(`rows-${group}`);
  if (present) return present;
  const rows = $('.rows');
  $('.empty', rows)?.remove();
  const list = Object.assign(document.createElement('ul'), { id: `rows-${group}` });
  list.dataset.group = group;
  const head = HEADS[group] && Object.assign(document.createElement('h2'), { className: 'group', id: `group-${group}`, textContent: `${HEADS[group]} ` });
  head?.append(document.createElement('span'));
  const parts = head ? [head, list] : [list];
  const customer = byId('group-customer');
  if (group === 'you' && customer) customer.before(...parts);
  else if ($('.more', rows)) $('.more', rows).before(...parts);
  else rows.append(...parts);
  return list;
}

function tidyGroups() {
  for (const list of $$('.rows > ul')) {
    const head = byId(`group-${list.dataset.group}`);
    const count = list.children.length;
    if (!count) { head?.remove(); list.remove(); } else if (head) $('span', head).textContent = String(count);
  }
}

function insertRow(row) {
  const list = groupList(row.dataset.group);
  const order = Number(row.dataset.order);
  const after = [...list.children].find((other) => other !== row && Number(other.dataset.order) < order);
  after ? after.before(row) : list.append(row);
  tidyGroups();
}

/** Puts one row where it belongs: in place, moved, new, or gone. Moving waits while the list is in use. */
export function placeRow(row) {
  const queue = $('#list')?.dataset.queue;
  const present = byId(row.id);
  if (!queue || isOlder(row, present)) return;
  const open = $('#thread')?.dataset.conversation;
  // Drawn for the list of another tab: only the server knows what belongs into a narrowed one.
  if (queue.includes(';') && $('.cover', row).pathname.split('/')[3] !== queue) { load(location.href, [row.id.replace('-', ':')]); return; }
  const isOpen = row.id === `row-${open}`;
  const belongs = row.dataset.queues.split(' ').includes(queue);
  if (isOpen) { row.classList.add('selected'); $('.cover', row).ariaCurrent = true; }
  if (!belongs) {
    if (!present) return;
    if (isOpen) { present.classList.add('left-queue'); return; }
    present.classList.add('leaving');
    setTimeout(() => { present.remove(); tidyGroups(); }, 140);
    return;
  }
  const moves = !present || present.dataset.order !== row.dataset.order || present.dataset.group !== row.dataset.group;
  const focused = present?.contains(document.activeElement);
  if (present) present.replaceWith(row);
  if (focused) $('.cover', row).focus({ preventScroll: true });
  if (moves && present && listBusy()) { waiting.set(row.id, row); showMoved(); } else if (moves) insertRow(row);
  swapped(row);
}

function showMoved() {
  let pill = $('.moved');
  if (!pill) {
    pill = Object.assign(document.createElement('button'), { type: 'button', className: 'btn moved' });
    pill.addEventListener('click', settleMoved);
    // Where the rows begin, whatever stands above them; it does not scroll with them.
    $('.rows').prepend(pill);
  }
  pill.textContent = `${waiting.size} moved`;
}

function settleMoved() {
  for (const [id] of waiting) { const row = byId(id); if (row) insertRow(row); }
  waiting = new Map();
  $('.moved')?.remove();
}
document.addEventListener('pointerout', (event) => {
  if (waiting.size && event.target instanceof Element && event.target.closest('.rows') && !event.relatedTarget?.closest?.('#list')) settleMoved();
});

// --- frames of the live socket ------------------------------------------------------------------

/** Puts one pushed fragment in. */
export async function applyFrame({ target, swap, html }) {
  if (target.startsWith('row-')) {
    if (swap === 'remove') { byId(target)?.remove(); tidyGroups(); return; }
    const row = document.importNode(template(html).firstElementChild, true);
    placeRow(row);
    return;
  }
  const present = byId(target);
  if (swap === 'remove') { present?.remove(); return; }
  if (!present) return;
  const incoming = document.importNode(template(html).firstElementChild, true);
  for (const field of $$('input[name=_csrf]', incoming)) field.value = csrf();
  if (swap === 'append' || swap === 'prepend') {
    document.dispatchEvent(new CustomEvent('linktor:arrived', { detail: { log: present, element: incoming, swap } }));
  } else if (!isOlder(incoming, present) && !isForeign(incoming)) {
    await morph(present, incoming);
  }
  swapped(incoming.isConnected ? incoming : present);
}

/** The numbers of the side bar, the tab's title and its picture. */
export function applyCounts(counts) {
  for (const [name, value] of Object.entries(counts)) {
    for (const place of $$(`[data-n="${name}"]`)) place.textContent = name === 'troubledChannels' && !value ? '' : value;
    for (const place of $$(`[data-has="${name}"]`)) place.hidden = !value && !place.ariaCurrent;
  }
  const dot = $('[data-dot]');
  if (dot && counts.troubledChannels != null) dot.hidden = !counts.troubledChannels;
  if (counts.unread != null) document.title = `${counts.unread ? `(${counts.unread}) ` : ''}${document.title.replace(/^\(\d+\) /, '')}`;
  const queue = $('#list')?.dataset.queue;
  const shown = $('[data-live=count]');
  if (shown && counts[queue] != null && queue !== 'mentions') shown.textContent = counts[queue];
}
