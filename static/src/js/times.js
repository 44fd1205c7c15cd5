// Moments in the reader's zone, rewritten once a minute.
import { $$, cookie } from './dom.js';

const MINUTE = 60_000, HOUR = 3_600_000, DAY = 86_400_000;
const LANGUAGE = document.documentElement.lang || 'en';
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const month = new Intl.DateTimeFormat('en-US', { month: 'short' });
const full = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'full', timeStyle: 'long' });

export function ago(at, now = Date.now()) {
  const age = now - at;
  if (age < MINUTE) return 'now';
  if (age < HOUR) return `${Math.floor(age / MINUTE)} m`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h`;
  if (age < 7 * DAY) return `${Math.floor(age / DAY)} d`;
  const then = new Date(at);
  const day = `${then.getDate()} ${month.format(then)}`;
  return then.getFullYear() === new Date(now).getFullYear() ? day : `${day} ${then.getFullYear()}`;
}

function left(until, now) {
  const minutes = Math.floor((until - now) / MINUTE);
  if (minutes < 0) return 'Closed';
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} d left`;
  return hours ? `${hours} h ${minutes % 60} m left` : `${minutes + 1} m left`;
}

/** Rewrites every moment below `root`. */
export function writeTimes(root = document) {
  const now = Date.now();
  for (const time of $$('time[data-style]', root)) {
    const at = Date.parse(time.dateTime);
    if (Number.isNaN(at)) continue;
    const text = time.dataset.style === 'ago' ? ago(at, now) : clock.format(at);
    if (time.textContent !== text) time.textContent = text;
    if (!time.title) time.title = full.format(at);
  }
  for (const chip of $$('[data-until]', root)) {
    const until = Date.parse(chip.dataset.until);
    const late = chip.dataset.late ?? '';
    chip.lastElementChild.textContent = late + left(until, now);
    chip.className = `chip window ${until - now <= 10 * MINUTE ? 'bad' : late || until - now <= 2 * HOUR ? 'warn' : 'ok'}`;
  }
}

export function startTimes() {
  cookie('linktor_tz', Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC');
  writeTimes();
  setInterval(writeTimes, MINUTE);
}
