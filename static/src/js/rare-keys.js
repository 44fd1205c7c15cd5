// What keys do that not every visit needs.
import { $, $$, byId } from './dom.js';
import { setTheme } from './overlays.js';

const REGIONS = ['.side', '#list', '[data-log]', '#text', '#panel', '#main'];

/** To the next region of the page, or the one before. */
export function nextRegion(step) {
  const present = REGIONS.map((selector) => $(selector)).filter((region) => region?.checkVisibility?.());
  const regions = present.filter((region) => region.id !== 'main' || present.length < 3);
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  regions[(at + step + regions.length) % regions.length]?.focus();
}

/** To the next message, or the one before. */
export function walkMessages(step) {
  const messages = $$('[data-log] .msg');
  const at = messages.indexOf(document.activeElement?.closest?.('.msg'));
  const next = messages[at < 0 ? messages.length - 1 : at + step];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

/** Into the menu of the conversation, where its priority is chosen. */
export function openPriority() {
  $('[popovertarget=menu-more]')?.click();
  byId('menu-more')?.addEventListener('toggle', () => $('#menu-more [name=priority]').focus(), { once: true });
}

/** Light where it is dark, and dark where it is light. */
export function flipTheme() {
  const { theme } = document.documentElement.dataset;
  const isDark = theme === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
  setTheme(isDark ? 'light' : 'dark');
}
