/** What the screen is drawn from. */
import type { Author, Availability, Conversation, Person } from '../wire';
import type { LinkState } from './transport/connection';

export type Gate = 'prechat' | 'offline' | 'consent';

export interface State {
  open: boolean;
  /** Whether the conversation is shown, or the first view. */
  thread: boolean;
  link: LinkState;
  /** Attempts without a connection since the last success, for how much to tell the visitor. */
  failures: number;
  unread: number;
  conversation: Conversation | null;
  availability: Availability;
  typing: Author | null;
  /** Whoever answers in the conversation, while that person is here. */
  agents: Person[];
  /** Shown instead of composer and messages. */
  gate: Gate | null;
  /** The offline form was sent. */
  thanked: boolean;
  /** History is being fetched. */
  loading: boolean;
  proactive: { id: string; text: string; author: Author } | null;
  /** A passing line below the header. */
  notice: string;
  /** The visitor wants a copy by mail and we have no address. */
  asking: boolean;
  /** The visitor is asked whether everything shall be deleted. */
  deleting: boolean;
}

export const initial = (thread: boolean, availability: Availability): State => ({
  open: false, thread, link: 'idle', failures: 0, unread: 0, conversation: null, availability, typing: null, agents: [], gate: null, thanked: false,
  loading: false, proactive: null, notice: '', asking: false, deleting: false,
});
