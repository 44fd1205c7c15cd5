/** Unread counts, read and delivered marks, and telling the visitor about what came in. */
import type { Chat } from './chat';
import type { Message } from './timeline';

/** Delivered marks are cumulative; one a second is enough. */
const DELIVERED_EVERY_MS = 1_000;

export class Reading {
  /** Newest `seq` the visitor has been told about, or that was there at the start. */
  #told = 0;
  /** Events up to here are in the server's unread count already. */
  #counted = 0;
  #read = 0;
  #delivered = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Called with what is new and for whom: a sound, a preview. */
  onNews: (message: Message) => void = () => undefined;

  constructor(
    private readonly chat: Chat,
    signal: AbortSignal,
  ) {
    const check = (): void => this.check();
    addEventListener('focus', check, { signal });
    document.addEventListener('visibilitychange', check, { signal });
    signal.addEventListener('abort', () => clearTimeout(this.#timer));
  }

  /** History was loaded; what is unread in it is shown as a preview once. */
  loaded(counted: number): void {
    this.#counted = counted;
    this.#told = this.chat.timeline.cursor;
    const { unread } = this.chat.state;
    const newest = this.chat.timeline.messages.findLast(isTheirs);
    const seen = this.chat.core.store.get().ui?.seen ?? 0;
    if (unread && newest && newest.seq > seen) this.onNews(newest);
    this.check();
  }

  welcomed(cursor: number): void {
    this.#counted = Math.max(this.#counted, cursor);
  }

  /** Events were applied. */
  arrived(): void {
    const { chat } = this;
    const fresh = chat.timeline.messages.filter((message) => message.seq > this.#told);
    this.#told = chat.timeline.cursor;
    const theirs = fresh.filter(isTheirs);
    for (const message of theirs) {
      if (message.seq > this.#counted && !this.looking) chat.set({ unread: chat.state.unread + 1 });
      if (message.author.type !== 'system') chat.typing.theirs(null);
      this.onNews(message);
      chat.core.emit('message', { message, unread: chat.state.unread });
    }
    if (theirs.length) this.#acknowledge();
    this.check();
  }

  /** Whether the visitor can be assumed to see the newest message. */
  get looking(): boolean {
    const { open, thread } = this.chat.state;
    return open && thread && !document.hidden && document.hasFocus();
  }

  /** Marks as read what is in front of the visitor. */
  check(): void {
    if (!this.looking) return;
    const { chat } = this;
    const seq = chat.timeline.messages.findLast(isTheirs)?.seq ?? 0;
    // Also when the server still counts something as unread: then our last mark was lost.
    if ((seq > this.#read || chat.state.unread) && chat.state.link === 'online') {
      this.#read = this.#delivered = seq;
      chat.hub.send({ type: 'read', payload: { seq } });
    }
    if (chat.state.unread) chat.set({ unread: 0 });
  }

  #acknowledge(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const { hub, timeline } = this.chat;
      if (timeline.cursor <= this.#delivered || !hub.leader) return;
      this.#delivered = timeline.cursor;
      hub.send({ type: 'delivered', payload: { seq: timeline.cursor } });
    }, DELIVERED_EVERY_MS);
  }
}

export const isTheirs = (message: { author: { type: string } }): boolean => message.author.type !== 'visitor';
