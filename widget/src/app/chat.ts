/**
 * The chat as one object: holds the parts together and the state the screen is drawn from. Parts decide (timeline, outbox),
 * talk (line, api) or remember (session); this file only connects them.
 */
import type { Core } from '../core';
import { combine } from '../options';
import type { Ack, Arrival, Config, Content, Frame, User, WireMessage } from '../wire';
import { Api, ApiError } from './api';
import type { Words } from './i18n';
import { lineOf, settle, take } from './line';
import { Parts } from './parts';
import { pause } from './pause';
import { Outbox, type Entry } from './outbox';
import { pageInfo } from './page';
import { Reading } from './reading';
import { renew } from './renew';
import { Sender } from './sender';
import { Session, type Change } from './session';
import { initial, type Gate, type State } from './state';
import { Timeline, ackEvent, type Message } from './timeline';
import type { Hub } from './transport/hub';
import { Typing } from './typing';
import type { Uploads } from './more/uploads';

const HISTORY = 50;
const RETRY_MAX_S = 60;
const UNTOLD_MAX = 50;

export class Chat {
  config: Config;
  readonly timeline = new Timeline();
  readonly outbox: Outbox;
  readonly api: Api;
  readonly session: Session;
  readonly sender: Sender;
  /** There once a file was attached. */
  uploads: Uploads | undefined;
  readonly reading: Reading;
  readonly typing: Typing;
  readonly hub: Hub;
  readonly parts: Parts;
  state: State;
  /** The form before the chat was sent in this session. */
  prechatDone = false;
  /** What stands in the composer; outlives a change of view. */
  draft = '';
  /** Told by the page before there is a session. */
  readonly #untold: Frame[] = [];
  #started: Promise<void> | undefined;
  /** Grows when everything is forgotten: what was under way for the visitor of before ends then. */
  #life = 0;

  constructor(
    readonly core: Core,
    public words: Words,
    readonly redraw: () => void,
  ) {
    const { signal, store } = core;
    this.config = combine(core.config, core.options);
    this.api = new Api(`${core.api}/webchat/v1/${core.options.channelId}`, signal);
    this.session = new Session(core, this.api);
    this.session.user = core.options.user;
    this.outbox = new Outbox(store);
    this.parts = new Parts(core, redraw);
    this.hub = lineOf(this);
    this.sender = new Sender(
      this.outbox,
      {
        ready: () => this.hub.leader && this.state.link === 'online',
        send: (frame) => this.hub.send(frame),
        onSent: (entry, ack) => this.sent(entry, ack),
        onFailed: ({ content, clientMessageId }, code) => {
          core.emit('error', { code });
          // A reaction is drawn where it belongs at once; one that was refused goes away again.
          if (content.type === 'reaction') {
            this.outbox.remove(clientMessageId);
            void this.reload().catch(() => undefined);
          }
          this.redraw();
        },
        onPrechat: () => this.set({ gate: 'prechat' }),
        onUnauthorized: () => this.renew(),
      },
      signal,
    );
    this.reading = new Reading(this, signal);
    this.typing = new Typing(this, signal);
    this.state = initial(!!(store.get().ui?.thread || this.outbox.entries.length), this.config.availability ?? { state: 'online' });
  }

  set(change: Partial<State>): void {
    const before = this.state;
    this.state = { ...before, ...change };
    if (change.availability && change.availability.state !== before.availability.state) this.core.emit('availability', change.availability);
    if (change.unread !== undefined && change.unread !== before.unread) this.core.emit('unread', { count: change.unread });
    this.redraw();
  }

  /** Configuration, options or language changed. */
  update(words: Words): void {
    this.words = words;
    this.config = combine(this.core.config, this.core.options);
    this.set({ availability: this.session.answer ? this.state.availability : (this.config.availability ?? this.state.availability) });
    if (this.session.answer) void this.session.patch({ locale: this.core.language }).catch(() => undefined);
  }

  /** Nothing may be stored and nobody told before the visitor agrees. */
  get needsConsent(): boolean {
    return !!this.config.privacy?.cookieConsent && !this.core.store.get().consent;
  }

  /** What must be filled in before the visitor can write. */
  gate(): Gate | null {
    const { config, state } = this;
    if (this.needsConsent) return config.preChatForm?.enabled ? 'prechat' : 'consent';
    return state.gate ?? (this.closed && !this.talked && !state.loading ? 'offline' : null);
  }

  /** Nobody is there: the offline form takes the place of the composer, beside what was said before. */
  get closed(): boolean {
    const { config, state } = this;
    return state.availability.state === 'offline' && !state.thanked && !!(config.businessHoursOnly || (config.offline?.enabled && !this.talked));
  }

  get talked(): boolean {
    return !!(this.timeline.messages.length || this.state.conversation);
  }

