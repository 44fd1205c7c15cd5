// The open conversation: opening it, scrolling, new messages, players.
import { $, $$, byId, box, csrf, icon, isPhone, make, more, on, say } from './dom.js';
import { applyParts, failed, load, onSwap, request, swapped } from './fragments.js';
import { look, onFrame } from './live.js';
import { toast } from './toast.js';

const NEAR_END = 80, GROUP_MS = 60_000, TYPING_MS = 6_000, PREFETCH_MS = 100, FRESH_MS = 10_000, SPOKEN = 120;

const log = () => $('[data-log]');
export const openConversation = () => $('#thread')?.dataset.conversation ?? null;
/** What can be scrolled to below what is in sight, in pixels. */
const below = (element) => element.scrollHeight - element.scrollTop - element.clientHeight;
const atEnd = (element) => below(element) < NEAR_END;
let unseen = 0, skipped = false;

/** Whether the reader is at the end, and is kept there when the composer or a keyboard takes room from the messages. */
let ended = true;

// --- opening and closing ------------------------------------------------------------------------

const prefetched = new Map();

function prefetch(link) {
  const known = prefetched.get(link.href);
  if (known && Date.now() - known.at < FRESH_MS) return;
  prefetched.set(link.href, { at: Date.now(), answer: request(link.href, { parts: 'thread,panel' }).then((response) => response.text()) });
  prefetched.get(link.href).answer.catch(() => prefetched.delete(link.href));
}

async function fetchThread(href) {
  const known = prefetched.get(href);
  prefetched.delete(href);
  if (known && Date.now() - known.at < FRESH_MS) return known.answer;
  return (await request(href, { parts: 'thread,panel' })).text();
}

/** Opens the conversation at `href` beside the list. */
export async function open(href, { push = true, focus = false } = {}) {
  markSelected(href);
  try {
    const html = await fetchThread(href);
    if (push) history.pushState({ linktor: true }, '', href);
    await applyParts(html, ['thread', 'panel']);
    document.body.classList.toggle('has-open', Boolean(openConversation()));
    opened();
    if (focus) byId('text')?.focus();
  } catch (error) {
    if (error.status === 404) location.assign(href);
    else failed(error, () => open(href, { push, focus }));
  }
}

function markSelected(href) {
  const path = new URL(href, location.href).pathname;
  for (const row of $$('.row')) {
    const link = $('.cover', row);
    const selected = link.pathname === path;
    row.classList.toggle('selected', selected);
    link.ariaCurrent = selected || null;
    if (!selected && row.classList.contains('left-queue')) row.remove();
  }
}

/** What a fresh thread needs: its place, its title, its marks, the server's attention. */
export function opened() {
  const thread = $('#thread');
  if (!thread) return;
  unseen = 0;
  skipped = false;
  const unread = document.title.match(/^\(\d+\) /)?.[0] ?? '';
  if (thread.dataset.title) document.title = `${unread}${thread.dataset.title} \u{b7} linktor`;
  look(openConversation());
  if (!log()) return;
  box.set('linktor:last', location.pathname);
  const wanted = new URL(location.href).searchParams.get('m');
  if (wanted && byId(wanted)) jumpTo(wanted);
  else if (byId('new-messages')) byId('new-messages').scrollIntoView({ block: 'center' });
  else toEnd();
  regroup();
  ended = atEnd(log());
  new ResizeObserver(() => { if (ended) toEnd(); }).observe(log());
  markRead();
  showJump();
}

/** Back to the list alone. */
export function close() {
  const queue = $('#list')?.dataset.queue ?? 'mine';
  if (!openConversation()) return;
  const row = $('.row.selected .cover');
  if (matchMedia('(max-width: 899px)').matches) {
    history.pushState({ linktor: true }, '', `/app/inbox/${queue}`);
    document.body.classList.remove('has-open');
    look(null);
  }
  row?.focus();
}

on('click', '[data-open]', (event, link) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(link.href);
});
on('click', '[data-close]', (event) => { event.preventDefault(); close(); });

let intent;
on('pointerover', '[data-open]', (_, link) => { clearTimeout(intent); intent = setTimeout(prefetch, PREFETCH_MS, link); });
on('pointerout', '[data-open]', () => clearTimeout(intent));
on('focusin', '[data-open]', (_, link) => { clearTimeout(intent); intent = setTimeout(prefetch, PREFETCH_MS, link); });

addEventListener('popstate', async () => {
  const [, , , queue, conversation] = location.pathname.split('/');
  const list = $('#list');
  if (!list || queue !== list.dataset.queue) return location.reload();
  if (conversation) return open(location.href, { push: false });
  document.body.classList.remove('has-open');
  return look(null);
});

// --- scrolling ----------------------------------------------------------------------------------

export function toEnd() {
  const element = log();
  if (element) element.scrollTop = element.scrollHeight;
}

function showJump() {
  const button = $('.jump');
  if (!button) return;
  button.hidden = !unseen && below(log()) < log().clientHeight;
  const pill = $('.pill', button);
  pill.hidden = !unseen;
  pill.textContent = unseen || '';
}

