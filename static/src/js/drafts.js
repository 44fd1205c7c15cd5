// What is written and not sent yet, kept on the server: there on another device, gone once it is sent.
import { $, csrf } from './dom.js';
import { Refused, request } from './fragments.js';

const QUIET_MS = 400, KEEPALIVE_MAX = 30_000;

let waiting = null, timer, going = Promise.resolve(), under = 0;

/** Whether something is on its way to the server. */
export const isKeeping = () => Boolean(waiting) || under > 0;

/** Keeps `fields` of a conversation's composer, once it was quiet for a moment. */
export function keep(conversation, fields) {
  if (waiting && waiting.conversation !== conversation) flush();
  waiting = { conversation, fields };
  clearTimeout(timer);
  timer = setTimeout(flush, QUIET_MS);
}

/** What waits need not be kept: it is being sent. */
export function drop() {
  clearTimeout(timer);
  waiting = null;
}

/** Keeps at once what waits. */
export function flush() {
  clearTimeout(timer);
  if (!waiting) return;
  const mine = waiting;
  waiting = null;
  under += 1;
  going = going.then(() => post(mine)).catch((error) => {
    // Without a connection it waits for the next one; what the server refuses will not get better.
    if (!(error instanceof Refused)) waiting ??= mine;
  }).finally(() => { under -= 1; });
}

async function post({ conversation, fields: { files, ...fields } }) {
  const body = new URLSearchParams({ _csrf: csrf(), ...fields });
  for (const file of files) body.append('media', file.id);
  const keepalive = fields.text.length < KEEPALIVE_MAX;
  const kept = await request(`/app/c/${conversation}/draft`, { method: 'POST', parts: 'none', body, keepalive });
  if (kept.status !== 200) return;
  // What it would cost, where that depends on its length, while it is still what is written.
  const cost = await kept.text();
  if ($('#text')?.value === fields.text) $('#composer .counter').textContent = cost;
}

document.addEventListener('linktor:connection', ({ detail }) => { if (detail === 'up') flush(); });
document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') flush(); });
addEventListener('pagehide', flush);
