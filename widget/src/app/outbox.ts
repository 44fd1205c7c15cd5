/**
 * Messages the server has not acknowledged, oldest first. They survive a reload, are sent strictly in order, one at a time, and
 * again and again under the same id until acknowledged; the server makes one message of them.
 */
import type { Memory, Store, StoredEntry } from '../storage';
import type { Content } from '../wire';

export interface Entry extends StoredEntry {
  content: Content;
  view?: Content;
}

const MAX_ENTRIES = 50;

/** An id that sorts by time and is unique enough for thirty days of one visitor. */
export function newId(prefix: string): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  const tail = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${prefix}_${Date.now().toString(36)}${tail}`;
}

export class Outbox {
  entries: Entry[];
  #settled = new Set<string>();

  constructor(private readonly store: Pick<Store, 'get' | 'set'>) {
    this.entries = (store.get().outbox ?? []) as Entry[];
  }

  /** False when fifty messages are waiting already. */
  add(content: Content, more: Partial<Entry> = {}): Entry | false {
    if (this.entries.length >= MAX_ENTRIES) return false;
    const entry: Entry = { clientMessageId: newId('cm'), content, sentAt: new Date().toISOString(), ...more };
    this.entries.push(entry);
    this.#save();
    return entry;
  }

  /** The one to send now. Failed ones do not hold up those behind them. */
  head(): Entry | undefined {
    return this.entries.find((entry) => !entry.failed);
  }

  find(id: string | null | undefined): Entry | undefined {
    return this.entries.find((entry) => entry.clientMessageId === id);
  }

  /** Acknowledged, or thrown away by the visitor. */
  remove(id: string): void {
    this.#settled.add(id);
    this.entries = this.entries.filter((entry) => entry.clientMessageId !== id);
    this.#save();
  }

  /** Refused for good. `fresh` gives it a new id, for when the old one belongs to another message. */
  fail(id: string, code: string, fresh = false): void {
    const entry = this.find(id);
    if (!entry) return;
    entry.failed = code;
    if (fresh) {
      this.#settled.add(id);
      entry.clientMessageId = newId('cm');
    }
    this.#save();
  }

  /** The visitor wants a failed one tried again: it goes to the end, behind what was sent since. */
  retry(id: string): void {
    const entry = this.find(id);
    if (!entry) return;
    delete entry.failed;
    entry.sentAt = new Date().toISOString();
    this.entries = [...this.entries.filter((other) => other !== entry), entry];
    this.#save();
  }

  clear(): void {
    this.entries.forEach(({ clientMessageId }) => this.#settled.add(clientMessageId));
    this.entries = [];
    this.#save();
  }

  /** Takes over what other tabs have queued. */
  adopt(entries: Entry[]): void {
    this.entries = this.#merged({ outbox: entries });
    this.#save();
  }

  #save(): void {
    this.store.set({ outbox: this.#merged(this.store.get()) });
  }

  /** Several tabs write one list: what another tab added is kept, what is settled is not. */
  #merged({ outbox = [] }: Memory): Entry[] {
    const own = new Map(this.entries.map((entry) => [entry.clientMessageId, entry]));
    const foreign = (outbox as Entry[]).filter(({ clientMessageId: id }) => !own.has(id) && !this.#settled.has(id));
    return [...foreign, ...own.values()].sort((a, b) => (a.sentAt < b.sentAt ? -1 : a.sentAt > b.sentAt ? 1 : 0));
  }
}
