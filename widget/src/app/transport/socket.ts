/** A line over a WebSocket: hello, welcome, frames both ways, heartbeats so that a dead network is noticed. */
import { parse } from '../../json';
import type { Frame, Welcome } from '../../wire';
import type { ConnectionHost, Line, LineEvents } from './connection';

const WELCOME_MS = 10_000;
const PING_MS = 25_000;
/** A ping that is not answered for so long: nobody is there any more, even if nothing was closed. */
const ANSWER_MS = 15_000;
const TICK_MS = 1_000;

export function startSocket(host: ConnectionHost, events: LineEvents): Line {
  let socket: WebSocket | undefined;
  let opened = false;
  let over = false;
  const begun = Date.now();
  let heard = begun;
  let sent = begun;
  /** When the ping was sent that is not answered yet. Silence counts from then: hidden pages wake up once a minute. */
  let asked = 0;

  const end = (code: number): void => {
    if (over) return;
    over = true;
    clearInterval(watch);
    events.onEnd(opened, code);
  };
  const send = (frame: Frame): void => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    sent = Date.now();
    socket.send(JSON.stringify(frame));
  };
  const drop = (code: number): void => {
    end(code);
    try {
      socket?.close(1000);
    } catch {
      // Was not open yet.
    }
  };
  const watch = setInterval(() => {
    const now = Date.now();
    if (opened ? asked && now - asked > ANSWER_MS : now - begun > WELCOME_MS) drop(1006);
    else if (opened && !asked && now - Math.min(heard, sent) >= PING_MS) {
      asked = now;
      send({ type: 'ping', payload: {} });
    }
  }, TICK_MS);

  try {
    socket = new WebSocket(host.socketUrl(), 'linktor.v1');
  } catch {
    setTimeout(() => end(1006));
    return { send, close: () => drop(1000) };
  }
  socket.onopen = () => send({ type: 'hello', id: 'hello', payload: host.hello() });
  socket.onclose = (event) => end(event.code);
  socket.onmessage = ({ data }) => {
    if (over) return;
    heard = Date.now();
    asked = 0;
    const frame = read(data);
    if (!frame || frame.type === 'pong') return;
    if (frame.type === 'welcome') {
      opened = true;
      events.onWelcome(frame.payload as Welcome);
    } else if (frame.type === 'error' && frame.ref === 'hello') {
      drop(/^token/.test(frame.payload.code) ? 4001 : frame.payload.code === 'upgrade_required' ? 4026 : 4003);
    } else events.onFrame(frame);
  };
  return { send, close: () => drop(1000) };
}

function read(data: unknown): Frame | undefined {
  try {
    const frame = parse(data as string) as Frame;
    return typeof frame.type === 'string' ? { ...frame, payload: frame.payload ?? {} } : undefined;
  } catch {
    return undefined;
  }
}
