/** The conversation: messages, what is still on its way, quick replies, who is writing. */
import { Fragment, type JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Chat } from '../chat';
import { clock, dayName } from '../format';
import type { Key } from '../i18n';
import type { Entry } from '../outbox';
import { isTheirs } from '../reading';
import { quickReplies, rows, summary, type Row } from '../view';
import type { Message } from '../timeline';
import { Bubble, IconButton, Text, type Shown } from './bits';
import { Icon, type IconName } from './icon';

/** Closer to the end than this counts as being there. */
const NEAR_END_PX = 80;
const MIDDOT = ' \u00b7 ';

export function Thread({ chat }: { chat: Chat }): JSX.Element {
  const { state, words, timeline, outbox, uploads } = chat;
  const list = useRef<HTMLDivElement>(null);
  const stick = useRef(true);
  const [missed, setMissed] = useState(0);
  const shown = rows(timeline.messages, outbox.entries, Date.now());
  const first = timeline.messages[0]?.seq;
  const anchor = useRef({ first, height: 0 });
  const newest = timeline.messages.at(-1)?.seq ?? 0;
  const more = chat.parts.get(false);
  const files = uploads?.list ?? [];
  const unsent = outbox.entries.filter(({ content }) => content.type !== 'reaction');
  const waiting = unsent.length + files.length;

  const toEnd = (): void => {
    const { current } = list;
    if (current) current.scrollTop = current.scrollHeight;
    setMissed(0);
  };
  useLayoutEffect(() => {
    const box = list.current!;
    // Older messages were put in front: what the visitor reads stays where it is.
    if (first !== anchor.current.first && !stick.current) box.scrollTop += box.scrollHeight - anchor.current.height;
    else if (stick.current) toEnd();
    anchor.current = { first, height: box.scrollHeight };
  });
  useEffect(() => {
    if (!stick.current && newest) setMissed((count) => count + 1);
  }, [newest]);
  useEffect(() => {
    stick.current = true;
    toEnd();
  }, [waiting]);
  useEffect(() => {
    // Pictures and the keyboard change heights after drawing.
    const watcher = new ResizeObserver(() => stick.current && toEnd());
    watcher.observe(list.current!);
    for (const child of list.current!.children) watcher.observe(child);
    return () => watcher.disconnect();
  }, []);
  const scrolled = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = list.current!;
    stick.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    if (stick.current && missed) setMissed(0);
  };

  const lastOwn = shown.findLast(({ message }) => !isTheirs(message));
  const chips = quickReplies(timeline.messages, unsent);
  return (
    <div class="stage">
      <div class="log" part="messages" ref={list} onScroll={scrolled} tabIndex={0} role="log" aria-live="polite" aria-relevant="additions" aria-busy={state.loading} aria-label={words('yourConversation')}>
        <div class="inner">
          {timeline.hasMore && <button type="button" class="more" disabled={state.loading} onClick={() => void chat.older()}>{words('olderMessages')}</button>}
          {state.thanked && <div class="note" role="status"><Icon name="check" />{words('offlineThanks')}</div>}
          {state.proactive && !shown.length && <Proposal chat={chat} />}
          {shown.map((row) => <Fragment key={row.message.id}><Item chat={chat} row={row} words={row === lastOwn && !waiting} /></Fragment>)}
          {unsent.map((entry) => <Fragment key={entry.clientMessageId}><Waiting chat={chat} entry={entry} /></Fragment>)}
          {more && files.map((upload) => <Fragment key={upload.id}><more.Sending chat={chat} upload={upload} /></Fragment>)}
          {state.conversation?.status === 'resolved' && !!shown.length && !waiting && <p class="event">{words('ended')}</p>}
          <Writing chat={chat} />
        </div>
      </div>
      {missed > 0 && <button type="button" class="jump" onClick={() => { stick.current = true; toEnd(); }}><Icon name="down" />{words('newMessages', { n: missed })}</button>}
      {chips && (
        <div class="chips" role="group" aria-label={words('choose')}>
          {chips.replies.map((reply) => <button type="button" class="chip" onClick={() => chat.choose(chips.message, reply.id, reply.title)}>{reply.title}</button>)}
        </div>
      )}
    </div>
  );
}

function Writing({ chat: { state, words } }: { chat: Chat }): JSX.Element {
  const { typing } = state;
  const text = typing && (typing.name ? words('typing', { name: typing.name }) : words('typingSomeone'));
  return <div class="writing" role="status">{typing && <span class="bubble dots" title={text!}><i /><i /><i /><span class="sr">{text}</span></span>}</div>;
}

