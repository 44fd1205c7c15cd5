/** A line by long polling and REST calls, for networks that let no WebSocket through. Speaks the same frames. */
import type { Frame, Welcome } from '../../wire';
import { ApiError } from '../kit';
import type { ConnectionHost, Line, LineEvents } from '../transport/connection';

interface PollAnswer {
  events: Frame[];
  cursor: number;
  reset?: boolean;
  state: Partial<Welcome>;
}

const WAIT_S = 25;
/** Nothing to say to a server that cannot push: it sees us by the poll itself. */
const SILENT = /^(ping|sync|hello)$/;
const OWN_ROUTE: Record<string, string> = { read: '/read', typing: '/typing' };

export function startPoll(host: ConnectionHost, events: LineEvents): Line {
  const stop = new AbortController();
  const { api } = host;
  let opened = false;
  let cursor = host.hello().cursor;

  const send = async ({ type, id, payload }: Frame): Promise<void> => {
    if (SILENT.test(type)) return;
    try {
      if (type === 'message.send') events.onFrame({ type: 'ack', ref: id, payload: await api.call('POST', '/messages', payload, stop.signal) });
      else if (OWN_ROUTE[type]) await api.call('POST', OWN_ROUTE[type]!, payload, stop.signal);
      else await api.call('POST', '/events', { type, payload }, stop.signal);
    } catch (error) {
      if (error instanceof ApiError) events.onFrame({ type: 'error', ref: id, payload: error.detail });
    }
  };

  const loop = async (): Promise<void> => {
    for (let wait = 0; !stop.signal.aborted; wait = WAIT_S) {
      const answer = await api.call<PollAnswer>('GET', `/poll?after=${cursor}&wait=${wait}`, undefined, stop.signal);
      // Full state comes with every answer, so each one is a welcome.
      events.onWelcome({ ...answer.state, cursor: answer.cursor, reset: !!answer.reset });
      opened = true;
      answer.events.forEach((event) => events.onFrame(event));
      // After a reset the history is being fetched; until then the server's word counts.
      cursor = answer.reset ? answer.cursor : host.hello().cursor;
    }
  };

  loop().catch((error: unknown) => {
    if (stop.signal.aborted) return;
    const { status, code } = error instanceof ApiError ? error : { status: 0, code: 'network' };
    events.onEnd(opened, status === 401 ? 4001 : status === 403 ? 4003 : code === 'rate_limited' ? 4008 : 1006);
  });
  return { send: (frame) => void send(frame), close: () => stop.abort() };
}
