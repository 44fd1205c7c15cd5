/**
 * One connection for all tabs of a browser. The tab that holds the lock is the leader and keeps the line; the others hear
 * every frame over a BroadcastChannel and speak through the leader. Without locks each tab is its own leader.
 */
import type { Frame, Welcome } from '../../wire';
import type { Entry } from '../outbox';
import type { Connection, LinkState } from './connection';

type Note =
  | { k: 'frame'; frame: Frame }
  | { k: 'welcome'; welcome: Welcome }
  | { k: 'state'; state: LinkState }
  /** Follower to leader. */
  | { k: 'send'; frame: Frame }
  | { k: 'hi' }
  /** To everybody. */
  | { k: 'outbox'; entries: Entry[] }
  | { k: 'session' };

export interface HubHost {
  onWelcome(welcome: Welcome): void;
  onFrame(frame: Frame): void;
  onState(state: LinkState): void;
  /** Another tab wants these sent. */
  onOutbox(entries: Entry[]): void;
  /** Another tab changed who the visitor is. */
  onSession(): void;
}

/** A visible tab that gets no answer from the leader for this long takes its place. */
const LEADER_SILENT_MS = 3_000;

export class Hub {
  leader = false;
  #channel: BroadcastChannel | undefined;
  #stop: AbortController | undefined;
  #release: (() => void) | undefined;
  #state: LinkState = 'idle';
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly name: string,
    private readonly connection: Connection,
    private readonly host: HubHost,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => this.stop());
    // Neither a lock nor a socket may keep the page out of the back/forward cache.
    addEventListener('pagehide', () => this.#stop && this.#pause(), { signal });
    addEventListener('pageshow', (event) => event.persisted && this.#stop && this.#join(), { signal });
    document.addEventListener('visibilitychange', () => document.hidden || this.#probe(), { signal });
  }

  start(): void {
    if (this.#stop || this.signal.aborted) {
      if (this.leader) this.connection.start();
      return;
    }
    this.#stop = new AbortController();
    if (navigator.locks && window.BroadcastChannel) {
      this.#channel = new BroadcastChannel(this.name);
      this.#channel.onmessage = ({ data }) => this.#hear(data as Note);
    }
    this.#join();
  }

  stop(): void {
    this.#pause();
    this.#channel?.close();
    this.#channel = undefined;
    this.#stop = undefined;
  }

  /** Best effort: what must arrive is repeated by its owner until acknowledged. */
  send(frame: Frame): void {
    if (this.leader) this.connection.send(frame);
    else this.#post({ k: 'send', frame });
  }

  /** Hands entries to whoever is the leader. */
  queue(entries: Entry[]): void {
    this.#post({ k: 'outbox', entries });
  }

  /** Tells the other tabs that the visitor is somebody else now. */
  moved(): void {
    this.#post({ k: 'session' });
  }

  /** Lets the other tabs see an event only this one could build. */
  share(frame: Frame): void {
    this.#post({ k: 'frame', frame });
  }

  // What the connection reports, shared with the other tabs.

  welcomed(welcome: Welcome): void {
    this.#post({ k: 'welcome', welcome });
    this.host.onWelcome(welcome);
  }

  received(frame: Frame): void {
    this.#post({ k: 'frame', frame });
    this.host.onFrame(frame);
  }

  changed(state: LinkState): void {
    this.#state = state;
    if (this.leader) this.#post({ k: 'state', state });
    this.host.onState(state);
  }

  #post(note: Note): void {
    this.#channel?.postMessage(note);
  }

  #hear(note: Note): void {
    if (note.k === 'outbox') this.host.onOutbox(note.entries);
    else if (note.k === 'session') this.host.onSession();
    else if (this.leader) {
      if (note.k === 'send') this.connection.send(note.frame);
      else if (note.k === 'hi') {
        this.#post({ k: 'state', state: this.#state });
        // Somebody is looking: no reason to sleep.
        this.connection.start();
      }
    } else this.#follow(note);
  }

  /** What only the leader says. */
  #follow(note: Note): void {
    if (note.k === 'frame') this.host.onFrame(note.frame);
    else if (note.k === 'welcome') this.host.onWelcome(note.welcome);
    else if (note.k === 'state') this.host.onState(note.state);
    else return;
    clearTimeout(this.#silence);
  }

  #join(): void {
    if (!this.#channel) return this.#lead();
    this.#queue({ signal: this.#stop!.signal });
    this.#probe();
  }

  #queue(options: LockOptions): void {
    navigator.locks.request(this.name, options, () => this.#hold()).catch(() => {
      // Another tab thought us dead and took the lock: follow it, and stand in line again.
      if (!this.leader) return;
      this.#deposed();
      this.#join();
    });
  }

  /** Asks for the leader; a frozen or dead one is replaced. */
  #probe(): void {
    if (!this.#channel || this.leader) return;
    clearTimeout(this.#silence);
    this.#post({ k: 'hi' });
    this.#silence = setTimeout(() => {
      if (this.leader || document.hidden || !this.#channel) return;
      this.#queue({ steal: true });
    }, LEADER_SILENT_MS);
  }

  #hold(): Promise<void> {
    this.#lead();
    return new Promise((done) => (this.#release = done));
  }

  #lead(): void {
    if (this.leader) return;
    this.leader = true;
    this.connection.start();
  }

  #deposed(): void {
    this.leader = false;
    this.connection.stop();
  }

  #pause(): void {
    clearTimeout(this.#silence);
    this.#stop?.abort();
    if (this.#stop) this.#stop = new AbortController();
    if (this.leader) this.#deposed();
    this.#release?.();
    this.#release = undefined;
  }
}
