/** What can be done with the chat as a whole. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chat } from '../chat';
import { web } from './address';
import { save, transcript } from './submit';

export function Menu({ chat, onClose }: { chat: Chat; onClose(): void }): JSX.Element {
  const { words, core, state, config } = chat;
  const list = useRef<HTMLDivElement>(null);
  const { ui } = core.store.get();
  const items = (): HTMLElement[] => [...list.current!.querySelectorAll<HTMLElement>('[role=menuitem]')];
  useEffect(() => items()[0]?.focus(), []);
  const key = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') onClose();
    else if (step) {
      const all = items();
      all.at((all.findIndex((item) => item.matches(':focus')) + step) % all.length)?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const item = (text: string, act: () => void, bad = ''): JSX.Element => (
    <button type="button" role="menuitem" class={bad} tabIndex={-1} onClick={() => { onClose(); act(); }}>{text}</button>
  );
  const copy = (): void =>
    void transcript(chat).then(
      () => chat.set({ notice: words('emailCopySent') }),
      () => chat.set({ notice: '', asking: true }),
    );
  const policy = web(config.privacy?.policyUrl);
  const running = state.conversation && state.conversation.status !== 'resolved';
  return (
    <div role="menu" ref={list} aria-label={words('menu')} onKeyDown={key}>
      {item(words(ui?.muted ? 'soundOn' : 'soundOff'), () => core.store.set({ ui: { ...ui, muted: !ui?.muted } }))}
      {state.conversation && item(words('saveCopy'), () => void save(chat).catch(() => chat.set({ notice: words('serverBar') })))}
      {state.conversation && config.emailTranscript && item(words('emailCopy'), copy)}
      {running && item(words('endChat'), () => chat.endConversation())}
      {policy && <a role="menuitem" tabIndex={-1} href={policy} target="_blank" rel="noopener" onClick={onClose}>{words('privacy')}</a>}
      {chat.session.known && item(words('deleteData'), () => chat.set({ deleting: true }), 'bad')}
    </div>
  );
}

/** Asks before everything is deleted. */
export function Deletion({ chat }: { chat: Chat }): JSX.Element {
  const { words } = chat;
  const sheet = useRef<HTMLDialogElement>(null);
  useEffect(() => sheet.current!.showModal(), []);
  const close = (): void => chat.set({ deleting: false });
  const erase = (): void => {
    close();
    void chat.reset(true).catch(() => chat.set({ notice: words('serverBar') }));
  };
  return (
    <dialog class="sheet" ref={sheet} aria-label={words('deleteData')} onClose={close}>
      <p>{words('deleteSure')}</p>
      <div class="pair">
        <button type="button" class="row" onClick={close}>{words('cancel')}</button>
        <button type="button" class="row danger" onClick={erase}>{words('delete')}</button>
      </div>
    </dialog>
  );
}

/** No address is known for the copy. */
export function AskEmail({ chat }: { chat: Chat }): JSX.Element {
  const { words } = chat;
  const [email, setEmail] = useState('');
  const send = (event: Event): void => {
    event.preventDefault();
    transcript(chat, email).then(
      () => chat.set({ asking: false, notice: words('emailCopySent') }),
      () => chat.set({ notice: words('invalid') }),
    );
  };
  return (
    <form class="notice ask" onSubmit={send}>
      <input class="field" type="email" required aria-label={words('email')} placeholder={words('email')} onInput={(event) => setEmail(event.currentTarget.value)} />
      <button class="primary">{words('sendButton')}</button>
    </form>
  );
}
