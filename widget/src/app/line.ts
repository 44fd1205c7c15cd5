/** The line as the chat hears it: one connection for all tabs, and what each of its frames changes. */
import type { Ack, Frame, SessionAnswer, Welcome } from '../wire';
import type { Chat } from './chat';
import { pageInfo } from './page';
import { Connection, type LinkState } from './transport/connection';
import { Hub } from './transport/hub';

export function lineOf(chat: Chat): Hub {
  const { signal } = chat.core;
  const connection = new Connection(
    {
      api: chat.api,
      socketUrl: () => chat.session.answer?.ws ?? chat.api.base.replace(/^http/, 'ws') + '/ws',
      poll: () => chat.parts.get(true)?.startPoll,
      hello: () => ({
        protocol: 1, sdk: chat.core.version, token: chat.api.token ?? '', cursor: chat.timeline.cursor,
        visible: !document.hidden, locale: chat.core.language, page: pageInfo(chat.core),
      }),
      onWelcome: (welcome) => hub.welcomed(welcome),
      onFrame: (frame) => hub.received(frame),
      onState: (link) => hub.changed(link),
      onUnauthorized: () => chat.renew(),
      onRefused: (code) => chat.refused(code),
    },
    signal,
  );
  const hub = new Hub(
    `linktor:${chat.core.options.channelId}`,
    connection,
    {
      onWelcome: (welcome) => welcomed(chat, welcome),
      onFrame: (frame) => {
        if (frame.payload?.retryAfter) connection.holdOff(frame.payload.retryAfter);
        received(chat, frame);
      },
      onState: (link) => changed(chat, link),
      onOutbox: (entries) => {
        chat.outbox.adopt(entries);
        chat.sender.pump();
      },
      onSession: () => chat.moved(),
    },
    signal,
  );
  return hub;
}

function changed(chat: Chat, link: LinkState): void {
  if (link !== 'online') chat.sender.pause();
  const came = link === 'online' && chat.state.link !== 'online';
  chat.set({ link, failures: link === 'online' ? 0 : chat.state.failures + (link === 'failing' ? 1 : 0) });
  if (!came) return;
  chat.presence();
  chat.flush();
}

function welcomed(chat: Chat, welcome: Welcome): void {
  const { conversation, availability, agents, agentTyping, lastReadByAgentSeq, unread } = welcome;
  if (welcome.reset) void chat.reload().catch(() => undefined);
  if (lastReadByAgentSeq) chat.timeline.receipt(lastReadByAgentSeq, 'read');
  chat.reading.welcomed(welcome.cursor);
  chat.typing.theirs(typeof agentTyping === 'object' ? agentTyping : null);
  chat.set({
    unread: unread ?? chat.state.unread,
    conversation: conversation ?? null,
    availability: { ...chat.state.availability, ...availability },
    agents: agents ?? [],
  });
  chat.reading.check();
}

function received(chat: Chat, frame: Frame): void {
  const { type, payload } = frame;
  if (type === 'ack') chat.acknowledged(payload as Ack);
  else if (type === 'error') refused(chat, frame.ref, payload);
  else if (type === 'typing') chat.typing.theirs(payload.state === 'start' ? payload.author : null);
  else if (type === 'availability') chat.set({ availability: payload });
  else if (type === 'presence') chat.set({ agents: payload.agents });
  else if (type === 'session.updated') void chat.adopt(chat.session.updated(payload as SessionAnswer));
  else if (type === 'reload') void chat.core.reload();
  else if (frame.seq !== undefined) take(chat, frame);
}

/** An event of the conversation: it joins the timeline, or tells what is missing before it. */
export function take(chat: Chat, frame: Frame): void {
  const verdict = chat.timeline.apply(frame);
  if (verdict === 'gap') chat.hub.send({ type: 'sync', payload: { after: chat.timeline.cursor } });
  else if (verdict === 'overflow') void chat.reload().catch(() => undefined);
  if (frame.type === 'conversation' && verdict !== 'ignored') {
    chat.set({ conversation: frame.payload });
    chat.core.emit('conversation', { id: frame.payload.id, status: frame.payload.status });
  }
  if (verdict !== 'applied') return;
  settle(chat);
  chat.reading.arrived();
  chat.redraw();
}

/**
 * Remembers how far the timeline is. A message of ours that is in it has arrived, whoever sent it and whether or not we were
 * told.
 */
export function settle(chat: Chat): void {
  for (const { clientMessageId, id, seq, timestamp } of chat.timeline.messages) {
    if (clientMessageId && chat.outbox.find(clientMessageId)) chat.sender.acknowledged({ clientMessageId, messageId: id, seq, timestamp });
  }
  chat.core.store.set({ cursor: chat.timeline.cursor });
}

function refused(chat: Chat, ref: Frame['ref'], payload: Frame['payload']): void {
  const { code } = payload;
  if (chat.sender.refused(ref, payload)) return;
  if (code === 'identity_unverified') chat.core.emit('identity', { verified: false, error: code });
  else chat.core.emit('error', { code });
}
