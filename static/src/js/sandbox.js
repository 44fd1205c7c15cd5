// The phones of the sandbox: every press goes to the server, and what changed comes back as HTML.
// Without this script each press loads the page anew, which works as well.
const csrf = document.body.dataset.csrf;

const phoneOf = (key) => document.querySelector(`[data-phone="${CSS.escape(key)}"]`);

async function html(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.text();
}

/** Mails are as high as what stands in them. */
function fit(frame) {
  const { documentElement: page } = frame.contentDocument ?? {};
  if (!page) return;
  const settle = rest(frame.closest('[data-screen]'));
  frame.style.blockSize = `${Math.min(Math.max(page.scrollHeight, 20), 1200) + 12}px`;
  settle();
}
document.addEventListener('load', (event) => { if (event.target.matches?.('[data-fit]')) fit(event.target); }, true);

/** At the newest bubble, unless somebody scrolled up to read. */
function rest(screen, force) {
  const near = screen.scrollHeight - screen.scrollTop - screen.clientHeight < 120;
  return () => { if (near || force) screen.scrollTop = screen.scrollHeight; };
}

async function refresh(key) {
  const phone = phoneOf(key);
  if (!phone) return phonesChanged();
  const screen = phone.querySelector('[data-screen]');
  const settle = rest(screen);
  const fresh = new DOMParser().parseFromString(await html(`/sandbox/phones/${key}`), 'text/html');
  // What somebody opened, also while this was fetched, stays open: a receipt must not close a list
  // before a row of it is chosen.
  const open = [...screen.querySelectorAll('details[open]')].map((fold) => fold.dataset.fold);
  screen.innerHTML = fresh.querySelector('[data-screen]').innerHTML;
  phone.querySelector('.cap small').textContent = fresh.querySelector('.cap small').textContent;
  phone.querySelector('[data-more]').innerHTML = fresh.querySelector('[data-more]').innerHTML;
  for (const fold of screen.querySelectorAll('details')) fold.open = open.includes(fold.dataset.fold);
  settle();
}

async function wire() {
  const log = document.getElementById('wire');
  const open = new Set([...log.querySelectorAll('details[open]')].map((one) => one.closest('[data-wire]').dataset.wire));
  if (open.size) return;
  log.innerHTML = await html('/sandbox/wire');
}

/** At most one look at a time; what is asked for meanwhile is looked at once more. */
function once(work) {
  let busy = false;
  let again = false;
  const run = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try { await work(); } catch (error) { console.warn(error); }
    busy = false;
    if (again) { again = false; run(); }
  };
  return run;
}

const refreshers = new Map();
function changed(key) {
  if (!refreshers.has(key)) refreshers.set(key, once(() => refresh(key)));
  refreshers.get(key)();
}
const wireChanged = once(wire);
/** A phone that came is put in and one that went is taken out; in the others stays what somebody began. */
const phonesChanged = once(async () => {
  const fresh = new DOMParser().parseFromString(await html(location.href), 'text/html');
  const place = document.getElementById('phones');
  const phones = [...fresh.querySelectorAll('#phones > [data-phone]')];
  const keys = phones.map((phone) => phone.dataset.phone);
  place.querySelectorAll(':scope > [data-phone]').forEach((phone) => { if (!keys.includes(phone.dataset.phone)) phone.remove(); });
  let last;
  for (const phone of phones) {
    const known = phoneOf(phone.dataset.phone);
    const next = known ?? document.importNode(phone, true);
    if (!known) last ? last.after(next) : place.prepend(next);
    last = next;
  }
});
const switchesChanged = once(async () => {
  const part = document.getElementById('switches');
  if (part.contains(document.activeElement)) return;
  part.innerHTML = await html(`/sandbox/switches?account=${encodeURIComponent(document.getElementById('switches-of').value)}`);
});

function listen() {
  const live = new EventSource('/sandbox/live');
  const chip = document.querySelector('[data-live]');
  live.addEventListener('open', () => {
    chip.hidden = false;
    document.querySelectorAll('[data-phone]').forEach((phone) => changed(phone.dataset.phone));
    wireChanged();
  });
  live.addEventListener('error', () => { chip.hidden = true; });
  live.addEventListener('phone', (event) => changed(event.data));
  live.addEventListener('phones', phonesChanged);
  live.addEventListener('wire', wireChanged);
  live.addEventListener('all', () => {
    document.querySelectorAll('[data-phone]').forEach((phone) => changed(phone.dataset.phone));
    wireChanged();
    switchesChanged();
  });
  addEventListener('pagehide', () => live.close());
}

