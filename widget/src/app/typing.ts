/** Who is writing, in both directions. Never stored. */
import type { Author } from '../wire';
import type { Chat } from './chat';

const REPEAT_MS = 3_000;
const THEIRS_MS = 10_000;

export class Typing {
  #last = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly chat: Chat,
    signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => clearTimeout(this.#timer));
  }

  /** A key was pressed; `text` is what stands in the composer. */
  ours(text: string): void {
    if (!text.trim()) return this.stop();
    const now = Date.now();
    if (now - this.#last < REPEAT_MS) return;
    this.#last = now;
    this.#send('start', this.chat.config.typingPreview ? text : undefined);
  }

  stop(): void {
    if (!this.#last) return;
    this.#last = 0;
    this.#send('stop');
  }

  theirs(author: Author | null): void {
    clearTimeout(this.#timer);
    if (author) this.#timer = setTimeout(() => this.theirs(null), THEIRS_MS);
    if (!author && !this.chat.state.typing) return;
    this.chat.set({ typing: author });
    this.chat.core.emit('typing', { author });
  }

  #send(state: 'start' | 'stop', preview?: string): void {
    if (this.chat.session.answer?.features?.typing === false || this.chat.state.link !== 'online') return;
    this.chat.hub.send({ type: 'typing', payload: { state, preview } });
  }
}
