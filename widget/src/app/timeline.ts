/**
 * The visitor's timeline as pure state: events in any order go in, messages in `seq` order come out, each exactly once.
 * No clock, no network; what to ask the server for is returned, not done.
 */
import type { Arrival, Frame, Status, WireMessage } from '../wire';
import type { Entry } from './outbox';

export type Message = WireMessage & { seq: number };

/** `gap`: an event is ahead of what we have; ask for everything after `cursor`. `overflow`: too far ahead, start over. */
export type Verdict = 'applied' | 'ignored' | 'gap' | 'overflow';

/** Events held back while something before them is missing. */
const BUFFER_MAX = 256;
const RANK: Record<Status, number> = { sent: 0, delivered: 1, read: 2 };

export class Timeline {
  /** Sequence number of the newest event applied; nothing before it is missing. */
  cursor = 0;
  /** Ascending by `seq`. */
  messages: Message[] = [];
  /** Whether the server has messages older than the first. */
  hasMore = false;
  #early = new Map<number, Frame>();
  #receipts: { upTo: number; status: Status }[] = [];

  /** Starts over from a page of history that ends at `cursor`. */
  reset(messages: WireMessage[], cursor: number, hasMore: boolean): void {
    this.cursor = cursor;
    this.hasMore = hasMore;
    this.messages = [];
    this.#receipts = [];
    messages.forEach((message) => this.#insert(message as Message));
    for (const seq of this.#early.keys()) if (seq <= cursor) this.#early.delete(seq);
    this.#drain();
  }

  /** Adds a page of older history in front. */
  prepend(messages: WireMessage[], hasMore: boolean): void {
    this.hasMore = hasMore;
    messages.forEach((message) => this.#insert(message as Message));
  }

  /** Takes one event with a `seq`, however late, early or often it comes. */
  apply(event: Frame): Verdict {
    const { seq } = event;
    if (seq === undefined || seq <= this.cursor || this.#early.has(seq)) return 'ignored';
    this.#early.set(seq, event);
    if (this.#early.size > BUFFER_MAX) {
      this.#early.clear();
      return 'overflow';
    }
    return this.#drain() ? 'applied' : 'gap';
  }

  /** Messages of the visitor up to `upTo` have reached `status`. Never steps back. */
  receipt(upTo: number, status: Status): void {
    this.#receipts.push({ upTo, status });
    for (const message of this.messages) this.#raise(message, upTo, status);
  }

  /** A fresh copy of a message we have. */
  replace(message: WireMessage): void {
    this.#change(message.id, message);
  }

  find(id: string): Message | undefined {
    return this.messages.find((message) => message.id === id);
  }

  #drain(): boolean {
    let moved = false;
    for (let next: Frame | undefined; (next = this.#early.get(this.cursor + 1)); moved = true) {
      this.#early.delete(++this.cursor);
      this.#take(next);
    }
    return moved;
  }

  #take({ type, seq, payload }: Frame): void {
    if (type === 'message') this.#insert({ ...(payload as WireMessage), seq: seq! });
    else if (type === 'receipt') this.receipt(payload.upTo, payload.status);
    else if (type === 'message.updated') this.#change(payload.id, payload);
    else if (type === 'message.deleted') this.#change(payload.id, { deleted: true, content: undefined });
  }

  #insert(message: Message): void {
    if (this.messages.some(({ seq, id }) => seq === message.seq || id === message.id)) return;
    if (message.author.type === 'visitor') {
      message = { ...message, status: message.status ?? 'sent' };
      for (const { upTo, status } of this.#receipts) this.#raise(message, upTo, status);
    }
    let at = this.messages.length;
    while (at > 0 && this.messages[at - 1]!.seq > message.seq) at--;
    this.messages.splice(at, 0, message);
  }

  #change(id: string, change: Partial<WireMessage>): void {
    const at = this.messages.findIndex((message) => message.id === id);
    if (at < 0) return;
    const present = this.messages[at]!;
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== null));
    this.messages[at] = { ...present, ...given, seq: present.seq };
  }

  #raise(message: Message, upTo: number, status: Status): void {
    if (message.author.type !== 'visitor' || message.seq > upTo) return;
    if (RANK[status] > RANK[message.status ?? 'sent']) message.status = status;
  }
}

/** An acknowledgement stands for the event of our own message. */
export const ackEvent = (ack: Arrival, entry: Entry): Frame => ({
  type: 'message',
  seq: ack.seq,
  payload: {
    id: ack.messageId,
    author: { type: 'visitor', name: null },
    content: entry.view ?? entry.content,
    replyTo: entry.replyTo,
    timestamp: ack.timestamp,
    clientMessageId: ack.clientMessageId,
  } satisfies WireMessage,
});
