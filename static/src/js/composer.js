// The composer: drafts, files, sending.
import { $, $$, byId, box, csrf, freshId, icon, isPhone, make, on, say, settle } from './dom.js';
import { failed, onSwap, Refused, request } from './fragments.js';
import { send } from './live.js';
import { append, openConversation } from './thread.js';

const DRAFT_MS = 400, TYPING_EVERY_MS = 3_000, TYPING_END_MS = 5_000, COUNT_FROM = 0.8, SMALL_LIMIT = 2_000;

const form = () => byId('composer');
const field = () => byId('text');
export const mode = () => form()?.elements.mode?.value || 'reply';
/** Files of the open composer: `{id, name, size, state, part, abort}`. */
let files = [];

// --- drafts: one per conversation and mode ------------------------------------------------------

const draftKey = (of = mode()) => `linktor:draft:${form()?.dataset.conversation}:${of}`;
const keepDraft = settle(DRAFT_MS, () => { if (form()) box.set(draftKey(), field().value.trim() ? field().value : ''); });

function restore() {
  const text = field();
  if (!text || text.dataset.ready) return;
  text.dataset.ready = 'yes';
  files = [];
  const note = mode() === 'note' || Boolean(box.get(`${draftKey('note')}:open`));
  if (note) $('input[name=mode][value=note]', form()).checked = true;
  if (!text.value) text.value = box.get(draftKey()) ?? '';
  dress();
}

/** Switches between reply and note; each keeps its own words. */
export function choose(next, focus = true) {
  const radio = $(`input[name=mode][value=${next}]`, form());
  if (!radio || radio.disabled) return;
  if (!radio.checked) { radio.checked = true; switched(next); }
  if (focus) field().focus();
}

function switched(next) {
  const text = field();
  const other = next === 'note' ? 'reply' : 'note';
  box.set(draftKey(other), text.value.trim() ? text.value : '');
  box.set(`${draftKey('note')}:open`, next === 'note' ? '1' : '');
  text.value = box.get(draftKey(next)) ?? '';
  dress();
}

/** Makes the composer look like what it will do. */
function dress() {
  const composer = form();
  if (!composer) return;
  const note = mode() === 'note';
  const text = field();
  composer.classList.toggle('is-note', note);
  text.placeholder = note ? text.dataset.note : text.dataset.reply;
  $('.send .label', composer).textContent = note ? 'Add note' : 'Send';
  grow();
  count();
}

function grow() {
  const text = field();
  if (CSS.supports('field-sizing', 'content')) return;
  text.style.blockSize = 'auto';
  text.style.blockSize = `${Math.min(text.scrollHeight, 252)}px`;
}

function count() {
  const composer = form();
  const limit = Number(composer.dataset.textMax) || 0;
  const used = [...field().value].length;
  const shown = limit && mode() === 'reply' && used && (limit < SMALL_LIMIT || used > limit * COUNT_FROM);
  const place = $('.counter', composer);
  place.textContent = shown ? `${used.toLocaleString('en')} / ${limit.toLocaleString('en')}` : '';
  place.classList.toggle('over', used > limit);
}

// --- typing signal ------------------------------------------------------------------------------

let lastTyping = 0;
const stopTyping = settle(TYPING_END_MS, () => signal('stop'));
function signal(state) {
  const conversation = openConversation();
  if (!conversation || (state === 'stop' && !lastTyping)) return;
  lastTyping = state === 'start' ? Date.now() : 0;
  send({ kind: 'writing', on: state === 'start' });
  if (!form()?.hasAttribute('data-typing') || mode() === 'note') return;
  request(`/app/c/${conversation}/typing`, { method: 'POST', parts: 'none', body: new URLSearchParams({ state, _csrf: csrf() }) }).catch(() => {});
}

on('input', '#text', () => {
  keepDraft();
  grow();
  count();
  suggest();
  if (field().value.trim()) {
    if (Date.now() - lastTyping > TYPING_EVERY_MS) signal('start');
    stopTyping();
  }
});
on('change', '#composer input[name=mode]', (_, radio) => { switched(radio.value); field().focus(); });

// --- files --------------------------------------------------------------------------------------

