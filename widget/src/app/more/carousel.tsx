/** Cards in a row that scrolls sideways, with buttons for those who do not swipe. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Card } from '../../wire';
import { IconButton, type Shown } from '../kit';
import { Choice } from './content';

const CARDS_MAX = 10;

const picture = ({ imageUrl, image }: Card): string | undefined => imageUrl ?? image?.url;

export function Carousel({ cards, ...shown }: Shown & { cards: Card[] }): JSX.Element {
  const { words } = shown.chat;
  const strip = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const list = cards.slice(0, CARDS_MAX);
  const step = (): number => (strip.current!.firstElementChild as HTMLElement).offsetWidth + 8;
  const go = (index: number): void => {
    const sign = getComputedStyle(strip.current!).direction === 'rtl' ? -1 : 1;
    strip.current!.scrollTo({ left: sign * index * step() });
  };
  const scrolled = (): void => {
    const { scrollLeft, scrollWidth, clientWidth } = strip.current!;
    const end = Math.abs(scrollLeft) >= scrollWidth - clientWidth - 2;
    setAt(end ? list.length - 1 : Math.round(Math.abs(scrollLeft) / step()));
  };
  return (
    <div class="carousel" role="group">
      <div class="strip" ref={strip} onScroll={scrolled} tabIndex={0} role="group" aria-label={words('cardOf', { n: at + 1, total: list.length })}>
        {list.map((card, index) => (
          <div class="card" role="group" aria-label={words('cardOf', { n: index + 1, total: list.length })}>
            {picture(card) && <img src={picture(card)} alt="" loading="lazy" />}
            <b dir="auto">{card.title}</b>
            {card.description && <p dir="auto">{card.description}</p>}
            {card.buttons?.map((button) => <Choice {...shown} button={button} />)}
          </div>
        ))}
      </div>
      {list.length > 1 && (
        <div class="steps">
          <IconButton icon="back" label={words('previous')} class="turn" onClick={() => go(Math.max(0, at - 1))} disabled={!at} />
          {list.map((_, index) => <i class={index === at ? 'on' : ''} />)}
          <IconButton icon="forward" label={words('next')} class="turn" onClick={() => go(at + 1)} disabled={at === list.length - 1} />
        </div>
      )}
    </div>
  );
}
