/** Top of the panel once there is something below it to talk about, and its menu. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chat } from '../chat';
import { backAt, replyTime } from '../format';
import { Avatar, IconButton } from './bits';

export interface Closing {
  /** Absent where there is nothing to close. */
  onClose: (() => void) | undefined;
}

export const businessName = ({ config }: Chat): string => config.theme.headerText || config.name || '';

function stateLine(chat: Chat): string {
  const { state, words, config } = chat;
  const gate = chat.gate();
  if (gate === 'prechat') return config.preChatForm?.title || words('beforeStart');
  if (state.availability.state === 'offline') return backAt(words, state.availability) ?? words('closedNow');
  const [{ name } = { name: null }] = state.agents;
  if (name) return words('isHere', { name });
  return replyTime(words, state.availability);
}

export function Header({ chat, onClose }: { chat: Chat } & Closing): JSX.Element {
  const { words, config, state } = chat;
  const name = businessName(chat);
  return (
    <header class="linktor-header head" part="header">
      {onClose && <IconButton icon="back" class="narrow" label={words('closeChat')} onClick={onClose} />}
      <Avatar person={{ name, avatarUrl: config.theme.avatarUrl ?? config.theme.logoUrl }} presence={state.availability.state} />
      <div class="title"><h2 id="linktor-title" dir="auto">{name}</h2><p dir="auto">{stateLine(chat)}</p></div>
      <Menu chat={chat} />
      {onClose && <IconButton icon="down" class="wide" label={words('closeChat')} onClick={onClose} />}
    </header>
  );
}

function Menu({ chat }: { chat: Chat }): JSX.Element {
  const { words } = chat;
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const more = chat.parts.get(open);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event): void => void (event.composedPath().includes(box.current!) || setOpen(false));
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);
  const close = (): void => {
    setOpen(false);
    box.current?.querySelector('button')?.focus();
  };
  return (
    <div class="menu" ref={box}>
      <IconButton icon="menu" label={words('menu')} expanded={open} onClick={() => (open ? close() : setOpen(true))} />
      {open && more && <more.Menu chat={chat} onClose={close} />}
    </div>
  );
}
