/** Where the visitor writes. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Chat } from '../chat';
import { IconButton } from './bits';

const MAX_CHARS = 10_000;
const LINES_MAX_PX = 132;
/** Characters that show nothing: a message of only these is empty. */
const INVISIBLE = /[\s\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]/g;

export function Composer({ chat }: { chat: Chat }): JSX.Element {
  const { words, config, draft } = chat;
  const field = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(draft);
  const [emoji, setEmoji] = useState(false);
  const more = chat.parts.get(emoji);
  const empty = !text.replace(INVISIBLE, '');
  const canUpload = config.fileUpload?.enabled && chat.session.answer?.features?.upload !== false;

  const change = (value: string): void => {
    chat.draft = value;
    setText(value);
    chat.typing.ours(value);
  };
  const send = (): void => {
    if (empty || !chat.say({ type: 'text', text: text.trim() })) return;
    change('');
    setEmoji(false);
    field.current?.focus();
  };
  const insert = (symbol: string): void => {
    const { selectionStart, selectionEnd } = field.current!;
    change(text.slice(0, selectionStart) + symbol + text.slice(selectionEnd));
    setEmoji(false);
    field.current!.focus();
  };
  const key = (event: KeyboardEvent): void => {
    // 229: the key belongs to an input method that is still composing.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  };
  const paste = (event: ClipboardEvent): void => {
    const list = event.clipboardData?.files;
    if (!canUpload || !list?.length) return;
    event.preventDefault();
    chat.attach(list);
  };
  useLayoutEffect(() => {
    const { style } = field.current!;
    style.height = 'auto';
    style.height = `${Math.min(field.current!.scrollHeight, LINES_MAX_PX)}px`;
  }, [text]);

  return (
    <div class="composer">
      {emoji && more && <more.Emoji label={words('emoji')} onPick={insert} onClose={() => { setEmoji(false); field.current!.focus(); }} />}
      <div class="write linktor-input" part="input">
        <textarea
          ref={field} rows={1} value={text} maxLength={MAX_CHARS} dir="auto" enterkeyhint="send" aria-label={words('inputPlaceholder')} placeholder={words('inputPlaceholder')}
          onInput={(event) => change(event.currentTarget.value)} onKeyDown={key} onPaste={paste} onBlur={() => chat.typing.stop()}
        />
        {config.emojiPicker !== false && <IconButton icon="smile" class="wide" label={words('emoji')} expanded={emoji} onClick={() => setEmoji(!emoji)} />}
        {canUpload && <IconButton icon="clip" label={words('attach')} onClick={() => files.current!.click()} />}
        <IconButton icon="up" class="send" label={words('sendButton')} disabled={empty} onClick={send} />
      </div>
      <input
        ref={files} type="file" hidden multiple={config.fileUpload?.multiple !== false} accept={config.fileUpload?.allowedTypes?.join(',')}
        onChange={(event) => { if (event.currentTarget.files?.length) chat.attach(event.currentTarget.files); event.currentTarget.value = ''; }}
      />
    </div>
  );
}
