/** One channel on one page: fetches the configuration, shows the launcher, loads the app when somebody wants to chat. */
import { textOn } from '../color';
import type { App, Core, Mount } from '../core';
import { matches } from '../glob';
import { parse } from '../json';
import type { InitOptions } from '../options';
import { openStore } from '../storage';
import type { Config } from '../wire';
import { emit, handlers, warn } from './events';
import { direction, LABELS, pick } from './language';
import { createLauncher } from './launcher';
import css from './launcher.css';

declare const __HASH__: string;
declare const __VERSION__: string;

/** Commands that alone are no reason to fetch the app: they wait until it is there for another one. */
const PATIENT = /^(setAttributes|track|setConsent|close)$/;
const RETRY_MS = 10_000;
const PATIENCE_MS = 1_000;

export interface Widget {
  options: InitOptions;
  /** False once destroyed, by the page or by a refusal of the server. */
  readonly alive: boolean;
  /** A second `init` for the same channel. */
  merge(options: InitOptions): void;
  command(name: string, args: unknown[]): void;
  destroy(): void;
}

/** `expect` arranges who gets the app once its script has run. */
export function createWidget(options: InitOptions, base: string, nonce: string, expect: (take: (brought: any) => void) => void): Widget {
  const stop = new AbortController();
  const { signal } = stop;
  const host = document.createElement('div');
  const frame = document.createElement('div');
  const api = (options.apiUrl ?? base).replace(/\/$/, '');
  const waiting: [string, any[]][] = [];
  let core: Core | undefined;
  let app: App | undefined;
  let loading: Promise<App> | undefined;

  const later = (action: () => void, delay?: number): void => {
    const timer = setTimeout(() => signal.aborted || action(), delay);
    signal.addEventListener('abort', () => clearTimeout(timer));
  };

  /** Rejects when the network fails; a refusal by the server ends the widget instead. */
  const fetchConfig = async (): Promise<void> => {
    const wanted = options.language || document.documentElement.lang || navigator.language;
    const answer = await fetch(`${api}/webchat/v1/${options.channelId}/config?lang=${wanted}`, { credentials: 'omit', signal });
    if (answer.status === 403 || answer.status === 404) return refuse(((await answer.json().catch(() => ({}))) as any).error?.code);
    if (!answer.ok) throw answer.status;
    const config: Config = parse(await answer.text());
    const language = pick(wanted, Object.keys(LABELS), config.defaultLanguage);
    if (core) Object.assign(core, { config, language });
    else build(config, language);
    dress();
  };

  const build = (config: Config, language: string): void => {
    const store = openStore(`linktor:${options.channelId}`, options.persistSession !== false);
    const root = host.attachShadow({ mode: 'open' });
    root.append(frame);
    const button = options.target ? undefined : createLauncher(config.theme);
    core = {
      version: __VERSION__, assets: `${base}/v1/widget/${__HASH__}/`, api: options.apiUrl ? api : config.apiBaseUrl || api, options, config, language, root, frame, button, store, signal, handlers,
      emit: (name, detail) => emit(options, name, detail), refuse, script, reload: fetchConfig,
    };
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css + pageRules());
    root.adoptedStyleSheets = [sheet];
    if (button) {
      button.onclick = () => {
        // Until the app is here, a press shows that it was seen and a second one does not take it back.
        if (!app) button.ariaBusy = 'true';
        command(app ? 'toggle' : 'open', []);
      };
      button.onpointerenter = () => load().catch(() => 0);
      button.ariaLabel = `${config.theme.launcherText ?? ''} ${LABELS[language]}`;
      frame.append(button);
    }
    attach();
    const watcher = new MutationObserver(attach);
    watcher.observe(document, { childList: true, subtree: true });
    signal.addEventListener('abort', () => watcher.disconnect());
    // The launcher is part of the page before anything else may happen.
    later(begin);
  };

  const begin = (): void => {
    const { config, store } = core!;
    const { token, ui } = store.get();
    // Known visitors may have unread messages; proactive rules are evaluated by the app, which opens no connection for them.
    if (token || options.target || options.cookieDomain || options.proactiveMessages || config.proactiveMessages?.length) load().catch(warn);
    if (options.user) command('updateUser', [options.user]);
    if (!options.target && (options.autoOpen || (ui?.open && innerWidth > 600))) later(() => command('open', [{ quiet: true }]), options.openDelay);
    waiting.splice(0).forEach(([name, args]) => command(name, args));
    emit(options, 'ready');
  };

  /** Applies what is visible of options, configuration and page to the frame. */
  const dress = (): void => {
    if (!core) return;
    const { config, language, button } = core;
    const theme = { ...config.theme, ...options };
    frame.dir = direction(language);
    frame.lang = language;
    frame.className = `frame ${theme.position?.slice(7) ?? (frame.dir === 'rtl' ? 'left' : 'right')} ${theme.size}`;
    const { primaryColor, offset, zIndex = 2147483000 } = theme;
    const properties = { brand: primaryColor, on: textOn(primaryColor), z: `${zIndex}`, x: `${offset?.x ?? 18}px`, y: `${offset?.y ?? 18}px` };
    for (const [name, value] of Object.entries(properties)) frame.style.setProperty(`--${name}`, value);
    if (button) button.hidden = options.showLauncher === false;
    attach();
    app?.update();
  };

  /** Puts the host where it belongs, at every change of the document: frameworks throw it away, and navigation may hide it. */
  const attach = (): void => {
    if (signal.aborted) return;
    const { target, hideOn, showOn } = options;
    const here = (pattern: string): boolean => matches(pattern, location);
    if (!host.isConnected) (target ? document.querySelector(target) : document.body)?.append(host);
    const display = hideOn?.some(here) || (showOn && !showOn.some(here)) ? 'none' : target ? 'block' : '';
    if (host.style.display !== display) host.style.display = display;
  };

  const load = (): Promise<App> =>
    (loading ??= script('app.js')
      // Our hash was replaced by an upgrade of the server: the configuration knows the new one.
      .catch(() => script('app.js', core!.config.hash))
      .then((mount: Mount) => mount(core!))
      .then(
        (loaded) => {
          app = loaded;
          waiting.splice(0).forEach(([name, args]) => command(name, args));
          return loaded;
        },
        (error: unknown) => {
          loading = undefined;
          emit(options, 'error', { code: 'unavailable' });
          throw error;
        },
      )
      .finally(() => core!.button && (core!.button.ariaBusy = null)));

  const script = (file: string, newer?: string): Promise<any> =>
    new Promise((done, fail) => {
      const tag = document.createElement('script');
      if (newer) core!.assets = `${base}/v1/widget/${newer}/`;
      tag.nonce = nonce;
      tag.onerror = fail;
      tag.src = trusted(core!.assets + file);
      expect(done);
      document.head.append(tag);
      tag.remove();
    });

  const refuse = (code = 'channel_disabled'): void => {
    warn(code, code === 'origin_not_allowed' ? `add ${location.origin} to the allowed origins of this channel` : '');
    emit(options, 'error', { code });
    destroy();
  };

  const destroy = (): void => {
    if (signal.aborted) return;
    stop.abort();
    host.remove();
    emit(options, 'destroy');
  };

  const command = (name: string, args: any[]): void => {
    if (signal.aborted) return;
    if (name === 'destroy') destroy();
    else if (name.endsWith('Launcher')) {
      options.showLauncher = name[0] === 's';
      dress();
    } else if (name === 'setLocale') {
      options.language = args[0];
      fetchConfig().catch(warn);
    } else if (app) app.command(name, args);
    else if (!core) waiting.push([name, args]);
    else if (name === 'getState') args[0]({ open: false, unread: 0 });
    else {
      // Where there is no visitor, nothing has to be ended before everything is forgotten.
      if (name === 'setConsent') core.store.set(args[0] || core.store.get().token ? { consent: args[0] } : undefined);
      waiting.push([name, args]);
      if (!PATIENT.test(name)) load().catch(warn);
    }
  };

  const start = (): void => void fetchConfig().catch(() => signal.aborted || later(start, RETRY_MS));

  host.className = 'linktor-widget';
  host.dataset['linktor'] = '';
  // A page that never rests, as one that draws all the time, waits no longer than this.
  (window.requestIdleCallback ?? setTimeout)(() => later(start), { timeout: PATIENCE_MS } as any);

  return {
    options,
    get alive() {
      return !signal.aborted;
    },
    merge(more) {
      Object.assign(options, more);
      dress();
      if (more.user) command('updateUser', [more.user]);
    },
    command,
    destroy,
  };
}

/** Rules the page wrote for our class names; foreign style sheets cannot be read and are passed over. */
function pageRules(): string {
  let text = '';
  for (const sheet of document.styleSheets) {
    try {
      for (const { cssText } of sheet.cssRules) if (cssText.includes('.linktor-')) text += cssText;
    } catch {
      // From another origin.
    }
  }
  return text;
}

let policy: any;

/** Marks our own address as a script address, where the page demands that. */
function trusted(url: string): string {
  policy ??= (window as any).trustedTypes?.createPolicy('linktor', { createScriptURL: (same: string) => same });
  return policy ? policy.createScriptURL(url) : url;
}
