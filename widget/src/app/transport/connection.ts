/**
 * Keeps one line to the server open: a WebSocket, or long polling where sockets do not get through. Decides when to
 * connect, wait, sleep and give up; what travels on it is the caller's business.
 */
import type { Api } from '../api';
import type { Frame, Page, Welcome } from '../../wire';
import { startSocket } from './socket';

export type LinkState = 'idle' | 'connecting' | 'online' | 'offline' | 'failing';

/** One attempt to be connected. Ends by itself or by `close`; never comes back. */
export interface Line {
  send(frame: Frame): void;
  close(): void;
}

export interface LineEvents {
  onWelcome(welcome: Welcome): void;
  onFrame(frame: Frame): void;
  /** `opened`: whether the line was ever up. `code`: why, in the numbers of the WebSocket close codes. */
  onEnd(opened: boolean, code: number): void;
}

export type StartLine = (host: ConnectionHost, events: LineEvents) => Line;

export interface ConnectionHost {
  api: Api;
  socketUrl(): string;
  /** Long polling, once its code is there. */
  poll(): StartLine | undefined;
  hello(): { token: string; cursor: number; visible: boolean; locale: string; page?: Page; protocol: 1; sdk: string };
  onWelcome(welcome: Welcome): void;
  onFrame(frame: Frame): void;
  onState(state: LinkState): void;
  /** The token is no longer good: get another one, then call `start` again. */
  onUnauthorized(): void;
  /** The server wants nothing to do with us: 4003 refused, 4010 revoked, 4026 too old. */
  onRefused(code: number): void;
}

/** A connection that held this long counts as stable: the next failure starts with short waits again. */
const STABLE_MS = 30_000;
/** A hidden page hangs up after this long. */
const SLEEP_MS = 600_000;
/** How long to poll before trying a socket again. */
const SOCKET_AGAIN_MS = 300_000;
const MAX_WAIT_S = 60;

export class Connection {
  #line: Line | undefined;
  #wanted = false;
  #attempt = 0;
  #failedUpgrades = 0;
  #timers: Record<string, ReturnType<typeof setTimeout>> = {};
  #retryAfter = 0;

  constructor(
    private readonly host: ConnectionHost,
    signal: AbortSignal,
  ) {
    const wake = (): void => this.#wake();
    addEventListener(
      'online',
      () => {
        // What was open before the network went is dead, even if nobody has told us.
        this.#hangUp();
        wake();
      },
      { signal },
    );
    addEventListener('offline', () => this.#wanted && host.onState('offline'), { signal });
    document.addEventListener('visibilitychange', () => this.#visibility(), { signal });
    signal.addEventListener('abort', () => this.stop());
  }

  get up(): boolean {
    return this.#wanted && !!this.#line;
  }

  start(): void {
    this.#wanted = true;
    this.#wake();
  }

  stop(): void {
    this.#wanted = false;
    Object.values(this.#timers).forEach(clearTimeout);
    this.#hangUp();
    this.host.onState('idle');
  }

  send(frame: Frame): void {
    this.#line?.send(frame);
  }

  /** Told by an `error` frame how long to stay away, in seconds. */
  holdOff(seconds: number): void {
    this.#retryAfter = seconds;
  }

  #later(name: string, action: () => void, delay: number): void {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(action, delay);
  }

  #visibility(): void {
    if (!document.hidden) {
      clearTimeout(this.#timers['sleep']);
      this.#wake();
    } else if (this.#wanted) this.#later('sleep', () => this.#sleep(), SLEEP_MS);
  }

  #wake(): void {
    if (this.#wanted && !this.#line) this.#open();
  }

  #sleep(): void {
    this.#hangUp();
    this.host.onState('idle');
  }

  #hangUp(): void {
    const line = this.#line;
    this.#line = undefined;
    line?.close();
  }

  #open(): void {
    clearTimeout(this.#timers['retry']);
    this.host.onState('connecting');
    const poll = this.#failedUpgrades >= 2 ? this.host.poll() : undefined;
    const polling = !!poll;
    const line: Line = (poll ?? startSocket)(this.host, {
      onWelcome: (welcome) => {
        if (this.#line !== line) return;
        if (!polling) this.#failedUpgrades = 0;
        this.#later('stable', () => (this.#attempt = 0), STABLE_MS);
        this.host.onState('online');
        this.host.onWelcome(welcome);
      },
      onFrame: (frame) => this.#line === line && this.host.onFrame(frame),
      onEnd: (opened, code) => this.#line === line && this.#ended(opened, code, polling),
    });
    this.#line = line;
    if (polling) {
      this.#later('socket', () => {
        this.#failedUpgrades = 1;
        this.#hangUp();
        this.#wake();
      }, SOCKET_AGAIN_MS);
    }
  }

  #ended(opened: boolean, code: number, polling: boolean): void {
    this.#line = undefined;
    clearTimeout(this.#timers['stable']);
    if (!this.#wanted) return;
    // Where polling fails too, the network was to blame and not the upgrade.
    if (!opened && navigator.onLine && code === 1006) this.#failedUpgrades = polling ? 0 : this.#failedUpgrades + 1;
    if (code === 4001) return this.host.onUnauthorized();
    if (code === 4003 || code === 4010 || code === 4026) {
      this.stop();
      return this.host.onRefused(code);
    }
    this.host.onState(navigator.onLine ? 'failing' : 'offline');
    // Replaced by a newer connection, or nobody is looking: wait for somebody to look.
    if (code === 4009 || (document.hidden && code === 1000)) return;
    this.#later('retry', () => this.#wake(), this.#wait(code) * 1000);
  }

  /** Seconds until the next attempt. */
  #wait(code: number): number {
    if (code === 1001 || code === 1012) return Math.random() * 5;
    if (code === 4008) return Math.max(30, this.#retryAfter);
    return Math.random() * Math.min(MAX_WAIT_S, 2 ** this.#attempt++);
  }
}
