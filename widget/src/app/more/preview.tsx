/** The bubble above the launcher while the panel is closed: a new message, or a proactive one. Never takes focus. */
import type { JSX } from 'preact';
import type { Person, QuickReply } from '../../wire';
import { Avatar, IconButton } from '../kit';

export interface PreviewProps {
  person: Person;
  text: string;
  replies?: QuickReply[];
  onOpen(): void;
  onReply?(reply: QuickReply): void;
  onClose(): void;
}

const REPLIES_MAX = 2;

export const Preview = ({ person, text, replies = [], onOpen, onReply, onClose, closeLabel }: PreviewProps & { closeLabel: string }): JSX.Element => (
  <div class="linktor-preview" part="preview" role="status">
    <button type="button" class="body" onClick={onOpen}>
      <span class="who"><Avatar person={person} /><b>{person.name}</b></span>
      <span class="words" dir="auto">{text}</span>
    </button>
    <IconButton icon="close" class="close" label={closeLabel} onClick={onClose} />
    {replies.length > 0 && (
      <div class="chips">{replies.slice(0, REPLIES_MAX).map((reply) => <button type="button" class="chip" onClick={() => onReply?.(reply)}>{reply.title}</button>)}</div>
    )}
  </div>
);
