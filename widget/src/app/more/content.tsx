/** One message's content, by type. Unknown types show their fallback text. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Button, ButtonsContent, Content, Header, ListContent, MediaContent } from '../../wire';
import type { Chat } from '../chat';
import { Bubble, fileSize, Text, type Shown } from '../kit';
import { web } from './address';
import { Icon } from './icon';
import { Carousel } from './carousel';
import { Rating } from './rating';
import { refetch } from './submit';

export function Rich(props: Shown & { content: Content }): JSX.Element {
  const { message, chat, content } = props;
  const own = message.author.type === 'visitor';
  switch (content.type) {
    case 'image': case 'video': case 'audio': case 'document': case 'sticker':
      return <Media chat={chat} content={content} own={own} seq={message.seq} />;
    case 'location':
      return <Place chat={chat} content={content} own={own} />;
    case 'contacts':
      return <Bubble own={own}>{content.contacts.map((card) => <address>
        <b dir="auto">{card.name}</b>{card.organization && <span dir="auto">{card.organization}</span>}
        {card.phones?.map((phone) => <a href={`tel:${phone}`}><bdi>{phone}</bdi></a>)}
        {card.emails?.map((email) => <a href={`mailto:${email}`}><bdi>{email}</bdi></a>)}
      </address>)}</Bubble>;
    case 'buttons':
      return message.hints?.display === 'rating' ? <Rating {...props} content={content} /> : <Buttons {...props} content={content} />;
    case 'list':
      return <List {...props} content={content} />;
    case 'carousel':
      return <>{content.text && <Bubble own={own}><Text text={content.text} /></Bubble>}<Carousel {...props} cards={content.cards} /></>;
    default:
      return <Bubble own={own}><Text text={message.fallbackText ?? ''} /></Bubble>;
  }
}

function Head({ header, text, footer }: { header?: Header; text: string; footer?: string }): JSX.Element {
  return (
    <Bubble own={false}>
      {typeof header === 'string' ? <b dir="auto">{header}</b> : header && <img class="lead" src={header.url} alt="" loading="lazy" />}
      <Text text={text} />
      {footer && <small dir="auto">{footer}</small>}
    </Bubble>
  );
}

const Buttons = ({ content, ...shown }: Shown & { content: ButtonsContent }): JSX.Element => (
  <>
    <Head {...content} />
    <div class="rows" role="group" aria-label={content.text.slice(0, 80)}>
      {content.buttons.map((button) => <Choice {...shown} button={button} />)}
    </div>
  </>
);

/** A button of a message or card: an answer, an address, a number or a place. */
export function Choice({ button, chat, message, chosen }: Shown & { button: Button }): JSX.Element {
  const { title, type = 'reply' } = button;
  const id = button.id || title;
  if (type === 'url') return <a class="row" href={web(button.url)} target="_blank" rel="noopener noreferrer"><Icon name="link" />{title}</a>;
  if (type === 'call') return <a class="row" href={`tel:${button.phone ?? ''}`}><Icon name="phone" />{title}</a>;
  if (type === 'location') return <button type="button" class="row" onClick={() => locate(chat)}><Icon name="pin" />{title}</button>;
  const once = message.hints?.singleUse ?? message.author.type === 'bot';
  const taken = chosen === id && once;
  return (
    <button type="button" class={`row ${taken ? 'taken' : ''}`} aria-pressed={once && chosen ? taken : undefined} disabled={once && !!chosen} onClick={() => chat.choose(message, id, title)}>
      {taken && <Icon name="check" />}<span dir="auto">{title}</span>
    </button>
  );
}

function locate(chat: Chat): void {
  navigator.geolocation?.getCurrentPosition(
    ({ coords: { latitude, longitude } }) => chat.say({ type: 'location', latitude, longitude }),
    () => chat.set({ notice: chat.words('noLocation') }),
  );
}

