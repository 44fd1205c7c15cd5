/** Entry of the app: takes what the loader offers, shows the panel, carries out commands. */
import { Fragment, render } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { jsx, jsxs } from 'preact/jsx-runtime';
import { mix, readableOn } from '../color';
import type { App, Core, Entry } from '../core';
import type { ProactiveRule, User } from '../wire';
import { Chat } from './chat';
import { businessName } from './components/header';
import { Icon } from './components/icon';
import { Panel } from './components/panel';
import { Preview, type PreviewProps } from './components/preview';
import { cover, narrow, onNarrow } from './fullscreen';
import { loadWords } from './i18n';
import * as kit from './kit';
import { onNavigate } from './navigation';
import { pageInfo } from './page';
import { sheet } from './sheet';
import { chime } from './sound';
import type { Message } from './timeline';
import { summary } from './view';
import css from './styles/app.css';

async function mount(core: Core): Promise<App> {
  const { options, signal, store, frame, button, emit } = core;
  const translate = () => loadWords(core.language, core.assets, options.translations, signal);
  // Before the loader's sheet, so that the page's own rules in it win.
  core.root.adoptedStyleSheets.unshift(sheet(css + (core.config.customCss ?? '')));
  const slot = document.createElement('div');
  slot.className = 'slot';
  frame.prepend(slot);
  const inline = !!options.target;

  let queued = false;
  const redraw = (): void => {
    if (queued || signal.aborted) return;
    queued = true;
    queueMicrotask(() => {
      queued = false;
      draw();
    });
  };
  const chat = new Chat(core, await translate(), redraw);
  if (signal.aborted) throw new Error('destroyed');

  const consented = (): boolean => !chat.needsConsent;
  let preview: PreviewProps | null = null;
  const extra = document.createElement('span');
  button?.append(extra);
  button?.setAttribute('aria-controls', 'linktor-panel');
  const draw = (): void => {
    if (signal.aborted) return;
    const { words, state } = chat;
    const { open: isOpen, unread } = state;
    const onClose = inline ? undefined : () => close();
    render(
      <>
        {isOpen && <Panel chat={chat} modal={!inline && narrow()} inline={inline} onClose={onClose} />}
        {!isOpen && preview && <Preview {...preview} closeLabel={words('close')} />}
      </>,
      slot,
    );
    if (!button) return;
    // The launcher grows a badge and the arrow that closes.
    button.ariaExpanded = String(isOpen);
    button.ariaLabel = isOpen ? words('closeChat') : unread ? words('openChatUnread', { n: unread }) : words('openChat');
    render(<><Icon name="down" />{!isOpen && unread > 0 && <b part="badge">{unread > 99 ? '99+' : unread}</b>}</>, extra);
  };
  const show = (next: PreviewProps | null): void => {
    preview = next;
    redraw();
  };

  const dress = (): void => {
    const { theme } = chat.config;
    const brand = theme.primaryColor;
    const set = (name: string, value: string): void => frame.style.setProperty(name, value);
    set('--dark', mix(brand, '#000000', 0.2));
    set('--link-light', readableOn(brand, '#EEEEFB'));
    set('--link-dark', readableOn(brand, '#24243A'));
    set('--radius', `${theme.borderRadius ?? 16}px`);
    const dark = theme.colorScheme === 'dark' || (theme.colorScheme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
    frame.classList.toggle('dark', dark);
    frame.classList.toggle('full', !!options.fullPage);
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', dress, { signal });

  let uncover: ((viaBack: boolean) => void) | undefined;
  const fit = (): void => {
    const wanted = chat.state.open && !inline && narrow();
    if (wanted) uncover ??= cover(frame, () => close(true));
    else {
      uncover?.(false);
      uncover = undefined;
    }
    frame.classList.toggle('opened', chat.state.open);
    redraw();
  };
  onNarrow(fit, signal);

  const focusFirst = (): void => {
    const target = slot.querySelector<HTMLElement>('.composer textarea, .form .field, .form input[type=checkbox], .form button') ?? slot.querySelector<HTMLElement>('.linktor-panel');
    target?.focus({ preventScroll: true });
  };
  /** `quiet`: not by the visitor's own act, so focus stays and no session is made. */
  const open = (quiet = false): void => {
    if (!quiet && consented()) void chat.connect();
    if (chat.state.open) return quiet ? undefined : focusFirst();
    show(null);
    chat.set({ open: true });
    fit();
    presence();
    draw();
    if (!quiet) {
      focusFirst();
      if (consented()) store.set({ ui: { ...store.get().ui, open: true } });
    }
    chat.reading.check();
    emit('open');
  };
  const close = (viaBack = false): void => {
    if (!chat.state.open || inline) return;
    const within = frame.contains(core.root.activeElement);
    chat.set({ open: false });
    uncover?.(viaBack);
    uncover = undefined;
    fit();
    draw();
    if (within) button?.focus();
    if (store.get().ui) store.set({ ui: { ...store.get().ui, open: false } });
    presence();
    emit('close');
  };

  let opened = false;
  const presence = (): void => {
    opened ||= chat.state.open;
    chat.presence();
  };
  document.addEventListener('visibilitychange', presence, { signal });

  chat.reading.onNews = (message: Message): void => {
    const { muted } = store.get().ui ?? {};
    if (message.seq > (store.get().ui?.seen ?? 0)) store.set({ ui: { ...store.get().ui, seen: message.seq } });
    else return;
    if (message.author.type === 'system') return;
    if (chat.config.soundEnabled !== false && !muted && !chat.reading.looking && (chat.hub.leader || !document.hidden)) chime();
    if (chat.state.open || inline) return;
    const { content } = message;
    const thread = (): void => {
      chat.enterThread();
      open();
    };
    show({
      person: message.author, text: summary(message),
      replies: content?.type === 'text' ? content.quickReplies : undefined,
      onOpen: thread,
      onReply: ({ id, title }) => {
        thread();
        chat.choose(message, id, title);
      },
      onClose: () => show(null),
    });
  };

  const report = (id: string | undefined, action: string): void => void (id && chat.session.known && chat.hub.send({ type: 'proactive', payload: { id, action } }));
  const propose = ({ id, message: text, author }: Pick<ProactiveRule, 'id' | 'message' | 'author'>): void => {
    if (opened || chat.state.open || inline || preview) return;
    const person = author ?? { name: businessName(chat), avatarUrl: chat.config.theme.avatarUrl };
    report(id, 'shown');
    show({
      person, text,
      onOpen: () => {
        report(id, 'opened');
        chat.set({ proactive: { id: id ?? '', text, author: { ...person, type: 'bot' } }, thread: true });
        open();
      },
      onClose: () => {
        report(id, 'dismissed');
        if (consented()) store.set({ dismissedAt: Date.now() });
        show(null);
      },
    });
  };

  onNavigate(() => {
    const page = pageInfo(core);
    if (page) chat.hub.send({ type: 'page', payload: page });
  }, signal);
  addEventListener('pagehide', () => uncover?.(true), { signal });

  const commands: Record<string, (...args: any[]) => unknown> = {
    open: (how?: { quiet?: boolean }) => open(how?.quiet),
    close: () => close(),
    toggle: () => (chat.state.open ? close() : open()),
    sendMessage: ({ text }: { text: string }) => {
      if (!text?.trim()) return;
      open();
      chat.say({ type: 'text', text: text.trim() });
    },
    updateUser: (user: User) => chat.identify(user),
    showProactiveMessage: ({ text, delay = 0, id }: { text: string; delay?: number; id?: string }) => {
      const timer = setTimeout(() => propose({ id, message: text }), delay);
      signal.addEventListener('abort', () => clearTimeout(timer));
    },
    reset: () => chat.reset(),
    setAttributes: (set: Record<string, unknown>) => chat.attributes(set),
    track: (name: string, data: unknown) => chat.track(name, data),
    startConversation: () => {
      chat.enterThread();
      open();
    },
    setConsent: (given: boolean) => chat.consent(given),
    getState: (answer: (state: unknown) => void) => {
      const { open: isOpen, unread, conversation, availability, link } = chat.state;
      answer({ open: isOpen, unread, conversation, availability, connected: link === 'online', verified: !!chat.session.answer?.verified });
    },
  };

  dress();
  if (chat.session.known && consented()) void chat.peek();
  if (inline) open(true);
  const rules = chat.config.proactiveMessages ?? [];
  if (rules.length && !inline) void chat.later().then((more) => more.watchRules(rules, store, consented(), signal, propose));
  draw();
  signal.addEventListener('abort', () => {
    uncover?.(false);
    render(null, slot);
    render(null, extra);
  });

  return {
    command(name, args) {
      const failed = (error: unknown): void => void (signal.aborted || emit('error', { code: (error as { code?: string }).code ?? 'internal' }));
      try {
        Promise.resolve(commands[name]?.(...args)).catch(failed);
      } catch (error) {
        failed(error);
      }
    },
    update() {
      const { language } = core;
      translate().then(
        (words) => {
          // Changed again meanwhile: that call brings the right words.
          if (language !== core.language) return;
          chat.update(words);
          dress();
        },
        () => undefined,
      );
    },
  };
}

const entry = (window as unknown as Record<string, Entry>)[window.LinktorObject ?? 'linktor']!;
entry.kit = { preact: { Fragment }, hooks: { useEffect, useId, useMemo, useRef, useState }, jsx: { Fragment, jsx, jsxs }, kit };
entry.take?.(mount);
