/** Times and sizes in the visitor's language and time zone. */
import type { Availability } from '../wire';
import type { Words } from './i18n';

const DAY_MS = 86_400_000;

const formatted = (words: Words, time: string | number, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(words.locale, options).format(new Date(time));

export const clock = (words: Words, time: string): string => formatted(words, time, { hour: '2-digit', minute: '2-digit' });

/** Calendar day, for comparing. */
export const dayOf = (time: string | number): string => new Date(time).toDateString();

export function dayName(words: Words, time: string): string {
  const day = dayOf(time);
  if (day === dayOf(Date.now())) return words('today');
  if (day === dayOf(Date.now() - DAY_MS)) return words('yesterday');
  return formatted(words, time, { weekday: 'long', day: 'numeric', month: 'long' });
}

/** "Back on Monday at 09:00", or undefined when nobody knows. */
export function backAt(words: Words, { nextOpenAt }: Availability): string | undefined {
  if (!nextOpenAt) return undefined;
  const soon = new Date(nextOpenAt).getTime() - Date.now() < 6 * DAY_MS;
  const day = formatted(words, nextOpenAt, soon ? { weekday: 'long' } : { day: 'numeric', month: 'long' });
  return words('backAt', { day, time: clock(words, nextOpenAt) });
}

export function replyTime(words: Words, { state, replyTime: time, replyMinutes }: Availability, long = false): string {
  if (long && state === 'online' && replyMinutes) return words('answerInMinutes', { n: replyMinutes });
  if (state === 'away') return words('away');
  const key = time && ({ minutes: 'repliesMinutes', hours: 'repliesHours', day: 'repliesDay' } as const)[time];
  return words(key || 'online');
}

export function fileSize(words: Words, bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  let at = 0;
  while (bytes >= 1024 && at < 3) {
    bytes /= 1024;
    at++;
  }
  return new Intl.NumberFormat(words.locale, { style: 'unit', unit: units[at]!, unitDisplay: 'short', maximumFractionDigits: bytes < 10 && at ? 1 : 0 }).format(bytes);
}
