// A row that a finger draws aside: what is done most often to a conversation lies behind it.
import { $, icon, make } from './dom.js';
import { failed } from './fragments.js';
import { post } from './forms.js';
import { toast } from './toast.js';

/** Where a swipe begins, how wide one action is, and from which part of the row on it is a full swipe. */
const BEGINS = 12, WIDE = 84, FULL = 0.6;

// Loaded with the first touch, as the rest of this: not every visit needs it. What draws a row aside neither
// scrolls nor goes back in the browser's history.
const look = new CSSStyleSheet();
look.replaceSync(`
  html { overscroll-behavior-x: none; }
  .row { touch-action: pan-y pinch-zoom; }
  .swiped { position: absolute; inset-block: 0; display: flex; overflow: hidden; }
  .swiped.start { inset-inline-start: 0; }
  .swiped.end { inset-inline-end: 0; }
  .swiped button { flex: 1 0 0; min-inline-size: 0; overflow: hidden; display: grid; place-items: center; align-content: center; gap: 4px; font-size: 12px; font-weight: 550; }
  .swiped .ok { background: var(--ok-tint); color: var(--ok-text); }
  .swiped .warn { background: var(--warn-tint); color: var(--warn-text); }
  .swiped .info { background: var(--info-tint); color: var(--info-text); }
`);
document.adoptedStyleSheets.push(look);

const queue = () => $('#list').dataset.queue;
let shut = () => {};
let following = null;

/** Tomorrow at nine, as the form of the snooze takes it. */
function morning() {
  const day = new Date();
  day.setDate(day.getDate() + 1);
  const two = (number) => String(number).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T09:00`;
}

/** What lies behind a row at its end and at its beginning, the outer one last. */
function actions(row) {
  const unread = row.classList.contains('unread');
  const back = queue().startsWith('waiting') ? 'pending' : 'open';
  const undo = { what: 'status', fields: { status: back } };
  return {
    end: [
      { word: 'Snooze', glyph: 'alarm-clock', tone: 'warn', what: 'snooze', fields: { until: morning() }, told: 'Snoozed until tomorrow, 9:00', undo },
      { word: 'Done', glyph: 'check', tone: 'ok', what: 'status', fields: { status: 'resolved' }, told: 'Done', undo },
    ],
    start: [
      unread ? { word: 'Read', glyph: 'check-check', tone: 'info', what: 'read', fields: {}, told: 'Marked read', undo: { what: 'read', fields: { unread: '1' } } }
        : { word: 'Unread', glyph: 'mail', tone: 'info', what: 'read', fields: { unread: '1' }, told: 'Marked unread', undo: { what: 'read', fields: {} } },
      { word: 'Assign to me', glyph: 'user-plus', tone: 'ok', what: 'assign', fields: { assignee: 'me' }, told: 'Assigned to you', undo: queue().startsWith('unassigned') && { what: 'assign', fields: { assignee: '' } } },
    ],
  };
}

async function act(row, { what, fields, told, undo, glyph }) {
  shut();
  const ask = (one) => post(`/app/c/${row.id.slice(4)}/${one.what}`, { queue: queue(), ...one.fields }, 'none');
  try {
    await ask({ what, fields });
    toast(told, { glyph, action: undo && { label: 'Undo', run: () => ask(undo).catch(failed) } });
  } catch (error) {
    failed(error);
  }
}

/** The actions at one side of a row, as wide as it is drawn aside. */
function strip(row, side) {
  const buttons = actions(row)[side].map((action) => {
    const button = make('button', { type: 'button', class: action.tone }, icon(action.glyph), make('span', {}, action.word));
    button.addEventListener('click', () => act(row, action));
    return button;
  });
  // The outer one stands at the edge.
  return make('div', { role: 'group', class: `swiped ${side}`, 'aria-label': 'Actions' }, ...(side === 'start' ? buttons.reverse() : buttons));
}

/** Follows the finger that `event` put onto `row`. */
export function swipe({ touches: [from] }, row) {
  const mirrored = getComputedStyle(row).direction === 'rtl' ? -1 : 1;
  const parts = [...row.children];
  let side = '', shown = null, far = 0;
  if ($('.swiped', row)) return;
  shut();
  following?.abort();
  following = new AbortController();
  const { signal } = following;

  const draw = (distance) => {
    far = distance;
    for (const part of parts) part.style.transform = distance ? `translateX(${distance}px)` : '';
    if (shown) shown.style.inlineSize = `${Math.abs(distance)}px`;
  };
  const close = () => { draw(0); shown?.remove(); shown = null; };
  const move = (event) => {
    const [{ clientX, clientY }] = event.touches;
    const [x, y] = [clientX - from.clientX, clientY - from.clientY];
    if (!side) {
      if (Math.abs(y) > BEGINS && Math.abs(y) > Math.abs(x)) return end();
      if (Math.abs(x) < BEGINS) return;
      side = x * mirrored < 0 ? 'end' : 'start';
      shown = strip(row, side);
      row.append(shown);
      shut = close;
    }
    if (event.cancelable) event.preventDefault();
    draw((side === 'end') === (mirrored > 0) ? Math.min(x, 0) : Math.max(x, 0));
  };
  const end = () => {
    following.abort();
    if (!shown) return;
    const all = actions(row)[side];
    if (Math.abs(far) > row.offsetWidth * FULL) act(row, all.at(-1));
    else if (Math.abs(far) < WIDE) close();
    else draw(Math.sign(far) * WIDE * all.length);
  };
  row.addEventListener('touchmove', move, { signal, passive: false });
  for (const type of ['touchend', 'touchcancel']) row.addEventListener(type, end, { signal });
}

// A touch anywhere else puts the row back.
document.addEventListener('touchstart', ({ target }) => { if (!target.closest?.('.swiped')) shut(); }, { passive: true });
