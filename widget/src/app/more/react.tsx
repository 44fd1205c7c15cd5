/** A few emoji to answer a message with. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Chat } from '../chat';
import type { Message } from '../timeline';

const CHOICES = '1f44d 2764 1f602 1f62e 1f622 1f64f'.split(' ').map((code) => String.fromCodePoint(parseInt(code, 16)));

export function React({ chat, message, onClose }: { chat: Chat; message: Message; onClose(): void }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current!.querySelector('button')!.focus({ preventScroll: true }), []);
  const left = (event: FocusEvent): void => void (box.current!.contains(event.relatedTarget as Node) || onClose());
  const own = message.reactions?.find(({ by }) => by === 'visitor')?.emoji;
  return (
    <div class="react" role="group" aria-label={chat.words('react')} ref={box} onFocusOut={left}>
      {CHOICES.map((emoji) => <button type="button" aria-pressed={emoji === own} onClick={() => { chat.react(message, emoji); onClose(); }}>{emoji}</button>)}
    </div>
  );
}