/** To the newest message; when the end is not loaded, it is fetched. */
export async function newest(fresh = false) {
  if (fresh === true || $('[data-newer]')) return open(location.pathname, { push: false });
  unseen = 0;
  toEnd();
  showJump();
  markRead();
}

/** Scrolls to a message and marks it for two seconds. */
export function jumpTo(id) {
  const message = byId(id);
  if (!message) return false;
  message.scrollIntoView({ block: 'center' });
  message.classList.add('marked');
  setTimeout(() => message.classList.remove('marked'), 2_000);
  return true;
}

on('click', '[data-jump]', (event, link) => {
  event.preventDefault();
  if (!jumpTo(link.dataset.jump)) location.assign(`/app/c/${openConversation()}?m=${link.dataset.jump}`);
});

/** Puts older messages above, or newer ones below, the ones shown. */
async function stretch(link, quiet = false) {
  if (link.ariaBusy === 'true') return;
  link.ariaBusy = 'true';
  const downwards = link.matches('[data-newer]');
  try {
    const response = await request(link.href, { parts: 'stretch' });
    const page = document.createElement('template');
    page.innerHTML = await response.text();
    const element = log();
    if (!link.isConnected) return;
    const before = element.scrollHeight - element.scrollTop;
    link.parentElement.replaceWith(...page.content.childNodes);
    if (!downwards) element.scrollTop = element.scrollHeight - before;
    ended = atEnd(element);
    regroup();
    swapped(element);
    // A message that came while the last stretch was on its way may stand in neither.
    if (downwards && skipped && !$('[data-newer]', element)) { skipped = false; newest(true); }
  } catch (error) {
    link.ariaBusy = null;
    if (!quiet) failed(error, () => stretch(link));
  }
}
on('click', '[data-older], [data-newer]', (event, link) => { event.preventDefault(); stretch(link); });

let frame;
document.addEventListener('scroll', (event) => {
  const element = event.target;
  if (!(element instanceof Element) || frame) return;
  if (element.matches('[data-log]')) {
    frame = requestAnimationFrame(() => {
      frame = null;
      ended = atEnd(element);
      if (ended) { if (unseen) markRead(); unseen = 0; }
      showJump();
      const [up, down] = [$('[data-older]', element), $('[data-newer]', element)];
      if (up && element.scrollTop < 200) stretch(up, true);
      if (down && below(element) < 400) stretch(down, true);
    });
  } else if (element.matches('.rows')) {
    frame = requestAnimationFrame(() => {
      frame = null;
      const link = $('[data-more]', element);
      if (link && below(element) < 740) moreRows(link, true);
    });
  }
}, true);

async function moreRows(link, quiet = false) {
  if (link.ariaBusy === 'true') return;
  link.ariaBusy = 'true';
  try {
    const response = await request(link.href, { parts: 'rows' });
    const page = document.createElement('template');
    page.innerHTML = await response.text();
    link.closest('.more').remove();
    for (const row of $$('.row', page.content)) {
      if (byId(row.id)) continue;
      const list = byId(`rows-${row.dataset.group}`) ?? $('.rows > ul:last-of-type');
      list.append(row);
    }
    const next = $('[data-more]', page.content);
    if (next) $('.rows').append(make('p', { class: 'more' }, next));
    swapped($('.rows'));
  } catch (error) {
    link.ariaBusy = null;
    if (!quiet) failed(error, () => moreRows(link));
  }
}
on('click', '.list [data-more]', (event, link) => { event.preventDefault(); moreRows(link); });

// --- messages -----------------------------------------------------------------------------------

/** Groups messages of one author within a minute; the newest of ours shows its word. */
export function regroup() {
  const element = log();
  if (!element) return;
  let before = null, newestOurs = null, day = '';
  for (const child of [...element.children]) {
    if (child.matches('.day')) { if (child.textContent === day) { child.remove(); continue; } day = child.textContent; }
    if (!child.classList.contains('msg')) { if (!child.classList.contains('typing')) before = null; continue; }
    const together = before && before.dataset.by === child.dataset.by && before.classList[1] === child.classList[1]
      && Date.parse(child.dataset.at) - Date.parse(before.dataset.at) < GROUP_MS && !$('.trouble', before);
    child.classList.toggle('cont', Boolean(together));
    child.classList.remove('newest');
    if (child.matches('.out, .bot')) newestOurs = child;
    before = child;
  }
  newestOurs?.classList.add('newest');
}

/** Puts something in its place among the messages: in the order of the server, and what is not sent yet behind that. */
function place(list, element) {
  const behind = (other) => !element.matches('.pending') && (other.matches('.pending') || other.dataset.at > element.dataset.at);
  let next = byId('typing');
  for (let before = next ? next.previousElementSibling : list.lastElementChild; before && behind(before); before = before.previousElementSibling) next = before;
  list.insertBefore(element, next);
}

