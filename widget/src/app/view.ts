/** What the thread shows, computed from timeline, outbox and uploads: pure, so that it can be tested. */
import type { QuickReply } from '../wire';
import { dayOf } from './format';
import type { Entry } from './outbox';
import { isTheirs } from './reading';
import type { Message } from './timeline';

export interface Row {
  message: Message;
  /** First message of its day, other than today's first in an otherwise empty view. */
  day: boolean;
  /** Last of a run by one author within a minute: carries author, time and receipt. */
  last: boolean;
  /** What the visitor chose from it. */
  chosen: string | undefined;
}

const GROUP_MS = 60_000;

export function rows(messages: Message[], outbox: Entry[], now: number): Row[] {
  const shown = messages.filter(({ content }) => content?.type !== 'reaction');
  const choices = new Map<string, string>();
  for (const { content } of [...messages, ...outbox]) if (content?.type === 'postback') choices.set(content.sourceMessageId ?? '', content.payload);
  return shown.map((message, at) => {
    const before = shown[at - 1];
    const after = shown[at + 1];
    return {
      message,
      day: before ? dayOf(before.timestamp) !== dayOf(message.timestamp) : dayOf(message.timestamp) !== dayOf(now),
      last: !after || !together(message, after),
      chosen: message.chosen ?? choices.get(message.id),
    };
  });
}

function together(a: Message, b: Message): boolean {
  const gap = Date.parse(b.timestamp) - Date.parse(a.timestamp);
  return a.author.type === b.author.type && a.author.name === b.author.name && gap < GROUP_MS;
}

const CHIPS_MAX = 13;

/** Quick replies belong to the newest message and go when the visitor has answered. */
export function quickReplies(messages: Message[], outbox: Entry[]): { message: Message; replies: QuickReply[] } | undefined {
  const message = messages.findLast(({ author }) => author.type !== 'system');
  if (!message || outbox.length || !isTheirs(message) || message.content?.type !== 'text') return undefined;
  const replies = message.content.quickReplies?.slice(0, CHIPS_MAX);
  return replies?.length ? { message, replies } : undefined;
}

/** One line of text for cards and previews. */
export function summary({ content, fallbackText }: Pick<Message, 'content' | 'fallbackText'>): string {
  if (!content) return fallbackText ?? '';
  if ('text' in content && content.text) return content.text.replace(/[*_`]+/g, '');
  if (content.type === 'postback') return content.title ?? '';
  if ('caption' in content && content.caption) return content.caption;
  if ('filename' in content && content.filename) return content.filename;
  return fallbackText ?? '';
}
