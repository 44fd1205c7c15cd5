// The people a note can name.
import { $, $$, byId, make } from './dom.js';
import { mode } from './composer.js';

const text = () => byId('text');

/** Lists the people whose names begin as what stands after the "@". */
export function suggest() {
  $('.suggest')?.remove();
  const field = text();
  field.removeAttribute('aria-activedescendant');
  const started = mode() === 'note' && field.value.slice(0, field.selectionStart).match(/(?:^|\s)@([^\s@]*)$/);
  if (!started) return;
  const people = $$('.mentionable', byId('composer')).filter((person) => person.textContent.toLowerCase().startsWith(started[1].toLowerCase())).slice(0, 6);
  if (!people.length) return;
  const list = make('ul', { class: 'suggest', role: 'listbox', id: 'suggest', 'aria-label': 'People' },
    ...people.map((person, at) => make('li', { role: 'option', id: `suggest-${at}`, 'aria-selected': String(at === 0) }, person.textContent)));
  list.addEventListener('mousedown', (event) => { event.preventDefault(); complete(event.target.closest('li')); });
  byId('composer').append(list);
  field.setAttribute('aria-activedescendant', 'suggest-0');
}

function complete(option) {
  if (!option) return;
  const field = text();
  const start = field.value.slice(0, field.selectionStart).lastIndexOf('@');
  field.setRangeText(`@${option.textContent} `, start, field.selectionStart, 'end');
  $('.suggest')?.remove();
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Keys of the list of people; true when one was used. */
export function suggestKey(event) {
  const list = $('.suggest');
  if (!list) return false;
  const at = $$('li', list).findIndex((option) => option.ariaSelected === 'true');
  if (event.key === 'Escape') list.remove();
  else if (event.key === 'Enter' || event.key === 'Tab') complete(list.children[at]);
  else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const next = (at + (event.key === 'ArrowDown' ? 1 : -1) + list.children.length) % list.children.length;
    [...list.children].forEach((option, index) => { option.ariaSelected = String(index === next); });
    text().setAttribute('aria-activedescendant', `suggest-${next}`);
  } else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}
