// The search: in the overlay and on its own page.
import { $, $$, byId, on, say, settle } from './dom.js';
import { failed, request, swapped } from './fragments.js';

const DEBOUNCE_MS = 80;
let asked = 0;

/** Fills the overlay, which is open already, with what is typed into it so far. */
export function openSearch() {
  find(byId('q').value, byId('overlay-results'));
}

async function find(query, place, url = `/app/search?q=${encodeURIComponent(query)}`) {
  const mine = ++asked;
  try {
    const response = await request(url, { parts: 'results' });
    const html = await response.text();
    if (mine !== asked) return;
    const page = new DOMParser().parseFromString(html, 'text/html');
    const results = page.getElementById('results');
    if (!results) return;
    place.replaceChildren(document.importNode(results, true));
    $('.hit', place)?.classList.add('on');
    swapped(place);
    say($('.summary', place)?.textContent ?? '');
  } catch (error) { if (mine === asked) failed(error); }
}

const findSoon = settle(DEBOUNCE_MS, (input) => find(input.value, byId('overlay-results')));
on('input', '#q', (_, input) => findSoon(input));
const findPage = settle(DEBOUNCE_MS, (input) => {
  history.replaceState(history.state, '', `/app/search?q=${encodeURIComponent(input.value)}`);
  find(input.value, byId('results').parentElement);
});
on('input', '[data-search-page]', (_, input) => findPage(input));
on('click', '[data-results]', (event, link) => { event.preventDefault(); const place = link.closest('.results').parentElement; if (!link.closest('dialog')) history.replaceState(history.state, '', link.href); find('', place, link.href); });
on('keydown', '#q, [data-search-page]', (event, input) => {
  const hits = $$('.hit', input.id === 'q' ? byId('search') : document);
  const at = hits.findIndex((hit) => hit.classList.contains('on'));
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    const next = hits[Math.max(0, Math.min(hits.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)))];
    hits[at]?.classList.remove('on');
    next?.classList.add('on');
    next?.scrollIntoView({ block: 'nearest' });
  } else if (event.key === 'Enter' && hits[at]) {
    event.preventDefault();
    event.metaKey || event.ctrlKey ? window.open(hits[at].href) : location.assign(hits[at].href);
  }
});

/** Further hits of one kind, put below those that are shown. */
on('click', '[data-more-hits]', async (event, link) => {
  event.preventDefault();
  if (link.ariaBusy === 'true') return;
  link.ariaBusy = 'true';
  try {
    const response = await request(link.href, { parts: 'results' });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const list = $('.hits', link.closest('section'));
    const hits = $$('.hits > li', page).map((hit) => document.importNode(hit, true));
    list.append(...hits);
    const next = $('[data-more-hits]', page);
    next ? link.replaceWith(document.importNode(next, true)) : link.parentElement.remove();
    $('.hit', hits[0])?.focus();
    swapped(list);
  } catch (error) { link.ariaBusy = null; failed(error); }
});