const Proposal = ({ chat }: { chat: Chat }): JSX.Element => {
  const { text, author } = chat.state.proactive!;
  return <div class="item theirs"><Bubble own={false}><Text text={text} /></Bubble><div class="meta">{author.name}</div></div>;
};

const RECEIPTS: Record<string, [IconName, Key]> = { sent: ['check', 'sent'], delivered: ['checks', 'delivered'], read: ['checks', 'read'] };

function Item({ chat, row, words: spelled }: { chat: Chat; row: Row; words: boolean }): JSX.Element {
  const { message, day, last } = row;
  const { words, config } = chat;
  const { author, timestamp, reactions } = message;
  const own = !isTheirs(message);
  const divider = day && <p class="event day">{dayName(words, timestamp)}</p>;
  if (author.type === 'system') return <>{divider}<p class="event" dir="auto">{message.content && 'text' in message.content ? message.content.text : message.fallbackText}</p></>;
  const time = <time dateTime={timestamp}>{clock(words, timestamp)}</time>;
  const status = message.status === 'read' && config.showReadReceipts === false ? 'delivered' : (message.status ?? 'sent');
  const [icon, word] = RECEIPTS[status]!;
  const name = own ? words('you') : author.type === 'bot' && author.name ? words('bot', { name: author.name }) : (author.name ?? config.name ?? '');
  return (
    <>
      {divider}
      <div class={`item ${own ? 'own' : 'theirs'} ${last ? 'last' : ''}`}>
        <Body chat={chat} {...row} />
        {!!reactions?.length && <span class="reactions">{reactions.map(({ emoji }) => emoji).join(' ')}</span>}
        {!own && !message.deleted && !CHOICES.test(message.content?.type ?? '') && <Reacting chat={chat} message={message} />}
        <div class={last || (own && spelled) ? 'meta' : 'sr'}>
          <span class={own ? 'sr' : ''}>{name}</span>{!own && MIDDOT}{time}
          {message.edited && <>{MIDDOT}{words('edited')}</>}
          {own && <span class={`receipt ${status}`}><Icon name={icon} /><span class={spelled ? '' : 'sr'}>{words(word)}</span></span>}
        </div>
      </div>
    </>
  );
}

/** What is answered by choosing needs no other reaction. */
const CHOICES = /^(buttons|list|carousel)$/;

function Reacting({ chat, message }: { chat: Chat; message: Message }): JSX.Element {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const more = chat.parts.get(open);
  const close = (): void => {
    setOpen(false);
    box.current?.querySelector('button')?.focus({ preventScroll: true });
  };
  const key = (event: KeyboardEvent): void => {
    if (!open || event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  };
  return (
    <div class="reacting" ref={box} onKeyDown={key}>
      <IconButton icon="smile" label={chat.words('react')} expanded={open} onClick={() => setOpen(!open)} />
      {open && more && <more.React chat={chat} message={message} onClose={close} />}
    </div>
  );
}

/** A message's content. All but text is drawn by code that comes when it is needed; until then its text stands in. */
function Body(shown: Shown): JSX.Element {
  const { message, chat } = shown;
  const own = !isTheirs(message);
  const { content, deleted, fallbackText } = message;
  if (deleted || !content) return <Bubble own={own}><i>{chat.words('deleted')}</i></Bubble>;
  const plain = content.type === 'text' || content.type === 'postback';
  const more = chat.parts.get(!plain);
  if (!plain && more) return <more.Rich {...shown} content={content} />;
  return <Bubble own={own}><Text own={own} text={content.type === 'text' ? content.text : summary(message) || (fallbackText ?? '')} /></Bubble>;
}

function Waiting({ chat, entry }: { chat: Chat; entry: Entry }): JSX.Element {
  const { words, state } = chat;
  const { content, view, failed, clientMessageId: id } = entry;
  const shown = view ?? content;
  return (
    <div class={`item own last ${!failed && state.link !== 'online' ? 'pending' : ''}`}>
      <Bubble own><Text own text={summary({ content: shown }) || words(shown.type === 'location' ? 'location' : 'document')} /></Bubble>
      {failed ? (
        <div class="meta bad" role="alert"><Icon name="alert" />{words('notSent')} <button type="button" class="text" onClick={() => chat.retry(id)}>{words('tryAgain')}</button> <button type="button" class="text" onClick={() => chat.discard(id)}>{words('remove')}</button></div>
      ) : (
        <div class="meta"><Icon name="clock" />{words(state.link === 'offline' ? 'waiting' : 'sending')}</div>
      )}
    </div>
  );
}
