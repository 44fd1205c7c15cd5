// What is sent beside words and files: choices to press, a place, a contact card. On the left what is
// asked for, on the right what the customer gets of it on this channel.
import { $, $$, byId, csrf, icon, make, on, settle } from './dom.js';
import { applyParts, request } from './fragments.js';

const QUIET_MS = 250, AGAIN_MS = 3_000;
const FIELDS = {
  place: [['placeName', 'Name'], ['placeAddress', 'Address'], ['latitude', 'Latitude'], ['longitude', 'Longitude']],
  card: [['cardName', 'Name'], ['cardPhone', 'Phone'], ['cardEmail', 'Email'], ['cardCompany', 'Company']],
};
const ABOUT = { buttons: 'Address or +number, if it opens one', list: 'Second line' };

const box = () => byId('offer');
const kinds = () => JSON.parse(box().dataset.offers);
const kind = () => kinds().find((one) => one.kind === $('select', box()).value);

/** `[name, value]` of everything that is asked for; null while nothing is. */
export function offered() {
  if (!box() || box().hidden) return null;
  const pairs = [['offer', kind().kind]];
  for (const field of $$('.ask input', box())) pairs.push([field.name, field.value]);
  const filled = pairs.slice(1).some(([, value]) => value.trim());
  return filled ? pairs : null;
}

/** Shows or hides the box. While it is open, a composer that is drawn anew leaves it as it is. */
function stand(open) {
  box().hidden = !open;
  box().toggleAttribute('hx-morph-skip', open);
  $('[data-tool=openOffer]')?.setAttribute('aria-expanded', String(open));
}

/** In a few words, for the bubble that is drawn while it is sent. */
export const named = (pairs) => kinds().find((one) => one.kind === pairs[0][1])?.name;

export function closeOffer() {
  if (!box()) return;
  box().replaceChildren();
  stand(false);
}

/** Opens the box, or closes it again; with `pairs`, as it was when they were sent. */
export function openOffer(_, pairs) {
  if (!pairs && !box().hidden) { closeOffer(); byId('text').focus(); return; }
  const choose = make('select', { 'aria-label': 'What to ask for' }, ...kinds().map((one) => make('option', { value: one.kind, selected: one.kind === pairs?.[0][1] }, one.name)));
  box().replaceChildren(
    make('div', { class: 'ask' }, make('p', { class: 'about' }, icon('square-mouse-pointer'), 'You ask for', choose), make('div', { class: 'rows-of' }), make('p', { class: 'hint', id: 'offer-limits' })),
    make('div', { class: 'gets', 'aria-live': 'polite' }, make('p', { class: 'about' }, icon('replace'), `${box().dataset.to} receives`), make('div', { id: 'outlook' })),
  );
  stand(true);
  fields(pairs);
  $('.ask input', box())?.focus();
}

function fields(pairs) {
  const of = kind();
  $('#offer-limits', box()).textContent = of.limits;
  const place = $('.rows-of', box());
  place.replaceChildren();
  const value = (name) => pairs?.find(([known]) => known === name)?.[1] ?? '';
  if (FIELDS[of.kind]) {
    place.append(...FIELDS[of.kind].map(([name, label]) => make('label', {}, make('span', {}, label), make('input', { name, value: value(name), inputmode: /itude$/.test(name) ? 'decimal' : false }))));
    if (of.kind === 'place' && navigator.geolocation) place.append(here());
  } else {
    if (of.kind === 'list') place.append(make('label', {}, make('span', {}, 'On the button'), make('input', { name: 'opens', value: value('opens') || 'Options' })));
    const titles = (pairs ?? []).filter(([name]) => name === 'rowTitle').map(([, title]) => title);
    const abouts = (pairs ?? []).filter(([name]) => name === 'rowAbout').map(([, about]) => about);
    const list = make('ol', {});
    place.append(list);
    (titles.length ? titles : ['', '']).forEach((title, at) => list.append(row(of, title, abouts[at])));
    const add = make('button', { type: 'button', class: 'btn small' }, icon('plus'), 'Add');
    add.addEventListener('click', () => { list.append(row(of)); number(); $('input', list.lastElementChild).focus(); });
    place.append(add);
    number();
  }
  look();
}

