/** Tells the page what happens: `linktor('on', ...)`, callbacks of `init`, and `CustomEvent`s on `window`. */
import type { InitOptions } from '../options';

type Handler = (detail: any) => void;

export const handlers: Record<string, Handler[]> = {};

export function on(name: string, handler: Handler): void {
  (handlers[name] ??= []).push(handler);
}

/** Without `handler`: all of that name. */
export function off(name: string, handler?: Handler): void {
  handlers[name] = handler ? (handlers[name] ?? []).filter((known) => known !== handler) : [];
}

/** Says something on the console under our name. The widget never throws into the page. */
export const warn = (...words: unknown[]): void => console.warn('[linktor]', ...words);

export function emit(options: InitOptions, name: string, detail?: any): void {
  const callback = (options as any)[`on${name[0]!.toUpperCase()}${name.slice(1)}`] as Handler | undefined;
  // The callback for messages is older than the event and gets the message alone.
  const calls = [() => callback?.(detail?.message ?? detail), ...(handlers[name] ?? []).map((handler) => () => handler(detail))];
  for (const call of [...calls, () => dispatchEvent(new CustomEvent(`linktor:${name}`, { detail }))]) {
    try {
      call();
    } catch (error) {
      warn(error);
    }
  }
}
