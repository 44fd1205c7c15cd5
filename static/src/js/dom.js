// Small helpers every other file uses.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const byId = (id) => document.getElementById(id);

/** Listens on the document for events from elements matching `selector`, present or future. */
export function on(type, selector, handler, options) {
  document.addEventListener(type, (event) => {
    const target = event.target instanceof Element ? event.target.closest(selector) : null;
    if (target) handler(event, target);
  }, options);
}

/** Makes an element: `make('b', {class: 'x'}, 'text', child)`. Text is text, never markup. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** A picture of the sprite. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'i');
  svg.ariaHidden = true;
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

export const csrf = () => $('meta[name=csrf]')?.content ?? $('input[name=_csrf]')?.value ?? '';

/** The parts of the script that not every visit needs. */
export const more = () => import(document.body.dataset.more);

/** Says something to people who hear the page. */
export function say(text, urgent = false) {
  const region = byId(urgent ? 'shout' : 'say');
  if (!region) return;
  region.textContent = '';
  setTimeout(() => { region.textContent = text; }, 50);
}

/** Whether keys typed now are meant for a field. */
export const isTyping = (element) =>
  element instanceof Element && element.matches('input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]');

export const isApple = /Mac|iPhone|iPad/.test(navigator.platform);
export const isPhone = () => matchMedia('(max-width: 599px)').matches;

/** An id of ours that sorts by time, for things not yet known to the server. */
export const freshId = (prefix) =>
  `${prefix}_${Date.now().toString(36)}${[...crypto.getRandomValues(new Uint8Array(8))].map((byte) => (byte % 36).toString(36)).join('')}`;

/** Runs `task` once after `wait` milliseconds of quiet. */
export function settle(wait, task) {
  let timer;
  return (...values) => { clearTimeout(timer); timer = setTimeout(task, wait, ...values); };
}

/** A small box in the browser's own storage; a full or forbidden store is not an error. */
export const box = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* nothing is kept then */ } },
};

export function cookie(name, value) {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`;
}