function context(form, field, id, words) {
  form.elements.quoting.value = '';
  form.elements.editing.value = '';
  const line = form.querySelector('[data-context]');
  line.hidden = !id;
  if (!id) return;
  form.elements[field].value = id;
  line.querySelector('span').textContent = words;
  form.querySelector('[data-text]').focus();
}

/** What takes along what stands in the field. */
const WORDED = ['say', 'file', 'mail', 'picture', 'document', 'album', 'start', 'echo', 'story-reply', 'comment'];

async function press(form, button) {
  const body = new FormData(form, button);
  const refusal = form.querySelector('[data-refusal]');
  form.querySelectorAll('[data-menu]').forEach((menu) => menu.hidePopover());
  form.querySelectorAll('.acts[open]').forEach((menu) => menu.removeAttribute('open'));
  const answer = await fetch(form.action, { method: 'POST', body, headers: { 'X-Linktor-Fragment': 'phone' } });
  refusal.hidden = answer.ok;
  if (!answer.ok) refusal.textContent = await answer.text();
  if (!answer.ok) return;
  const done = body.get('do');
  if (WORDED.includes(done.split(' ')[0])) {
    form.querySelector('[data-text]').value = '';
    form.querySelectorAll('[data-letter]').forEach((field) => { field.value = ''; });
    context(form);
  }
  const picked = form.querySelector('[data-file]');
  if (picked) picked.value = '';
  const screen = form.querySelector('[data-screen]');
  screen.scrollTop = screen.scrollHeight;
}

document.addEventListener('submit', (event) => {
  const form = event.target.closest('form.case');
  if (!form) return;
  event.preventDefault();
  press(form, event.submitter);
});

document.addEventListener('click', (event) => {
  const form = event.target.closest('form.case');
  if (!form) return;
  const on = (name) => event.target.closest(`[${name}]`);
  const bubble = event.target.closest('[data-bubble]');
  if (on('data-drop')) context(form);
  if (on('data-quote') || on('data-edit')) {
    const words = (bubble.querySelector('p[dir]') ?? bubble.querySelector('b'))?.textContent ?? '';
    if (on('data-edit')) form.querySelector('[data-text]').value = words;
    context(form, on('data-edit') ? 'editing' : 'quoting', bubble.dataset.bubble, on('data-edit') ? 'Change this message' : `Answer: ${words}`);
    bubble.querySelector('.acts').removeAttribute('open');
  }
});

document.addEventListener('change', async (event) => {
  if (event.target.matches('[data-file]') && event.target.files.length) {
    const form = event.target.form;
    form.querySelector('[data-menu]').hidePopover?.();
    const send = document.createElement('button');
    send.name = 'do';
    send.value = 'file';
    send.hidden = true;
    form.append(send);
    await press(form, send);
    send.remove();
  }
  if (event.target.matches('[data-switches]')) {
    const part = document.getElementById('switches');
    part.innerHTML = await html(`/sandbox/switches?account=${encodeURIComponent(event.target.value)}`);
    part.querySelector('[data-switches]').focus();
  } else if (event.target.closest('#switches')) {
    await fetch('/sandbox/switches', { method: 'POST', body: new URLSearchParams(new FormData(event.target.form)) });
  }
});

document.addEventListener('toggle', async (event) => {
  const entry = event.target.closest?.('[data-wire]');
  if (entry && event.target.open) {
    const body = entry.querySelector('[data-wire-body]');
    body.innerHTML = await html(`/sandbox/wire/${entry.dataset.wire}`);
  }
}, true);

document.querySelectorAll('[data-fit]').forEach((frame) => { if (frame.contentDocument?.readyState === 'complete') fit(frame); });
document.querySelectorAll('[data-screen]').forEach((screen) => rest(screen, true)());
document.querySelectorAll('[data-keep]').forEach((button) => { button.hidden = Boolean(csrf); });
listen();