function here() {
  const button = make('button', { type: 'button', class: 'btn small' }, icon('map-pin'), 'Where I am');
  button.addEventListener('click', () => navigator.geolocation.getCurrentPosition(({ coords }) => {
    for (const name of ['latitude', 'longitude']) $(`[name=${name}]`, box()).value = coords[name].toFixed(6);
    look();
  }, () => { $('#offer-limits', box()).textContent = 'The browser does not say where you are.'; }));
  return button;
}

function row(of, title = '', about = '') {
  const button = (name, label, act) => {
    const made = make('button', { type: 'button', class: 'ib', 'aria-label': label, 'data-label': label }, icon(name));
    made.addEventListener('click', () => act(made.closest('li')));
    return made;
  };
  const up = (item) => { item.previousElementSibling?.before(item); number(); $('button', item)?.focus(); look(); };
  const gone = (item) => { const next = item.nextElementSibling ?? item.previousElementSibling; item.remove(); number(); look(); ($('input', next ?? box()) ?? byId('text')).focus(); };
  return make('li', {},
    make('input', { name: 'rowTitle', value: title, dir: 'auto', placeholder: 'Title', 'data-most': of.titleMax || false }),
    make('span', { class: 'num', 'aria-hidden': 'true' }),
    button('arrow-up', 'Move up', up), button('x', 'Remove', gone),
    ABOUT[of.kind] ? make('input', { name: 'rowAbout', value: about, dir: 'auto', placeholder: ABOUT[of.kind], 'data-most': of.aboutMax || false }) : make('input', { type: 'hidden', name: 'rowAbout', value: '' }));
}

/** Names the rows by their places, and counts their titles. */
function number() {
  $$('.ask ol li', box()).forEach((item, at) => {
    const [title, about] = $$('input', item);
    title.setAttribute('aria-label', `Choice ${at + 1}`);
    if (about.type !== 'hidden') about.setAttribute('aria-label', `${about.placeholder}, choice ${at + 1}`);
    for (const press of $$('button', item)) press.setAttribute('aria-label', `${press.dataset.label}, choice ${at + 1}`);
    const most = Number(title.dataset.most), used = [...title.value].length;
    const place = $('.num', item);
    place.textContent = most && used ? `${used} / ${most}` : '';
    place.classList.toggle('over', most > 0 && used > most);
  });
}

let asked = 0;
async function look() {
  const pairs = offered();
  asked += 1;
  const mine = asked;
  if (!pairs) { byId('outlook')?.replaceChildren(make('p', { class: 'about' }, 'Write it first.')); return; }
  const body = new URLSearchParams([...pairs, ['text', byId('text').value], ['mode', 'reply'], ['_csrf', csrf()]]);
  const address = `/app/c/${byId('composer').dataset.conversation}/outlook`;
  try {
    const response = await request(address, { method: 'POST', parts: 'outlook', body });
    const html = await response.text();
    if (mine === asked && !box()?.hidden) await applyParts(html, ['outlook']);
  } catch (error) {
    if (mine !== asked) return;
    const refused = Boolean(error.status);
    byId('outlook')?.replaceChildren(make('p', { class: 'about' }, refused ? error.message : 'No connection. It is shown here once there is one.'));
    if (!refused) setTimeout(() => { if (mine === asked && !box()?.hidden) look(); }, AGAIN_MS);
  }
}
const soon = settle(QUIET_MS, look);

on('change', '#offer select', () => { fields(); $('.ask input', box())?.focus(); });
on('input', '#offer input', () => { number(); soon(); });
on('input', '#text', () => { if (box() && !box().hidden) soon(); });
// Enter goes to the next choice, and after the last one adds another.
on('keydown', '#offer input', (event, field) => {
  if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const next = field.closest('li')?.nextElementSibling;
  if (next) $('input', next).focus();
  else if (field.closest('li') && field.value.trim()) $('.rows-of > .btn', box()).click();
});