function List({ content, chat, message, chosen }: Shown & { content: ListContent }): JSX.Element {
  const sheet = useRef<HTMLDialogElement>(null);
  const once = message.hints?.singleUse ?? message.author.type === 'bot';
  return (
    <>
      <Head {...content} />
      <div class="rows">
        <button type="button" class="row" disabled={once && !!chosen} aria-haspopup="dialog" onClick={() => sheet.current!.showModal()}>
          <Icon name="list" />{content.buttonText || chat.words('choose')}
        </button>
      </div>
      <dialog class="sheet" ref={sheet} aria-label={content.buttonText || chat.words('choose')} onClick={(event) => event.target === sheet.current && sheet.current?.close()}>
        {content.sections.map((section) => (
          <div role="group" aria-label={section.title || undefined}>
            {section.title && <h3 dir="auto">{section.title}</h3>}
            {section.rows.map((row) => (
              <button type="button" class="option" onClick={() => { sheet.current!.close(); chat.choose(message, row.id, row.title); }}>
                <b dir="auto">{row.title}</b>{row.description && <span dir="auto">{row.description}</span>}
              </button>
            ))}
          </div>
        ))}
      </dialog>
    </>
  );
}

function Media({ chat, content, own, seq }: { chat: Chat; content: MediaContent; own: boolean; seq: number }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [broken, setBroken] = useState('');
  const { type, url, caption, width, height } = content;
  /** Links expire: a fresh copy of the message has a fresh one. Once per link. */
  const renew = (): void => {
    if (!url || broken === url) return;
    setBroken(url);
    void refetch(chat, seq).catch(() => undefined);
  };
  const note = caption && <Bubble own={own}><Text own={own} text={caption} /></Bubble>;
  if (!url || type === 'document') return <><FileCard chat={chat} content={content} />{note}</>;
  if (type === 'video') return <><video class="media" src={url} controls preload="metadata" aria-label={caption || chat.words('video')} onError={renew} />{note}</>;
  if (type === 'audio') return <><audio src={url} controls preload="metadata" aria-label={caption || chat.words('audio')} onError={renew} />{note}</>;
  const ratio = width && height ? `${width}/${height}` : '3/2';
  return (
    <>
      <button type="button" class={`picture ${type}`} style={{ aspectRatio: ratio }} aria-label={caption || chat.words('image')} onClick={() => dialog.current!.showModal()}>
        <img src={content.thumbnailUrl ?? url} alt={caption || chat.words('image')} loading="lazy" onError={renew} />
      </button>
      <dialog class="lightbox" ref={dialog} aria-label={caption || chat.words('image')} onClick={() => dialog.current!.close()}>
        <button type="button" class="ib" aria-label={chat.words('close')}><Icon name="close" /></button>
        <img src={url} alt={caption || ''} loading="lazy" />
      </dialog>
      {note}
    </>
  );
}

export const FileCard = ({ chat, content }: { chat: Chat; content: MediaContent }): JSX.Element => {
  const name = content.filename || chat.words('document');
  const size = content.size ?? content.sizeBytes;
  const inside = (
    <>
      <span class="tile" aria-hidden="true">{/\.(\w{1,4})$/.exec(name)?.[1]?.toUpperCase() ?? <Icon name="file" />}</span>
      <span class="about"><b dir="auto">{name}</b>{size ? <span>{fileSize(chat.words, size)}</span> : null}</span>
    </>
  );
  const url = web(content.url);
  if (!url) return <div class="file">{inside}</div>;
  return <a class="file" href={url} target="_blank" rel="noopener" download={name}>{inside}<Icon name="download" label={chat.words('download')} /></a>;
};

function Place({ chat, content, own }: { chat: Chat; content: Extract<Content, { type: 'location' }>; own: boolean }): JSX.Element {
  const { latitude, longitude, name, address } = content;
  return (
    <Bubble own={own}>
      <span class="place"><Icon name="pin" /><span><b dir="auto">{name || chat.words('location')}</b>{address && <span dir="auto">{address}</span>}
        <bdi>{latitude.toFixed(5)}, {longitude.toFixed(5)}</bdi>
        <a href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`} target="_blank" rel="noopener noreferrer">{chat.words('openMap')}</a></span></span>
    </Bubble>
  );
}
