// The composer: drafts, files, sending.
import { $, $$, byId, csrf, freshId, icon, isPhone, make, more, on, say, settle } from './dom.js';
import { drop, flush, isKeeping, keep } from './drafts.js';
import { failed, load, onSwap, Refused, request } from './fragments.js';
import { onFrame, send } from './live.js';
import { append, openConversation } from './thread.js';
import { toast } from './toast.js';

const TYPING_EVERY_MS = 3_000, TYPING_END_MS = 5_000, COUNT_FROM = 0.8, SMALL_LIMIT = 2_000;

const form = () => byId('composer');
const field = () => byId('text');
export const mode = () => form()?.elements.mode?.value || 'reply';
/** Files of the open composer: `{id, name, size, state, part, abort}`. */
let files = [];

// --- what is begun: a reply and a note, each by itself -------------------------------------------

/** `{note, words: {reply, note}}`; words are `{text, seen, quote, files}` or null. */
let begun = { words: {} };
let current = 'reply';
/** The conversation in which. */
let whose;

/** The position of the newest message that is shown. */
const shown = () => Math.max(0, ...$$('[data-log] [data-pos]').map((message) => Number(message.dataset.pos)));
const ready = () => files.filter((file) => file.state === 'ready');

function words() {
  const text = field().value, quote = $('.quoting', form());
  if (!text.trim() && !files.length) return null;
  return { text, files: ready(), seen: form().elements.seen.value, quote: quote.hidden ? null : { id: $('input', quote).value, text: $('span', quote).textContent } };
}

/** Keeps what is written as it stands now. */
function keepDraft() {
  if (!form()) return;
  const before = begun.words[current];
  if (!before) form().elements.seen.value = shown();
  const now = begun.words[current] = words();
  if (!before && !now) return;
  keep(form().dataset.conversation, {
    mode: current, text: now?.text ?? '', seen: now?.seen ?? 0, replyTo: now?.quote?.id ?? '', clientId: form().elements.clientId.value, files: now?.files ?? [],
  });
}

/** Shows what is begun in the present mode. */
function take() {
  const { text = '', quote: quoted, files: kept = [], seen = shown() } = begun.words[current] ?? {};
  field().value = text;
  $('.files', form()).replaceChildren();
  files = kept.map((file) => ({ ...file, state: 'ready', element: null }));
  files.forEach(draw);
  quoted ? showQuote(quoted) : unquote();
  form().elements.seen.value = seen;
  dress();
}

function restore() {
  const text = field();
  if (!text) whose = '';
  if (!text || text.dataset.ready) return;
  text.dataset.ready = 'yes';
  flush();
  const { conversation, kept } = form().dataset;
  // Drawn anew under the hands of whoever writes: the words are here, and newer.
  if (whose !== conversation) begun = JSON.parse(kept);
  else pick(begun.words[current] ? current : 'reply');
  current = mode();
  whose = conversation;
  if ($('.held', form()).hidden) take();
  else dress();
}

// It may be written here in another way now: a window closed or opened, another app took the conversation.
onFrame('stance', ({ conversation, stance }) => {
  const shown = form()?.dataset;
  if (shown?.conversation === conversation && shown.stance !== stance && !tools?.offered() && !files.some((file) => file.state === 'sending')) load(location.href, ['composer']).catch(() => {});
});

// The same person wrote on another device: nothing takes away what is being written on this one.
onFrame('draft', ({ conversation, kept }) => {
  const composer = form();
  if (conversation !== composer?.dataset.conversation || isKeeping() || files.some((file) => file.state === 'sending')) return;
  if (lastTyping || (document.hasFocus() && composer.contains(document.activeElement))) return;
  begun = kept;
  pick(kept.note ? 'note' : 'reply');
  current = mode();
  take();
});

const radioOf = (name) => $(`input[name=mode][value=${name}]`, form());
function pick(name) { const radio = radioOf(name); radio.checked ||= !radio.disabled; }

/** Switches between reply and note; each keeps its own words. */
export function choose(next, focus = true) {
  const radio = radioOf(next);
  if (!radio || radio.disabled) return;
  if (!radio.checked) { radio.checked = true; switched(next); }
  if (focus) field().focus();
}

function switched(next) {
  keepDraft();
  flush();
  current = next;
  take();
  keepDraft();
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

/** How long a text is to the channel. */
const size = (text) => ({ utf16Units: text.length, bytes: new Blob([text]).size })[form().dataset.unit] ?? [...text].length;

function count() {
  const limit = Number(form().dataset.textMax);
  const used = mode() === 'reply' && size(field().value);
  // Where it costs by its length, the server says what.
  if (used && !limit) return;
  const place = $('.counter', form());
  place.textContent = used && (limit < SMALL_LIMIT || used > limit * COUNT_FROM) ? `${used.toLocaleString('en')} / ${limit.toLocaleString('en')}` : '';
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
  remove.addEventListener('click', () => { file.abort?.(); files = files.filter((other) => other !== file); file.element.remove(); keepDraft(); field()?.focus(); });
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
    const end = (state, rest) => { Object.assign(file, { state }, rest); if (file.element?.isConnected) { draw(file); keepDraft(); } resolve(); };
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

// The list of people comes with the first "@" in a note.
let people = null;
function suggest() {
  if (people) people.suggest();
  else if (mode() === 'note' && field().value.includes('@')) more().then((parts) => { people = parts; people.suggest(); }).catch(failed);
}
on('keydown', '#text', (event) => { if (!people?.suggestKey(event) && event.key === 'Enter' && (event.metaKey || event.ctrlKey)) { event.preventDefault(); form().requestSubmit(); } });

const mentioned = (text) => $$('.mentionable', form()).filter((person) => text.includes(`@${person.textContent}`)).map((person) => person.value);

// --- what is sent beside words and files: its scripts come with the first use --------------------

let tools = null;
on('click', '[data-tool]', (event, tool) => {
  event.preventDefault();
  more().then((parts) => { tools = parts; return parts[tool.dataset.tool](tool); }).catch(failed);
});

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
  make('div', { class: 'bubble c-text' }, note ? make('p', { class: 'lockline' }, icon('lock'), 'Note \u{b7} only your team sees this') : null, ...cards, message.text ? words : null, message.offer ? make('p', { class: 'about' }, tools.named(message.offer)) : null),
  make('p', { class: 'meta' }, make('span', { class: 'receipt' }, icon('clock'), make('span', { class: 'word' }, 'Sending'))));
}