/** Shows a message or event line, once: the same id or client id is replaced. */
export function append(element, { mine = false } = {}) {
  const list = log();
  if (!list) return;
  // The end is not shown: what comes now comes in its place when the reader gets there.
  if ($('[data-newer]', list) && !byId(element.id)) {
    skipped = true;
    if (mine) return newest(true);
    unseen += 1;
    return showJump();
  }
  const known = element.id && byId(element.id);
  const sent = element.dataset.client && list.querySelector(`[data-client="${CSS.escape(element.dataset.client)}"]`);
  const same = known || sent;
  if (known && sent && known !== sent) sent.remove();
  const follow = mine || ended;
  if (same) {
    if (Number(element.dataset.rev ?? 0) < Number(same.dataset.rev ?? 0)) return;
    same.matches('.pending') ? same.remove() : same.replaceWith(element);
  }
  if (!element.isConnected) place(list, element);
  regroup();
  swapped(element);
  if (follow) toEnd();
  if (!same && element.matches('.in')) {
    hideTyping();
    const words = element.textContent.replace(/\s+/g, ' ').trim().slice(0, SPOKEN);
    say(`${element.getAttribute('aria-label')}: ${words}`);
    if (follow && document.visibilityState === 'visible') markRead();
    else unseen += 1;
  }
  showJump();
}

document.addEventListener('linktor:arrived', ({ detail }) => {
  if (detail.log.id === log()?.id) append(detail.element);
  else detail.swap === 'append' ? detail.log.append(detail.element) : detail.log.prepend(detail.element);
});

let lastRead = null;
/** Tells the server how far the reader has seen. */
export function markRead() {
  const conversation = openConversation();
  const last = $$('[data-log] :is(.msg.in, .msg.note)').at(-1);
  if (!conversation || !last || document.visibilityState !== 'visible' || lastRead === last.id) return;
  lastRead = last.id;
  request(`/app/c/${conversation}/read`, {
    method: 'POST', parts: 'none', body: new URLSearchParams({ upTo: last.id, _csrf: csrf() }),
  }).then(() => {
    const row = byId(`row-${conversation}`);
    row?.classList.remove('unread');
    row && $('.pill', row)?.remove();
  }).catch(() => { lastRead = null; });
}
document.addEventListener('visibilitychange', () => { if (ended) markRead(); });

// --- who is there -------------------------------------------------------------------------------

let typingTimer;
function hideTyping() {
  const line = byId('typing');
  if (line) line.hidden = true;
}
onFrame('typing', ({ conversation, name, on, preview }) => {
  const line = byId('typing');
  if (!line || conversation !== openConversation()) return;
  clearTimeout(typingTimer);
  if (!on) return hideTyping();
  if (line.hidden) $('.sr', line).textContent = `${name} is writing`;
  $('bdi', line).textContent = preview;
  line.hidden = false;
  if (ended) toEnd();
  typingTimer = setTimeout(hideTyping, TYPING_MS);
});
onFrame('presence', ({ conversation, viewers }) => {
  const place = byId('viewers');
  if (!place || conversation !== openConversation()) return;
  place.hidden = !viewers.length;
  const writer = viewers.find((viewer) => viewer.writing);
  place.replaceChildren(icon(writer ? 'pencil-line' : 'eye'),
    ...viewers.slice(0, 3).map((viewer) => make('span', { class: `av t${viewer.tint}`, title: viewer.name, 'aria-hidden': 'true' }, viewer.initials)),
    make('span', writer ? {} : { class: 'sr' }, writer ? `${writer.name} is writing` : `${viewers.map((viewer) => viewer.name).join(', ')} looking at this`));
});

onFrame('told', ({ queue, conversation, message, by, text }) => {
  if (conversation === openConversation()) return;
  const href = `/app/inbox/${queue}/${conversation}?m=${message}`;
  toast(`${by}: ${text}`, { glyph: queue === 'all' ? 'eye' : 'at-sign', action: { label: 'Open', run: () => ($('#list') ? open(href) : location.assign(href)) } });
});
onFrame('gone', ({ conversation }) => { if (conversation === openConversation()) open(`/app/inbox/${$('#list').dataset.queue}`); });

// Recordings play, and pictures open, by a script that comes with the first of them.
for (const type of ['click', 'keydown']) {
  on(type, '.play, .wave, .pic', (event, part) => {
    if (part.matches('.pic') ? type === 'keydown' || event.metaKey || event.ctrlKey : type === 'keydown' && part.matches('.play')) return;
    if (part.matches('.pic') || event.key === ' ') event.preventDefault();
    more().then((parts) => parts.play(event, part)).catch(failed);
  });
}

/** The next or previous row, optionally only unread ones. */
export function walk(step, unreadOnly = false) {
  const rows = $$('.row').filter((row) => !unreadOnly || row.classList.contains('unread') || row.classList.contains('selected'));
  const at = rows.findIndex((row) => row.classList.contains('selected'));
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  if (!next) return;
  next.scrollIntoView({ block: 'nearest' });
  $('.cover', next).focus({ preventScroll: true });
  if (isPhone()) return;
  open($('.cover', next).href);
}

onSwap((part) => { regroup(); if (ended && log()?.contains(part)) toEnd(); });
export const reload = (parts) => load(location.href, parts);
