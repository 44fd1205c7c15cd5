/**
 * The script pages include. Finds its own address, takes over calls made before it was loaded, and hands commands to
 * the one widget of the page. A second copy of this script does nothing.
 */
import type { Entry } from '../core';
import type { InitOptions } from '../options';
import { off, on, warn } from './events';
import { createWidget, type Widget } from './widget';

const COMMANDS =
  'init open close toggle sendMessage updateUser showProactiveMessage hideLauncher showLauncher destroy reset setLocale setAttributes track startConversation setConsent getState'.split(' ');
const ALIASES: Record<string, string> = { identify: 'updateUser', logout: 'reset' };

const name = (window.LinktorObject ||= 'linktor');
const globals = window as unknown as Record<string, Entry | undefined>;
const early = globals[name];
if (!early?.loaded) take();

function take(): void {
  const script =
    (document.currentScript as HTMLScriptElement | null) ??
    [...document.scripts].find((candidate) => /\/v1\/linktor\.js([?#]|$)/.test(candidate.src));
  const base = script?.src.split('/v1/linktor.js')[0];
  let widget: Widget | undefined;
  const waiting: [string, unknown[]][] = [];

  const init = (options: InitOptions): void => {
    if (!options?.channelId) return warn('init needs a channelId');
    if (widget?.alive && widget.options.channelId === options.channelId) return widget.merge(options);
    widget?.destroy();
    widget = createWidget({ ...options }, base ?? options.apiUrl ?? location.origin, script?.nonce ?? '', (taker) => (entry.take = taker));
    waiting.splice(0).forEach(([command, args]) => widget!.command(command, args));
  };

  const run = (word: string, args: unknown[]): void => {
    const command = ALIASES[word] ?? word;
    if (command === 'on' || command === 'off') (command === 'on' ? on : off)(args[0] as string, args[1] as () => void);
    else if (!COMMANDS.includes(command)) warn(`unknown command ${word}`);
    else if (command === 'init') init(args[0] as InitOptions);
    else if (widget) widget.command(command, args);
    else waiting.push([command, args]);
  };

  const entry: Entry = (word, ...args) => {
    try {
      run(word, args);
    } catch (error) {
      warn(error);
    }
  };
  entry.loaded = true;
  globals[name] = entry;

  for (const call of Array.from(early?.q ?? [])) {
    const [word, ...args] = Array.from(call) as [string, ...unknown[]];
    entry(word, ...args);
  }
  const data = script?.dataset ?? {};
  if (data['channelId']) {
    // An attribute without a value is a switch that is on.
    entry('init', Object.fromEntries(Object.entries(data).map(([option, value]) => [option, value || true])));
  } else if (!widget && window.LinktorSettings) entry('init', window.LinktorSettings);
}
