/** Small pieces used all over. */
import type { ComponentChildren, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Person } from '../../wire';
import type { Chat } from '../chat';
import type { Row } from '../view';
import { parse, type Inline } from '../markdown';
import { Icon, type IconName } from './icon';

const TINTS = 8;

/** A stable tint for a name, of the eight in the style sheet. */
function tint(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)!) >>> 0;
  return sum % TINTS;
}

export const initials = (name: string): string =>
  name
    .trim()
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();

/** Decorative: the name always stands beside it or in an accessible name. With `presence` it stands for the business. */
export function Avatar({ person, presence }: { person: Person; presence?: string }): JSX.Element {
  const name = person.name ?? '';
  return (
    <span class={`face ${presence ? 'biz' : `t${tint(name)}`}`} aria-hidden="true">
      {person.avatarUrl ? <img src={person.avatarUrl} alt="" /> : presence ? [...name][0] : initials(name)}
      {presence && <i class={`dot ${presence}`} />}
    </span>
  );
}

interface ButtonProps {
  icon: IconName;
  label: string;
  onClick(): void;
  class?: string;
  disabled?: boolean;
  expanded?: boolean;
}

export const IconButton = ({ icon, label, onClick, class: name = '', disabled, expanded }: ButtonProps): JSX.Element => (
  <button type="button" class={`ib ${name}`} aria-label={label} title={label} onClick={onClick} disabled={disabled} aria-expanded={expanded}>
    <Icon name={icon} />
  </button>
);

const draw = (parts: Inline[]): ComponentChildren =>
  parts.map((part) => {
    if (typeof part === 'string') return part;
    if (part.tag === 'a') return <a href={part.href} target="_blank" rel="noopener noreferrer nofollow">{draw(part.children)}</a>;
    const Tag = part.tag;
    return <Tag>{draw(part.children)}</Tag>;
  });

const blocks = (text: string): ComponentChildren =>
  parse(text).map((block) => {
    if (block.tag === 'pre') return <pre tabIndex={0}>{block.text}</pre>;
    if (block.tag === 'p') return <p dir="auto">{draw(block.children)}</p>;
    const List = block.tag;
    return <List>{block.items.map((item) => <li dir="auto">{draw(item)}</li>)}</List>;
  });

/** Text with the safe formatting, or the visitor's own as it was typed; direction follows the text itself. */
export const Text = ({ text, own }: { text: string; own?: boolean }): JSX.Element => (
  <div class="md" dir="auto">{useMemo(() => (own ? <p dir="auto">{text}</p> : blocks(text)), [text])}</div>
);

export interface Shown extends Row {
  chat: Chat;
}

export const Bubble = ({ own, children }: { own: boolean; children: ComponentChildren }): JSX.Element => (
  <div class={`bubble linktor-message-${own ? 'visitor' : 'agent'}`} part={`message-${own ? 'visitor' : 'agent'}`}>
    {children}
  </div>
);
