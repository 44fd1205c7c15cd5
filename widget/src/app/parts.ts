/** The parts of the app that come when they are first wanted. */
import type { Core } from '../core';
import type { More } from './more/main';
import { pause } from './pause';
import { sheet } from './sheet';

const RETRY_S = 5;

export class Parts {
  #here: More | undefined;
  #coming: Promise<More> | undefined;

  constructor(
    private readonly core: Core,
    private readonly redraw: () => void,
  ) {}

  /** What is there now. `wanted` fetches it; the screen is drawn again when it has arrived. */
  get(wanted: boolean): More | undefined {
    if (wanted) this.load().catch(() => undefined);
    return this.#here;
  }

  /** Tries until it succeeds; rejects only when the widget is destroyed. */
  load(): Promise<More> {
    return (this.#coming ??= this.#fetch());
  }

  async #fetch(): Promise<More> {
    const { core } = this;
    while (!this.#here) {
      try {
        this.#here = (await core.script('more.js')) as More;
      } catch {
        await pause(RETRY_S, core.signal);
        if (core.signal.aborted) throw new Error('destroyed');
      }
    }
    core.root.adoptedStyleSheets.unshift(sheet(this.#here.css));
    this.redraw();
    return this.#here;
  }
}