const sizeWords = (bytes) => (bytes < 1_048_576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1_048_576).toFixed(1).replace('.0', '')} MB`);

function draw(file) {
  const remove = make('button', { type: 'button', class: 'ib', 'aria-label': `Remove ${file.name}` }, icon('x'));
  remove.addEventListener('click', () => { file.abort?.(); files = files.filter((other) => other !== file); file.element.remove(); field()?.focus(); });
  const kind = (file.name.match(/\.([a-z0-9]{1,4})$/i)?.[1] ?? 'file').toUpperCase();
  const state = file.state === 'refused' ? make('span', { class: 'bad' }, file.reason)
    : file.state === 'sending' ? make('progress', { max: 1, value: file.part, 'aria-label': `Uploading ${file.name}` })
      : make('span', { class: 'num' }, sizeWords(file.size));
  const element = make('li', {}, make('span', { class: 'tile', 'aria-hidden': 'true' }, kind), make('b', { title: file.name }, file.name), state, remove);
  file.element ? file.element.replaceWith(element) : $('.files', form()).append(element);
  file.element = element;
}

/** Uploads files one by one as they are chosen; each shows its progress and why it was refused. */
export function attach(chosen) {
  const most = Number(form()?.dataset.fileMax) || 0;
  for (const blob of chosen) {
    const file = { name: blob.name || 'picture.png', size: blob.size, state: 'sending', part: 0 };
    files.push(file);
    if (blob.size > most) {
      Object.assign(file, { state: 'refused', reason: `${sizeWords(blob.size)} is over the ${sizeWords(most)} limit of ${form().dataset.channel}.` });
      say(file.reason, true);
    } else upload(file, blob);
    draw(file);
  }
}

function upload(file, blob) {
  const body = new FormData();
  body.append('file', blob, file.name);
  const post = new XMLHttpRequest();
  file.done = new Promise((resolve) => {
    const end = (state, more) => { Object.assign(file, { state }, more); if (file.element?.isConnected) draw(file); resolve(); };
    post.upload.addEventListener('progress', (event) => {
      file.part = event.loaded / event.total;
      const bar = $('progress', file.element);
      if (bar) bar.value = file.part;
    });
    post.addEventListener('load', () => {
      let answer = null;
      try { answer = JSON.parse(post.responseText); } catch { /* not ours: told below */ }
      if (post.status < 300 && answer?.id) end('ready', { id: answer.id });
      else end('refused', { reason: answer?.error?.message ?? 'This file was not taken.' });
    });
    post.addEventListener('error', () => end('refused', { reason: 'No connection. Remove it and attach it again.' }));
    post.addEventListener('abort', () => end('gone'));
  });
  file.abort = () => post.abort();
  post.open('POST', '/app/media');
  post.setRequestHeader('X-CSRF-Token', csrf());
  post.send(body);
}

on('change', '[data-attach]', (_, input) => { attach(input.files); input.value = ''; field().focus(); });
on('paste', '#text', (event) => {
  const pasted = [...(event.clipboardData?.files ?? [])];
  if (pasted.length && $('[data-attach]')) { event.preventDefault(); attach(pasted); }
});
const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
let depth = 0;
on('dragenter', '#thread', (event) => { if (holdsFiles(event) && $('[data-attach]')) { depth += 1; form().classList.add('dropping'); } });
on('dragover', '#thread', (event) => { if (holdsFiles(event)) event.preventDefault(); });
on('dragleave', '#thread', (event) => { if (holdsFiles(event) && --depth <= 0) form()?.classList.remove('dropping'); });
on('drop', '#thread', (event) => {
  if (!holdsFiles(event) || !$('[data-attach]')) return;
  event.preventDefault();
  depth = 0;
  form().classList.remove('dropping');
  attach(event.dataTransfer.files);
});

// --- mentions -----------------------------------------------------------------------------------

function suggest() {
  $('.suggest')?.remove();
  const text = field();
  text.removeAttribute('aria-activedescendant');
  const started = mode() === 'note' && text.value.slice(0, text.selectionStart).match(/(?:^|\s)@([^\s@]*)$/);
  if (!started) return;
  const people = $$('.mentionable', form()).filter((person) => person.textContent.toLowerCase().startsWith(started[1].toLowerCase())).slice(0, 6);
  if (!people.length) return;
  const list = make('ul', { class: 'suggest', role: 'listbox', id: 'suggest', 'aria-label': 'People' },
    ...people.map((person, at) => make('li', { role: 'option', id: `suggest-${at}`, 'aria-selected': String(at === 0) }, person.textContent)));
  list.addEventListener('mousedown', (event) => { event.preventDefault(); complete(event.target.closest('li')); });
  form().append(list);
  text.setAttribute('aria-activedescendant', 'suggest-0');
}

function complete(option) {
  if (!option) return;
  const text = field();
  const start = text.value.slice(0, text.selectionStart).lastIndexOf('@');
  text.setRangeText(`@${option.textContent} `, start, text.selectionStart, 'end');
  $('.suggest')?.remove();
  keepDraft();
}

/** Keys of the list of people; true when one was used. */
function suggestKey(event) {
  const list = $('.suggest');
  if (!list) return false;
  const at = $$('li', list).findIndex((option) => option.ariaSelected === 'true');
  if (event.key === 'Escape') list.remove();
  else if (event.key === 'Enter' || event.key === 'Tab') complete(list.children[at]);
  else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const next = (at + (event.key === 'ArrowDown' ? 1 : -1) + list.children.length) % list.children.length;
    [...list.children].forEach((option, index) => { option.ariaSelected = String(index === next); });
    field().setAttribute('aria-activedescendant', `suggest-${next}`);
  } else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}
on('keydown', '#text', (event) => { if (!suggestKey(event) && event.key === 'Enter' && (event.metaKey || event.ctrlKey)) { event.preventDefault(); form().requestSubmit(); } });

const mentioned = (text) => $$('.mentionable', form()).filter((person) => text.includes(`@${person.textContent}`)).map((person) => person.value);

// --- sending ------------------------------------------------------------------------------------

/** Waiting sends per conversation: the order of pressing Send is the order of sending. */
let line = Promise.resolve();

function sketch(message) {
  const note = message.mode === 'note';
  const words = make('div', { class: 'words', dir: 'auto' }, message.text);
  const cards = message.files.map((file) => make('p', { class: 'file' }, icon('paperclip'), file.name));
  return make('article', {
    id: message.clientId, class: `msg ${note ? 'note' : 'out'} pending`, 'data-client': message.clientId, 'data-by': document.body.dataset.meId,
    'data-at': new Date().toISOString(), 'aria-label': note ? 'Your note' : 'Your message', tabindex: '-1',
  },
  make('div', { class: 'bubble c-text' }, note ? make('p', { class: 'lockline' }, icon('lock'), 'Note \u{b7} only your team sees this') : null, ...cards, message.text ? words : null),
  make('p', { class: 'meta' }, make('span', { class: 'receipt' }, icon('clock'), make('span', { class: 'word' }, 'Sending'))));
}

async function post(message) {
  await Promise.all(message.files.map((file) => file.done));
  const body = new URLSearchParams({ text: message.text, mode: message.mode, clientId: message.clientId, _csrf: csrf() });
  for (const file of message.files.filter((file) => file.id)) body.append('media', file.id);
  for (const user of message.mentions) body.append('mentions', user);
  if (message.replyTo) body.append('replyTo', message.replyTo);
  const response = await request(`/app/c/${message.conversation}/messages`, { method: 'POST', parts: 'message', body });
  const template = document.createElement('template');
  template.innerHTML = await response.text();
  return template.content.querySelector('.msg');
}

/** Sends until the server answers: a lost connection is not a failed send. */
async function deliver(message) {
  for (;;) {
    try { return await post(message); } catch (error) {
      if (error instanceof Refused) throw error;
      await new Promise((resolve) => {
        const again = ({ detail }) => { if (detail === 'up') { document.removeEventListener('linktor:connection', again); clearTimeout(timer); resolve(); } };
        document.addEventListener('linktor:connection', again);
        const timer = setTimeout(() => { document.removeEventListener('linktor:connection', again); resolve(); }, 5_000);
      });
    }
  }
}

function giveBack(message, error) {
  const bubble = document.querySelector(`[data-client="${CSS.escape(message.clientId)}"]`);
  if (!bubble) { box.set(`linktor:draft:${message.conversation}:${message.mode}`, message.text); return failed(error); }
  bubble.classList.remove('pending');
  $('.bubble', bubble).classList.add('failed');
  const again = make('button', { type: 'button', class: 'link' }, 'Retry');
  const edit = make('button', { type: 'button', class: 'link' }, 'Edit and send again');
  again.addEventListener('click', () => { bubble.replaceWith(sketch(message)); queue(message); });
  edit.addEventListener('click', () => {
    bubble.remove();
    choose(message.mode);
    field().value = [message.text, field().value].filter(Boolean).join('\n');
    for (const file of message.files) { files.push(file); draw(file); }
    keepDraft();
    dress();
  });
  $('.meta', bubble).replaceChildren(make('span', { class: 'trouble bad-text' }, icon('circle-alert'), `Not sent. ${error.message} `, again, edit));
  say(`Not sent. ${error.message}`, true);
}

function queue(message) {
  line = line.then(() => deliver(message)).then(
    (bubble) => {
      if (openConversation() !== message.conversation || !bubble) return;
      bubble.dataset.client = message.clientId;
      append(bubble);
    },
    (error) => giveBack(message, error),
  );
}

on('submit', '#composer', (event, composer) => {
  event.preventDefault();
  const text = field().value.trim();
  const ready = files.filter((file) => file.state === 'sending' || file.state === 'ready');
  const limit = Number(composer.dataset.textMax) || Infinity;
  if (files.some((file) => file.state === 'refused')) return say('Remove the refused file first.', true);
  if (!text && !ready.length) return field().focus();
  if (mode() === 'reply' && [...text].length > limit) return say(`This is over the limit of ${limit} characters.`, true);
  const message = { conversation: composer.dataset.conversation, text, mode: mode(), clientId: freshId('cm'), files: ready, mentions: mentioned(text), replyTo: composer.elements.replyTo?.value };
  append(sketch(message), { mine: true });
  clear();
  queue(message);
});

function clear() {
  field().value = '';
  files = [];
  $('.files', form()).replaceChildren();
  form().elements.clientId.value = freshId('cm');
  unquote();
  box.set(draftKey(), '');
  $('.suggest')?.remove();
  signal('stop');
  dress();
  if (!isPhone()) field().focus();
}

/** Answers a message with a quote of it. */
export function quote(message) {
  const bar = $('.quoting', form());
  if (!bar || !message) return;
  const input = $('input', bar);
  input.value = message.id;
  input.disabled = false;
  $('span', bar).textContent = $('.words, .fn b, .about', message)?.textContent ?? 'Message';
  bar.hidden = false;
  choose('reply');
}
export function unquote() {
  const bar = $('.quoting', form());
  if (!bar) return;
  bar.hidden = true;
  $('input', bar).value = '';
  $('input', bar).disabled = true;
}

// --- emoji --------------------------------------------------------------------------------------

const EMOJI = '\u{1f600} \u{1f604} \u{1f60a} \u{1f609} \u{1f60d} \u{1f917} \u{1f605} \u{1f602} \u{1f642} \u{1f914} \u{1f610} \u{1f615} \u{1f622} \u{1f62e} \u{1f634} \u{1f973} \u{1f44d} \u{1f44e} \u{1f44c} \u{1f64f} \u{1f44f} \u{1f64c} \u{1f4aa} \u{1f44b} \u{2705} \u{274c} \u{2757} \u{2753} \u{2b50} \u{2728} \u{1f525} \u{1f389} \u{2764}\u{fe0f} \u{1f49c} \u{1f4a1} \u{1f4e6} \u{1f69a} \u{1f9fe} \u{1f4b3} \u{1f4f7} \u{1f4ce} \u{1f4c5} \u{23f0} \u{1f4de} \u{1f4cd} \u{2615} \u{1f331} \u{1f381}'.split(' ');
document.addEventListener('beforetoggle', (event) => {
  const panel = event.target;
  if (panel.id !== 'emoji' || event.newState !== 'open' || panel.children.length) return;
  panel.append(...EMOJI.map((glyph) => make('button', { type: 'button', 'data-emoji': glyph }, glyph)));
}, true);
on('click', '[data-emoji]', (_, button) => {
  const text = field();
  text.setRangeText(button.dataset.emoji, text.selectionStart, text.selectionEnd, 'end');
  byId('emoji').hidePopover();
  text.focus();
  keepDraft();
  count();
});

export function startComposer() {
  restore();
  onSwap(restore);
}
