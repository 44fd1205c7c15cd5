/** Sends the outbox: one message at a time, in order, again after silence, until each is acknowledged or refused for good. */
import type { Arrival, Frame, WireError } from '../wire';
import { passing } from './api';
import type { Entry, Outbox } from './outbox';

/** Nothing heard for this long after sending: send again. */
const SILENCE_MS = 10_000;

export interface SenderHost {
  /** Whether frames would arrive anywhere at present. */
  ready(): boolean;
  send(frame: Frame): void;
  onSent(entry: Entry, ack: Arrival): void;
  onFailed(entry: Entry, code: string): void;
  onPrechat(): void;
  onUnauthorized(): void;
}

export class Sender {
  #inFlight: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Held until the visitor has filled in the form. */
  held = false;

  constructor(
    private readonly outbox: Outbox,
    private readonly host: SenderHost,
    signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => this.pause());
  }

  pump(): void {
    const entry = this.outbox.head();
    if (!entry || this.held || this.#inFlight === entry.clientMessageId || !this.host.ready()) return;
    const { clientMessageId, content, replyTo, sentAt, page, proactiveId } = entry;
    this.#inFlight = clientMessageId;
    this.#again(SILENCE_MS);
    this.host.send({ type: 'message.send', id: clientMessageId, payload: { clientMessageId, content, replyTo, sentAt, page, proactiveId } });
  }

  /** The line is gone or new: whatever was under way counts as not sent. */
  pause(): void {
    clearTimeout(this.#timer);
    this.#inFlight = undefined;
  }

  acknowledged(ack: Arrival): void {
    const entry = this.outbox.find(ack.clientMessageId);
    if (entry) {
      this.outbox.remove(ack.clientMessageId);
      this.host.onSent(entry, ack);
    }
    this.pause();
    this.pump();
  }

  /** True when the error was about one of our messages. */
  refused(id: string | undefined, error: WireError): boolean {
    const entry = this.outbox.find(id);
    if (!entry) return false;
    this.pause();
    if (error.code === 'prechat_required') {
      this.held = true;
      this.host.onPrechat();
    } else if (/^token_/.test(error.code)) this.host.onUnauthorized();
    else if (passing(error.code)) this.#again((error.retryAfter ?? 5) * 1000);
    else {
      this.outbox.fail(entry.clientMessageId, error.code, error.code === 'id_conflict');
      this.host.onFailed(entry, error.code);
      this.pump();
    }
    return true;
  }

  #again(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#inFlight = undefined;
      this.pump();
    }, delay);
  }
}
