// Pages of a channel that show what reaches us: they are looked at again while somebody sees them.
const EVERY_MS = 2_000;

const idsOf = () => [...document.querySelectorAll('[data-refresh]')].map((part) => part.id);

/** Leaves a part alone in which somebody is, so that nothing moves under their hands. */
const inUse = (part) => part.contains(document.activeElement);

async function look() {
  const ids = idsOf();
  if (!ids.length) return;
  const answer = await fetch(location.href, { headers: { 'X-Linktor-Fragment': ids.join(',') } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const id of ids) {
    const incoming = fresh.getElementById(id);
    const present = document.getElementById(id);
    if (!incoming || !present || inUse(present)) continue;
    for (const field of incoming.querySelectorAll('input[name=_csrf]')) field.value = document.querySelector('meta[name=csrf]').content;
    if (shown.get(id) === incoming.innerHTML) continue;
    shown.set(id, incoming.innerHTML);
    present.replaceChildren(...document.importNode(incoming, true).childNodes);
  }
  listening(true);
}

// What the server said last: compared with itself, because the page changes what it is given.
const shown = new Map();

function listening(on) {
  for (const chip of document.querySelectorAll('[data-listening]')) chip.hidden = !on;
  for (const link of document.querySelectorAll('[data-look]')) link.hidden = on;
}

let timer;
async function run() {
  clearTimeout(timer);
  if (document.visibilityState === 'visible') {
    try { await look(); } catch { listening(false); }
  }
  timer = setTimeout(run, EVERY_MS);
}
document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') run(); });
run();

// On a phone the tab that is open may lie beyond the edge.
document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
