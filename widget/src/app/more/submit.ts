/** What forms and the menu send. Each resolves with the complaints about fields, if there are any. */
import type { Ack, WireMessage } from '../../wire';
import type { Chat } from '../chat';
import { ApiError } from '../kit';
import type { Values } from './fields';

export type Complaints = Record<string, string> | undefined;

/** The form before the chat. What was typed before it is sent after it. */
export async function prechat(chat: Chat, fields: Values, consent: boolean, elapsed: number): Promise<Complaints> {
  if (consent) void chat.consent(true);
  await chat.connect();
  const complaints = await complaintsOf(chat.api.call('POST', '/prechat', { fields, consent, hp: '', elapsed }));
  if (complaints) return complaints;
  chat.prechatDone = true;
  chat.sender.held = false;
  chat.set({ gate: null });
  chat.core.emit('prechat', { fields });
  chat.enterThread();
  chat.flush();
  return undefined;
}

/** A message left outside opening hours; the same `clientMessageId` may be sent again. */
export async function leave(chat: Chat, fields: Values, clientMessageId: string, consent: boolean, elapsed: number): Promise<Complaints> {
  if (consent) void chat.consent(true);
  await chat.connect();
  const sending = chat.api.call<Ack>('POST', '/offline', { clientMessageId, fields, hp: '', elapsed });
  const complaints = await complaintsOf(sending);
  if (complaints) return complaints;
  const ack = await sending;
  chat.sent({ clientMessageId, content: { type: 'text', text: String(fields['message'] ?? '') }, sentAt: ack.timestamp }, ack);
  chat.acknowledged(ack);
  chat.set({ thanked: true, gate: null });
  chat.enterThread();
  return undefined;
}

export async function transcript(chat: Chat, email?: string): Promise<void> {
  await chat.api.call('POST', '/transcript', email ? { email } : {});
}

/** Saves what was said as a file in the visitor's own computer. */
export async function save(chat: Chat): Promise<void> {
  const url = URL.createObjectURL(new Blob([await chat.api.text('/transcript')], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'chat.txt';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url));
}

/** Fetches one message again: its links had expired. */
export async function refetch(chat: Chat, seq: number): Promise<void> {
  const { messages } = await chat.api.call<{ messages: WireMessage[] }>('GET', `/messages?after=${seq - 1}&limit=1`);
  if (messages[0]) chat.timeline.replace(messages[0]);
  chat.set({});
}

async function complaintsOf(sending: Promise<unknown>): Promise<Complaints> {
  try {
    await sending;
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.detail.fields ?? { '': error.code };
    throw error;
  }
}
