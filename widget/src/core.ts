/** The seam between the loader, which every page carries, and the app, which is fetched when somebody wants to chat. */
import type { InitOptions } from './options';
import type { Store } from './storage';
import type { Config } from './wire';

/** What the loader offers the app. */
export interface Core {
  /** Version of the widget, sent as `sdk`. */
  version: string;
  /** Address of the app's own files, ending in `/`. */
  assets: string;
  /** Base of the API, without a trailing slash. */
  api: string;
  options: InitOptions;
  /** What the server answered; the app combines it with `options`. */
  config: Config;
  /** The language in use, one of our translations. */
  language: string;
  root: ShadowRoot;
  /** The element that carries size, side, direction and theme properties. */
  frame: HTMLElement;
  /** Absent in inline mode. */
  button: HTMLButtonElement | undefined;
  store: Store;
  /** What the page listens to, by event. */
  handlers: Record<string, ((detail: any) => void)[]>;
  /** Aborted by `destroy`: every listener, timer and request hangs on it. */
  signal: AbortSignal;
  emit(name: string, detail?: unknown): void;
  /** Takes the whole widget away because the server refuses it. */
  refuse(code?: string): void;
  /** Fetches a further script of the app; resolves with what it hands over. */
  script(file: string): Promise<unknown>;
  /** Reads the configuration again, then calls `App.update`. */
  reload(): Promise<void>;
}

/** What the app offers the loader. */
export interface App {
  /** Carries out a command of the page. */
  command(name: string, args: unknown[]): void;
  /** Options, configuration or language changed. */
  update(): void;
}

export type Mount = (core: Core) => Promise<App>;

/** The function a page calls, as found under the name in `window.LinktorObject`. */
export interface Entry {
  (command: string, ...args: any[]): void;
  q?: ArrayLike<unknown>[];
  loaded?: boolean;
  /** Called once by each of the app's scripts, with what it brings. */
  take?: (brought: any) => void;
  /** What later scripts of the app share with the first. */
  kit?: Record<string, unknown>;
}

declare global {
  interface Window {
    LinktorObject?: string;
    LinktorSettings?: InitOptions;
  }
}
