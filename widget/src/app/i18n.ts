/** Texts in the visitor's language; the page's own words come first. The build sees to it that no translation lacks a text. */
import type english from './i18n/en.json';

export type Key = keyof typeof english;
type Text = string | Record<string, string>;

export interface Words {
  /** For `Intl`: the translation's language in the visitor's own region. */
  locale: string;
  /** The text of `key` with `{placeholders}` filled in; `n` chooses the plural form. */
  (key: Key, values?: Record<string, string | number>): string;
}

export function words(language: string, texts: Record<string, Text>, own: Record<string, string> = {}): Words {
  const plural = new Intl.PluralRules(language);
  const say = (key: Key, values: Record<string, string | number> = {}): string => {
    let text: Text = own[key] ?? texts[key] ?? key;
    if (typeof text !== 'string') text = text[plural.select(Number(values['n']))] ?? text['other'] ?? '';
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
  };
  const locale = navigator.languages.find((name) => name.startsWith(language.slice(0, 2))) ?? language;
  return Object.assign(say, { locale });
}

/** Fetches a translation. Rejects when it cannot be had. */
export async function loadWords(language: string, assets: string, own: Record<string, string> | undefined, signal: AbortSignal): Promise<Words> {
  const answer = await fetch(`${assets}i18n/${language}.json`, { credentials: 'omit', signal });
  if (!answer.ok) throw new Error(`translation ${language}: ${answer.status}`);
  return words(language, (await answer.json()) as Record<string, Text>, own);
}
