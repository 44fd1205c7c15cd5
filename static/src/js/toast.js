// Short messages at the lower edge.
import { byId, icon, make, say } from './dom.js';

const SHOWN_MS = 6_000, MOST = 3;

/**
 * Shows one sentence. `action` is `{label, run}`; an error stays until it is closed.
 * @returns {() => void} takes it away
 */
export function toast(text, { bad = false, action = null, glyph = bad ? 'circle-alert' : 'check' } = {}) {
  const region = byId('toasts');
  if (!region) return () => {};
  const close = make('button', { type: 'button', class: 'ib', 'aria-label': 'Close' }, icon('x'));
  const act = action && make('button', { type: 'button', class: 'link', value: action.label }, action.label);
  const element = make('div', { class: 'toast' }, icon(glyph), make('span', {}, text), act, close);
  let timer;
  const remove = () => { clearTimeout(timer); element.remove(); };
  const start = () => { if (!bad) timer = setTimeout(remove, SHOWN_MS); };
  close.addEventListener('click', remove);
  act?.addEventListener('click', () => { remove(); action.run(); });
  for (const [stop, go] of [['pointerenter', 'pointerleave'], ['focusin', 'focusout']]) {
    element.addEventListener(stop, () => clearTimeout(timer));
    element.addEventListener(go, start);
  }
  region.append(element);
  while (region.children.length > MOST) region.firstElementChild.remove();
  say(text, bad);
  start();
  return remove;
}