  /** The visitor acted: there may be a session, storage and a connection from now on. */
  start(): Promise<void> {
    return (this.#started ??= this.#start(true));
  }

  /** A returning visitor's page was loaded: learn what is new, connect only for a running conversation. */
  peek(): Promise<void> {
    return (this.#started ??= this.#start(false));
  }

  async #start(connect: boolean): Promise<void> {
    const { signal } = this.core;
    const life = this.#life;
    const over = (): boolean => signal.aborted || life !== this.#life;
    this.set({ loading: this.session.known });
    for (let attempt = 0; ; attempt++) {
      try {
        await this.adopt(await this.session.begin());
        break;
      } catch (error) {
        if (over()) return;
        if (error instanceof ApiError && error.status === 403) return this.core.refuse(error.code);
        const retryAfter = error instanceof ApiError ? error.detail.retryAfter : undefined;
        this.set({ link: navigator.onLine ? 'failing' : 'offline', failures: attempt + 1 });
        await pause(retryAfter ?? Math.random() * Math.min(RETRY_MAX_S, 2 ** attempt), signal);
        if (over()) return;
      }
    }
    if (over()) return;
    this.set({ loading: false });
    const running = this.state.conversation && this.state.conversation.status !== 'resolved';
    if (connect || this.state.open || running) this.hub.start();
    this.flush();
  }

  /** Makes sure there is a connection, however the session came about. */
  async connect(): Promise<void> {
    await this.start();
    this.hub.start();
  }

  /** Takes over what the server said about the session. */
  async adopt(change: Change): Promise<void> {
    const { answer } = this.session;
    if (!answer) return;
    if (change === 'other') {
      this.outbox.clear();
      this.set({ thread: false, proactive: null, thanked: false });
    }
    if (change !== 'same') this.timeline.reset([], 0, false);
    if (change === 'same' || answer.resumed !== false || answer.cursor) await this.reload();
    if (answer !== this.session.answer) return;
    const own = this.core.options.preChatForm;
    const needed = !this.prechatDone && !!(answer.prechatRequired || (own?.enabled && own === this.config.preChatForm && !answer.conversation));
    this.sender.held = needed;
    this.set({
      unread: answer.unread ?? 0,
      conversation: answer.conversation ?? null,
      availability: { ...this.state.availability, ...answer.availability },
    });
    this.reading.loaded(answer.cursor ?? this.timeline.cursor);
  }

  /** Fetches the newest page of history and continues from there. */
  async reload(): Promise<void> {
    const life = this.#life;
    const page = await this.api.call<{ messages: WireMessage[]; hasMore: boolean; cursor: number }>('GET', `/messages?limit=${HISTORY}`);
    if (life !== this.#life) return;
    this.timeline.reset(page.messages, page.cursor, page.hasMore);
    settle(this);
    this.redraw();
  }

  async older(): Promise<void> {
    const first = this.timeline.messages[0]?.seq;
    if (!first || this.state.loading) return;
    this.set({ loading: true });
    try {
      const page = await this.api.call<{ messages: WireMessage[]; hasMore: boolean }>('GET', `/messages?before=${first}&limit=${HISTORY}`);
      this.timeline.prepend(page.messages, page.hasMore);
    } catch {
      // The button stays; the visitor may press it again.
    }
    this.set({ loading: false });
  }

  acknowledged(ack: Ack): void {
    this.sender.acknowledged(ack);
    // The frame may have come before the acknowledgement; only the latter names the conversation.
    if (this.state.conversation?.id !== ack.conversationId) this.set({ conversation: { id: ack.conversationId, status: 'open' } });
  }

  /** One of our messages is stored on the server. */
  sent(entry: Entry, ack: Arrival): void {
    // Of a reaction only the server can build the event.
    if (entry.content.type === 'reaction') return;
    const event = ackEvent(ack, entry);
    this.hub.share(event);
    take(this, event);
    if (this.state.proactive) this.set({ proactive: null });
    this.core.emit('sent', { clientMessageId: ack.clientMessageId, messageId: ack.messageId });
    this.redraw();
  }

  /** Sends whatever waits. */
  flush(): void {
    if (this.sender.held && this.outbox.head()) this.set({ gate: 'prechat' });
    this.sender.pump();
    if (this.state.link === 'online') this.#untold.splice(0).forEach((frame) => this.hub.send(frame));
    if (!this.hub.leader && this.outbox.entries.length) this.hub.queue(this.outbox.entries);
    void this.uploads?.pump();
  }

  /** The token was refused: get another session, keep what is unsent. */
  async renew(): Promise<void> {
    this.#started = undefined;
    await this.start();
  }

  refused(code: number): void {
    if (code === 4003) return this.core.refuse();
    if (code === 4026) return renew(this.core);
    // Logged out elsewhere: a new session only when the visitor acts again.
    this.#wipe();
  }

  /** Another tab logged in or out. */
  async moved(): Promise<void> {
    if (this.core.store.get().token === this.api.token) return;
    this.#wipe(false);
    if (this.core.store.get().token) await this.peek();
  }

  #wipe(storage = true): void {
    this.#life++;
    this.hub.stop();
    this.#started = undefined;
    this.prechatDone = false;
    this.timeline.reset([], 0, false);
    if (storage) {
      this.outbox.clear();
      this.session.forget();
    } else this.outbox.entries = [];
    this.set({ thread: false, unread: 0, conversation: null, typing: null, gate: null, thanked: false, proactive: null });
  }

  // What the visitor does.

  /** Queues a message and sees to it that it is sent. False when it is not, because too many are waiting. */
  say(content: Content, more: Partial<Entry> = {}): boolean {
    const taken = this.queue(content, more);
    if (taken) {
      this.enterThread();
      if (this.gate() === null) void this.connect().then(() => this.flush());
    }
    return taken;
  }

  queue(content: Content, more: Partial<Entry> = {}): boolean {
    const { proactive } = this.state;
    const entry = this.outbox.add(content, { page: pageInfo(this.core), proactiveId: proactive?.id || undefined, ...more });
    if (!entry) return false;
    if (!this.hub.leader) this.hub.queue([entry]);
    this.sender.pump();
    this.redraw();
    return true;
  }

  retry(id: string): void {
    this.outbox.retry(id);
    this.flush();
    this.redraw();
  }

  discard(id: string): void {
    this.outbox.remove(id);
    this.redraw();
  }

  attach(files: Iterable<File>): void {
    const list = [...files];
    this.enterThread();
    void this.connect();
    void this.parts.load().then((more) => (this.uploads ??= more.uploadsOf(this)).add(list));
  }

  choose(message: Message, payload: string, title: string): void {
    message.chosen = payload;
    this.say({ type: 'postback', payload, title, sourceMessageId: message.id });
    this.core.emit('postback', { payload, title });
  }

  /** Puts the visitor's reaction on a message, or takes it back when it is the same again. */
  react(message: Message, emoji: string): void {
    const others = (message.reactions ?? []).filter(({ by }) => by !== 'visitor');
    const again = message.reactions?.some((reaction) => reaction.by === 'visitor' && reaction.emoji === emoji);
    message.reactions = again ? others : [...others, { emoji, by: 'visitor' }];
    this.queue({ type: 'reaction', emoji: again ? '' : emoji, targetId: message.id }, { proactiveId: undefined });
  }

  enterThread(): void {
    const { ui } = this.core.store.get();
    if (!this.state.thread) this.set({ thread: true });
    if (this.session.known) this.core.store.set({ ui: { ...ui, thread: true } });
  }

  /** Agreement to keep data, given in a form or by the page. Taken back where it is asked for, nothing of the visitor stays. */
  async consent(given: boolean): Promise<void> {
    if (!given && !this.config.privacy?.cookieConsent) return;
    this.core.store.set({ consent: given });
    if (!given) await this.reset();
    else if (this.state.open) void this.connect();
    this.redraw();
  }

  async identify(user: User): Promise<void> {
    if (!this.session.answer) {
      const starting = this.#started;
      if (!starting) this.session.user = user;
      await this.peek();
      if (!starting || !this.session.answer) return;
    }
    const change = await this.session.identify(user);
    if (change === 'same') return;
    this.hub.moved();
    this.hub.stop();
    await this.adopt(change);
    this.hub.start();
  }

  /** Log-out: nothing of this visitor stays in the browser. */
  async reset(erase = false): Promise<void> {
    // What was being begun does not begin again meanwhile; what the visitor does if this fails, does.
    this.#life++;
    this.#started = undefined;
    await this.session.end(erase);
    this.#wipe();
    this.hub.moved();
  }

  /** What is known of the visitor by field name, for filling in forms. */
  known(): Record<string, string> {
    const { name, email } = { ...this.session.user, ...this.session.answer?.user };
    return { ...(name && { name }), ...(email && { email }) };
  }

  attributes(set: Record<string, unknown>): void {
    this.tell({ type: 'attributes', payload: { set, unset: Object.keys(set).filter((name) => set[name] === null) } });
  }

  track(name: string, data: unknown): void {
    this.tell({ type: 'event', payload: { name: name.slice(0, 64), data } });
  }

  /** Sends a frame that nothing repeats, as soon as there is a line. */
  tell(frame: Frame): void {
    if (this.state.link === 'online') this.hub.send(frame);
    else if (this.#untold.length < UNTOLD_MAX) this.#untold.push(frame);
  }

  presence(): void {
    this.hub.send({ type: 'presence', payload: { visible: !document.hidden, open: this.state.open } });
  }

  endConversation(): void {
    this.tell({ type: 'conversation.end', payload: {} });
    if (this.state.conversation) this.set({ conversation: { ...this.state.conversation, status: 'resolved' } });
  }
}
