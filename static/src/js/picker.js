// Templates to send: the page of its own, in a box over the conversation.
import { $, byId, make, on, settle } from './dom.js';
import { applyParts, failed, request } from './fragments.js';

const QUIET_MS = 250;
const box = () => byId('pick-box');

export async function openPicker(link) {
  const place = make('div', { id: 'pick-box', class: 'pick-box', popover: 'auto', role: 'dialog', 'aria-label': 'Templates' }, make('div', { id: 'picker' }));
  box()?.remove();
  document.body.append(place);
  await show(link.href);
  place.showPopover();
  ($('[name=q]', place) ?? $('input, a', place))?.focus();
}

let asked = 0;
/** Puts the picker of a page in; with `body`, of what a form of it is answered with. */
async function show(url, { body, parts = ['picker'] } = {}) {
  asked += 1;
  const mine = asked;
  const response = await request(url, { parts: parts.join(','), ...(body && { method: 'POST', body }) });
  const html = await response.text();
  if (mine !== asked) return;
  await applyParts(html, parts);
  // In the box the message comes into the conversation behind it; on the page of its own the page goes there.
  if (box()) byId('pick-form')?.setAttribute('data-parts', 'message');
}

on('click', '#pick-box a[href*="/templates"]', (event, link) => {
  event.preventDefault();
  show(link.href).then(() => $('#pick-form input:not([type=hidden]), #pick-form button')?.focus()).catch(failed);
});
const find = settle(QUIET_MS, () => {
  const form = $('#pick-box .pickfind');
  show(`${form.action}?${new URLSearchParams(new FormData(form))}`, { parts: ['pick-list'] }).catch(failed);
});
on('input', '#pick-box .pickfind', find);
on('submit', '#pick-box .pickfind', (event) => { event.preventDefault(); event.stopImmediatePropagation(); find(); }, true);

const look = settle(QUIET_MS, () => {
  const form = byId('pick-form');
  if (!form) return;
  const body = new URLSearchParams(new FormData(form));
  body.set('do', 'look');
  show(form.action, { body, parts: ['pick-seen', 'pick-foot', ...[...form.querySelectorAll('[data-said]')].map((place) => place.id)] }).catch(failed);
});
on('input', '#pick-form', look);
on('change', '#pick-form [data-example]', async (_, input) => {
  const [file] = input.files;
  if (!file) return;
  const body = new FormData();
  body.append('file', file, file.name);
  try {
    const response = await request('/app/media', { method: 'POST', body, signal: AbortSignal.timeout(120_000) });
    input.form.elements[input.dataset.example].value = (await response.json()).id;
    look();
  } catch (error) { failed(error); }
});
// Sent: the message stands in the conversation now.
document.addEventListener('linktor:arrived', () => { if (box()?.matches(':popover-open') && byId('pick-form')?.hasAttribute('aria-busy')) box().hidePopover(); });
