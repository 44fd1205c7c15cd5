/** Which of our translations to use. */

/** Name of the launcher button by language, needed before the app is there. Filled in by the build. */
declare const __LABELS__: Record<string, string>;

export const LABELS = __LABELS__;

/** `pt-PT` finds `pt`, then any `pt-...`, then `fallback`, then English. */
export function pick(wanted: string, available: readonly string[], fallback = 'en'): string {
  for (const language of [wanted, fallback]) {
    const base = language.slice(0, 2);
    const found = [language, base].find((name) => available.includes(name)) ?? available.find((name) => name.startsWith(base));
    if (found) return found;
  }
  return 'en';
}

export const direction = (language: string): 'rtl' | 'ltr' => (/^(ar|he|fa|ur)\b/i.test(language) ? 'rtl' : 'ltr');
