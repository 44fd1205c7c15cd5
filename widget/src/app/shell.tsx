/** What surrounds the chat: launcher, panel and preview on the page, their look, opening and closing. */
import { render } from 'preact';
import { mix, readableOn } from '../color';
import type { Core } from '../core';
import type { ProactiveRule } from '../wire';
import { Chat } from './chat';
import { businessName } from './components/header';
import { Icon } from './components/icon';
import { Panel } from './components/panel';
import type { PreviewProps } from './more/preview';
import { cover, narrow, onNarrow } from './fullscreen';
import type { Words } from './i18n';
import type { Message } from './timeline';
import { summary } from './view';

const DARK = '(prefers-color-scheme: dark)';
/** Where the focus goes on opening: what the visitor would use first. */
const FIRST = '.composer textarea, .form .field, .form input[type=checkbox], .form button';

export class Shell {
  readonly chat: Chat;
  readonly inline: boolean;
  readonly #slot = document.createElement('div');
  /** Badge and arrow, added to the launcher. */
  readonly #extra = document.createElement('span');
  #preview: PreviewProps | null = null;
  #uncover: ((viaBack: boolean) => void) | undefined;
  #queued = false;
  /** The visitor has seen the panel on this page: no proactive message any more. */
  #opened = false;

  constructor(
    readonly core: Core,
    words: Words,
  ) {
    const { frame, button, signal, options } = core;
    this.inline = !!options.target;
    this.chat = new Chat(core, words, () => this.#redraw());
    this.chat.reading.onNews = (message) => this.#news(message);
    this.#slot.className = 'slot';
    frame.prepend(this.#slot);
    button?.append(this.#extra);
    button?.setAttribute('aria-controls', 'linktor-panel');
    onNarrow(() => this.#fit(), signal);
    matchMedia(DARK).addEventListener('change', () => this.dress(), { signal });
    document.addEventListener('visibilitychange', () => this.chat.presence(), { signal });
    signal.addEventListener('abort', () => {
      this.#uncover?.(false);
      render(null, this.#slot);
      render(null, this.#extra);
    });
    this.dress();
  }

  /** Colours and sizes, from the present configuration. */
  dress(): void {
    const { theme } = this.chat.config;
    const { frame, options } = this.core;
    const brand = theme.primaryColor;
    const set = (name: string, value: string): void => frame.style.setProperty(name, value);
    set('--dark', mix(brand, '#000000', 0.2));
    set('--link-light', readableOn(brand, '#EEEEFB'));
    set('--link-dark', readableOn(brand, '#24243A'));
    set('--radius', `${theme.borderRadius ?? 16}px`);
    const dark = theme.colorScheme === 'dark' || (theme.colorScheme !== 'light' && matchMedia(DARK).matches);
    frame.classList.toggle('dark', dark);
    frame.classList.toggle('full', !!options.fullPage);
    frame.classList.toggle('opened', this.chat.state.open);
    this.#redraw();
  }

  /** `quiet`: not by the visitor's own act, so the focus stays where it is and no session is made. */
  open(quiet = false): void {
    const { chat, core } = this;
    const allowed = !quiet && !chat.needsConsent;
    if (allowed) void chat.connect();
    if (!chat.state.open) {
      this.#opened = true;
      this.#preview = null;
      chat.set({ open: true });
      this.#fit();
      chat.presence();
      chat.reading.check();
      if (allowed) core.store.set({ ui: { ...core.store.get().ui, open: true } });
      core.emit('open');
    }
    this.#draw();
    if (!quiet) (this.#slot.querySelector<HTMLElement>(FIRST) ?? this.#slot.querySelector<HTMLElement>('.linktor-panel'))?.focus({ preventScroll: true });
  }

  /** `viaBack`: by the browser's Back, so its history entry is gone already. */
  close(viaBack = false): void {
    const { chat, core } = this;
    if (!chat.state.open || this.inline) return;
    const within = this.#slot.contains(core.root.activeElement);
    chat.set({ open: false });
    this.#uncover?.(viaBack);
    this.#uncover = undefined;
    this.#fit();
    this.#draw();
    if (within) core.button?.focus();
    const { ui } = core.store.get();
    if (ui) core.store.set({ ui: { ...ui, open: false } });
    chat.presence();
    core.emit('close');
  }

  /** A proactive message is due. */
  propose({ id = '', message: text, author }: Pick<ProactiveRule, 'id' | 'message' | 'author'>): void {
    const { chat, core } = this;
    if (this.#opened || this.inline || this.#preview) return;
    const person = author ?? { name: businessName(chat), avatarUrl: chat.config.theme.avatarUrl };
    const report = (action: string): void => void (id && chat.session.known && chat.hub.send({ type: 'proactive', payload: { id, action } }));
    report('shown');
    this.#show({
      person, text,
      onOpen: () => {
        report('opened');
        chat.set({ proactive: { id, text, author: { ...person, type: 'bot' } }, thread: true });
        this.open();
      },
      onClose: () => {
        report('dismissed');
        if (!chat.needsConsent) core.store.set({ dismissedAt: Date.now() });
        this.#show(null);
      },
    });
  }

  /** Tells the visitor about a message, once in all tabs. */
  #news(message: Message): void {
    const { chat, core } = this;
    const { ui } = core.store.get();
    if (message.seq <= (ui?.seen ?? 0)) return;
    core.store.set({ ui: { ...ui, seen: message.seq } });
    if (message.author.type === 'system') return;
    if (chat.config.soundEnabled !== false && !ui?.muted && !chat.reading.looking) void chat.parts.load().then((more) => more.chime(), () => undefined);
    if (chat.state.open) return;
    const { content } = message;
    const open = (): void => {
      chat.enterThread();
      this.open();
    };
    this.#show({
      person: message.author, text: summary(message),
      replies: content?.type === 'text' ? content.quickReplies : undefined,
      onOpen: open,
      onReply: ({ id, title }) => {
        open();
        chat.choose(message, id, title);
      },
      onClose: () => this.#show(null),
    });
  }

  #show(preview: PreviewProps | null): void {
    this.#preview = preview;
    this.#redraw();
  }

  /** Covers the screen where it is narrow, and not otherwise. */
  #fit(): void {
    const { frame } = this.core;
    if (this.chat.state.open && !this.inline && narrow()) this.#uncover ??= cover(frame, () => this.close(true));
    else {
      this.#uncover?.(false);
      this.#uncover = undefined;
    }
    frame.classList.toggle('opened', this.chat.state.open);
    this.#redraw();
  }

  /** However often something changes in one go, it is drawn once. */
  #redraw(): void {
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      this.#draw();
    });
  }

  #draw(): void {
    const { chat, core, inline } = this;
    if (core.signal.aborted) return;
    const { words, state } = chat;
    const preview = state.open ? null : this.#preview;
    const more = preview && chat.parts.get(true);
    const onClose = inline ? undefined : () => this.close();
    render(
      <>
        {state.open && <Panel chat={chat} modal={!inline && narrow()} inline={inline} onClose={onClose} />}
        {more && <more.Preview {...preview} closeLabel={words('close')} />}
      </>,
      this.#slot,
    );
    const { button } = core;
    if (!button) return;
    const { open, unread } = state;
    button.ariaExpanded = String(open);
    // What stands on it comes first: people who speak to their device say what they see.
    button.ariaLabel = (core.config.theme.launcherText ?? '') + ' ' + (open ? words('closeChat') : unread ? words('openChatUnread', { n: unread }) : words('openChat'));
    render(<><Icon name="down" />{!open && unread > 0 && <b part="badge" title={unread > 99 ? '99+' : `${unread}`} />}</>, this.#extra);
  }
}