async function post(message) {
  await Promise.all(message.files.map((file) => file.done));
  const body = new URLSearchParams({ text: message.text, mode: message.mode, clientId: message.clientId, seen: message.seen, _csrf: csrf() });
  for (const file of message.files.filter((file) => file.id)) body.append('media', file.id);
  for (const user of message.mentions) body.append('mentions', user);
  if (message.quote) body.append('replyTo', message.quote.id);
  for (const pair of [...message.offer ?? [], ...message.letter]) body.append(...pair);
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

/** Puts what was not sent back to where it was written, before anything written since. */
function putBack(message) {
  choose(message.mode);
  field().value = [message.text, field().value].filter(Boolean).join('\n');
  for (const file of message.files) { file.element = null; files.push(file); draw(file); }
  if (message.quote) showQuote(message.quote);
  if (message.offer) tools.openOffer(null, message.offer);
  keepDraft();
  dress();
}

/** The same, where another conversation is open meanwhile. */
function keepFor({ conversation, mode: of, text, seen, quote: quoted, files: sent }) {
  flush();
  keep(conversation, { mode: of, text, seen, replyTo: quoted?.id ?? '', clientId: freshId('cm'), files: sent.filter((file) => file.id) });
  flush();
}

/** A colleague answered meanwhile: the words come back, and the same keys send them all the same. */
function holdUp(message, { message: why, details }) {
  document.querySelector(`[data-client="${CSS.escape(message.clientId)}"]`)?.remove();
  if (openConversation() !== message.conversation) {
    keepFor(message);
    return toast(`Not sent. ${why}`, { bad: true, action: { label: 'Open', run: () => location.assign(`/app/c/${message.conversation}`) } });
  }
  putBack(message);
  form().elements.seen.value = details.seen;
  const bar = $('.held', form());
  $('p', bar).textContent = why;
  bar.hidden = false;
}
on('click', '[data-do=keep-editing]', (_, button) => { button.closest('.held').hidden = true; field().focus(); });

function giveBack(message, error) {
  if (error.details?.reason === 'answered_meanwhile') return holdUp(message, error);
  const bubble = document.querySelector(`[data-client="${CSS.escape(message.clientId)}"]`);
  if (!bubble) { keepFor(message); return failed(error); }
  bubble.classList.remove('pending');
  $('.bubble', bubble).classList.add('failed');
  const again = make('button', { type: 'button', class: 'link' }, 'Retry');
  const edit = make('button', { type: 'button', class: 'link' }, 'Edit and send again');
  again.addEventListener('click', () => { bubble.replaceWith(sketch(message)); queue(message); });
  edit.addEventListener('click', () => { bubble.remove(); putBack(message); });
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
  const taken = files.filter((file) => file.state === 'sending' || file.state === 'ready');
  const limit = Number(composer.dataset.textMax) || Infinity;
  if (files.some((file) => file.state === 'refused')) return say('Remove the refused file first.', true);
  const offer = mode() === 'reply' ? tools?.offered() : null;
  if (!text && !taken.length && !offer) return field().focus();
  if (mode() === 'reply' && size(text) > limit) return say(`This is over the limit of ${limit} characters.`, true);
  const { seen, clientId } = composer.elements;
  const message = {
    conversation: composer.dataset.conversation, text, mode: mode(), clientId: clientId.value, seen: seen.value, files: taken, mentions: mentioned(text), quote: words()?.quote, offer,
    letter: $$('[data-letter]', composer).map(({ name, value }) => [name, value]),
  };
  drop();
  append(sketch(message), { mine: true });
  clear();
  queue(message);
});

function clear() {
  begun.words[current] = null;
  form().elements.clientId.value = freshId('cm');
  $('.held', form()).hidden = true;
  $('.suggest')?.remove();
  tools?.closeOffer();
  take();
  signal('stop');
  if (!isPhone()) field().focus();
}

/** Answers a message with a quote of it. */
export function quote(message) {
  if (!message || !form()) return;
  choose('reply');
  showQuote({ id: message.id, text: $('.words, .fn b, .about', message)?.textContent ?? 'Message' });
  keepDraft();
}
function showQuote({ id, text }) {
  const bar = $('.quoting', form());
  const input = $('input', bar);
  input.value = id;
  input.disabled = false;
  $('span', bar).textContent = text;
  bar.hidden = false;
}
export function unquote() {
  const bar = $('.quoting', form());
  if (!bar) return;
  bar.hidden = true;
  $('input', bar).value = '';
  $('input', bar).disabled = true;
}

document.addEventListener('beforetoggle', (event) => {
  if (event.target.id === 'emoji' && event.newState === 'open') more().then((parts) => parts.fillEmoji(event.target)).catch(failed);
}, true);

export function startComposer() {
  restore();
  onSwap(restore);
}
