/**
 * A stand-in for the server's WebChat side, for driving the widget in a browser: real files, real WebSocket, long poll, exact
 * sequence numbers. It also plays the agent and the broken network, through `agent` and `faults` of the returned object.
 */
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const MARINA = { type: 'agent', name: 'Marina', avatarUrl: null };
const TYPES = { js: 'text/javascript; charset=utf-8', json: 'application/json' };

export const DEFAULT_CONFIG = {
  channelId: 'ch_1',
  name: 'Aurora Coffee',
  theme: { primaryColor: '#5450D6', headerText: 'Aurora Coffee', size: 'standard', borderRadius: 16 },
  defaultLanguage: 'en',
  availability: { state: 'online', nextOpenAt: null, replyTime: 'minutes', replyMinutes: 3 },
  team: [{ name: 'Marina Costa' }, { name: 'Rafael Lima' }, { name: 'Beatriz Nunes' }],
  starters: [
    { id: 's1', title: 'Where is my order?', icon: 'box' },
    { id: 's2', title: 'Help me choose a coffee', icon: 'cup' },
    { id: 's3', title: 'Return or refund', icon: 'undo' },
  ],
  fileUpload: { enabled: true, maxSize: 10_485_760, allowedTypes: ['image/*', 'application/pdf', 'text/plain'], multiple: true },
  offline: { enabled: true },
  emailTranscript: true,
  privacy: { policyUrl: '/privacy' },
};

export async function startMock(overrides = {}) {
  const config = { ...structuredClone(DEFAULT_CONFIG), ...overrides.config };
  const html = overrides.page ?? ((snippet) => `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width,initial-scale=1"><title>Shop</title></head><body>${snippet}</body></html>`);
  const csp = overrides.csp;
  const faults = { down: false, dropAcks: 0, noSocket: false };
  const log = [];
  const visitors = new Map();
  const sockets = new Set();
  const uploads = new Map();
  let counter = 0;
  let prechatRequired = !!overrides.prechatRequired;
  const now = () => new Date().toISOString();
  const next = (prefix) => `${prefix}_${String(++counter).padStart(4, '0')}`;

  const visitorOf = (token) => visitors.get(token);
  const newest = (visitor) => visitor.events.length;
  const stateOf = (visitor) => ({
    sessionId: visitor.sessionId, serverTime: now(), heartbeat: 25, unread: visitor.events.filter((e) => e.type === 'message' && e.payload.author.type !== 'visitor' && e.seq > visitor.read).length,
    conversation: visitor.conversation, agents: visitor.conversation?.assignee ? [visitor.conversation.assignee] : [], availability: config.availability, agentTyping: false, lastReadByAgentSeq: visitor.agentRead,
  });
  function push(visitor, type, payload) {
    const event = { type, seq: newest(visitor) + 1, payload };
    visitor.events.push(event);
    if (!faults.down) for (const socket of sockets) if (socket.visitor === visitor) socket.send(JSON.stringify(event));
    visitor.waiters.splice(0).forEach((wake) => wake());
    return event;
  }
  function receive(visitor, payload) {
    const known = visitor.sent.get(payload.clientMessageId);
    if (known) return { ...known, duplicate: true };
    if (prechatRequired && !visitor.prechat) throw { status: 409, code: 'prechat_required' };
    visitor.conversation ??= { id: next('conv'), status: 'open', assignee: null };
    if (payload.content.type === 'reaction') {
      const { targetId, emoji } = payload.content;
      const event = push(visitor, 'message.updated', { id: targetId, reactions: emoji ? [{ emoji, by: 'visitor' }] : [] });
      const ack = { clientMessageId: payload.clientMessageId, messageId: targetId, seq: event.seq, conversationId: visitor.conversation.id, timestamp: now(), duplicate: false };
      visitor.sent.set(payload.clientMessageId, ack);
      return ack;
    }
    const content = payload.content.fileId ? { ...payload.content, ...uploads.get(payload.content.fileId) } : payload.content;
    const id = next('msg');
    const timestamp = now();
    const event = push(visitor, 'message', { id, author: { type: 'visitor', name: null }, content, timestamp, clientMessageId: payload.clientMessageId, replyTo: payload.replyTo ?? null });
    const ack = { clientMessageId: payload.clientMessageId, messageId: id, seq: event.seq, conversationId: visitor.conversation.id, timestamp, duplicate: false };
    visitor.sent.set(payload.clientMessageId, ack);
    return ack;
  }

  const body = async (request) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    return Buffer.concat(parts);
  };

  async function api(request, url, answer) {
    const path = url.pathname.replace(/^\/webchat\/v1\/[^/]+/, '');
    const token = request.headers.authorization?.replace('Bearer ', '');
    const raw = await body(request);
    const json = () => JSON.parse(raw.toString() || '{}');
    log.push({ method: request.method, path: path + url.search, body: request.headers['content-type']?.includes('json') ? json() : undefined });
    const fail = (status, code, more) => answer(status, { error: { code, message: code, ...more } });
    if (path === '/config') return overrides.refuse ? fail(403, overrides.refuse) : answer(200, config);
    const create = (user) => {
        const given = next('wct');
        const visitor = { user, token: given, sessionId: next('wcs'), visitorId: next('vis'), events: [], sent: new Map(), waiters: [], read: 0, delivered: 0, agentRead: 0, conversation: null, prechat: false, frames: [] };
        visitors.set(given, visitor);
        overrides.onVisitor?.(visitor);
        return visitor;
    };
    if (path === '/session' && request.method === 'POST') {
      let visitor = visitorOf(token);
      const { user } = json();
      // A proved identity other than the session's own is another visitor.
      if (visitor?.user && user && visitor.user !== user.id) visitor = undefined;
      const resumed = !!visitor;
      visitor ??= create(user?.id);
      const given = resumed ? undefined : visitor.token;
      return answer(resumed ? 200 : 201, {
        token: given, visitorId: visitor.visitorId, verified: !!visitor.user, resumed, reason: token && !resumed ? 'token_invalid' : undefined, cursor: newest(visitor),
        prechatRequired: prechatRequired && !visitor.prechat, features: { upload: true, typing: true }, ...stateOf(visitor),
      });
    }
    const visitor = visitorOf(token);
    if (!visitor) return fail(401, 'token_invalid');
    const route = `${request.method} ${path}`;
    if (route === 'PATCH /session') {
      const { user } = json();
      const other = user && visitor.user && visitor.user !== user.id ? create(user.id) : undefined;
      const present = other ?? visitor;
      if (user) present.user = user.id;
      return answer(200, { token: other?.token, visitorId: present.visitorId, verified: !!present.user, resumed: !other, cursor: newest(present), ...stateOf(present) });
    }
    if (route === 'DELETE /session') {
      visitors.delete(token);
      for (const socket of sockets) if (socket.visitor === visitor) socket.close(4010);
      return answer(204);
    }
    if (route === 'GET /messages') {
      const limit = Number(url.searchParams.get('limit') ?? 50);
      const before = Number(url.searchParams.get('before') ?? Infinity);
      const after = Number(url.searchParams.get('after') ?? 0);
      const messages = visitor.events.filter((e) => e.type === 'message' && e.seq < before && e.seq > after).map((e) => ({
        seq: e.seq, ...e.payload, status: e.payload.author.type === 'visitor' ? (e.seq <= visitor.agentRead ? 'read' : 'sent') : undefined,
      }));
      const page = url.searchParams.has('after') ? messages.slice(0, limit) : messages.slice(-limit);
      return answer(200, { messages: page, hasMore: page.length < messages.length, cursor: newest(visitor) });
    }
    if (route === 'GET /poll') {
      const after = Number(url.searchParams.get('after'));
      if (newest(visitor) <= after && Number(url.searchParams.get('wait'))) {
        await Promise.race([new Promise((wake) => visitor.waiters.push(wake)), new Promise((wake) => setTimeout(wake, 25_000).unref())]);
      }
      return answer(200, { events: visitor.events.slice(after), cursor: newest(visitor), reset: false, state: stateOf(visitor) });
    }
    try {
      if (route === 'POST /messages') return answer(201, receive(visitor, json()));
      if (route === 'POST /offline') return answer(200, receive(visitor, { clientMessageId: json().clientMessageId, content: { type: 'text', text: json().fields.message } }));
    } catch (error) {
      return fail(error.status ?? 500, error.code ?? 'internal');
    }
    if (route === 'POST /prechat') {
      visitor.prechat = true;
      visitor.fields = json().fields;
      return answer(200, {});
    }
    if (route === 'POST /uploads') {
      const text = raw.toString('latin1');
      const name = /filename="([^"]*)"/.exec(text)?.[1] ?? 'file';
      const type = /filename="[^"]*"\r\nContent-Type: ([^\r]*)/.exec(text)?.[1] ?? 'application/octet-stream';
      const start = text.indexOf('\r\n\r\n', text.indexOf('filename=')) + 4;
      const data = raw.subarray(start, raw.indexOf('\r\n--', start));
      const fileId = next('fil');
      const file = { fileId, mimeType: type, filename: name, size: data.length, url: `/webchat/files/${fileId}`, data };
      uploads.set(fileId, file);
      const { data: _, ...shown } = file;
      return answer(201, shown);
    }
    if (route === 'POST /read') visitor.read = json().seq;
    if (route === 'POST /read' || route === 'POST /typing' || route === 'POST /events') {
      visitor.frames.push({ type: path.slice(1), payload: json() });
      return answer(200, {});
    }
    if (route === 'POST /transcript') return answer(202, {});
    if (route === 'GET /transcript') return answer(200, 'a copy');
    return fail(404, 'not_found');
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const cors = { 'Access-Control-Allow-Origin': request.headers.origin ?? '*', 'Access-Control-Allow-Headers': 'authorization,content-type', 'Access-Control-Allow-Methods': 'GET,POST,PATCH,DELETE' };
    const answer = (status, value) => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...cors });
      response.end(value === undefined ? undefined : JSON.stringify(value));
    };
    if (request.method === 'OPTIONS') return response.writeHead(204, cors).end();
    if (faults.down && url.pathname.startsWith('/webchat')) return request.socket.destroy();
    try {
      if (url.pathname.startsWith('/webchat/v1/')) return await api(request, url, answer);
      if (url.pathname.startsWith('/webchat/files/')) {
        const file = uploads.get(url.pathname.slice(15));
        if (!file) return answer(404, {});
        response.writeHead(200, { 'Content-Type': file.mimeType });
        return response.end(file.data);
      }
      const manifest = JSON.parse(await readFile(join(dist, 'manifest.json'), 'utf8'));
      const asset = /^\/v1\/(linktor\.js|widget\/([0-9a-f]+)\/(.+))$/.exec(url.pathname);
      if (asset) {
        const name = asset[3] ? (asset[2] === manifest.hash ? (manifest.files[asset[3]] ?? 'gone') : 'gone') : manifest.loader;
        const text = await readFile(join(dist, name)).catch(() => undefined);
        if (!text) return answer(404, {});
        response.writeHead(200, { 'Content-Type': TYPES[name.split('.').pop()], 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin', 'Cache-Control': 'no-store' });
        return response.end(text);
      }
      if (overrides.static?.[url.pathname]) {
        const [type, data] = overrides.static[url.pathname];
        response.writeHead(200, { 'Content-Type': type });
        return response.end(data);
      }
      const snippet = url.pathname.startsWith('/chat/')
        ? `<style>html,body,#linktor-chat{height:100%;margin:0}</style><div id="linktor-chat"></div><script async src="/v1/linktor.js" data-channel-id="ch_1" data-target="#linktor-chat" data-full-page></script>`
        : url.pathname === '/blank' ? '' : `<script>window.linktor=window.linktor||function(){(linktor.q=linktor.q||[]).push(arguments)};linktor('init',${JSON.stringify({ channelId: 'ch_1', ...overrides.init })});</script><script async src="/v1/linktor.js"></script>`;
      response.writeHead(200, { 'Content-Type': 'text/html', ...(csp ? { 'Content-Security-Policy': csp } : {}) });
      response.end(html(snippet, url));
    } catch (error) {
      console.error(error);
      if (!response.headersSent) answer(500, { error: { code: 'internal' } });
    }
  });

  const wss = new WebSocketServer({ noServer: true, handleProtocols: () => 'linktor.v1' });
  server.on('upgrade', (request, socket, head) => {
    if (faults.down || faults.noSocket) return socket.destroy();
    wss.handleUpgrade(request, socket, head, (line) => {
      sockets.add(line);
      line.on('close', () => sockets.delete(line));
      line.on('message', (data) => hear(line, JSON.parse(data.toString())));
    });
  });
  function hear(line, frame) {
    if (faults.down) return;
    const { type, id, payload } = frame;
    const say = (value) => line.send(JSON.stringify(value));
    log.push({ method: 'WS', path: type, body: payload });
    if (type === 'hello') {
      const visitor = visitorOf(payload.token);
      if (!visitor) return line.close(4001);
      line.visitor = visitor;
      say({ type: 'welcome', ref: id, payload: { ...stateOf(visitor), cursor: newest(visitor), reset: false, missed: newest(visitor) - payload.cursor } });
      visitor.events.slice(payload.cursor).forEach(say);
      return;
    }
    const { visitor } = line;
    visitor?.frames.push(frame);
    if (type === 'ping') say({ type: 'pong', payload: { serverTime: now() } });
    else if (type === 'sync') visitor.events.slice(payload.after).forEach(say);
    else if (type === 'read') visitor.read = Math.max(visitor.read, payload.seq);
    else if (type === 'message.send') {
      try {
        const ack = receive(visitor, payload);
        if (faults.dropAcks-- > 0) return line.terminate();
        say({ type: 'ack', ref: id, payload: ack });
        overrides.onMessage?.(visitor, payload, agent);
      } catch (error) {
        say({ type: 'error', ref: id, payload: { code: error.code ?? 'internal' } });
      }
    }
  }

  const agent = {
    visitor: () => [...visitors.values()].at(-1),
    say: (content, author = MARINA, more = {}) => push(agent.visitor(), 'message', { id: next('msg'), author, content: typeof content === 'string' ? { type: 'text', text: content } : content, timestamp: now(), clientMessageId: null, replyTo: null, ...more }),
    read() {
      const visitor = agent.visitor();
      visitor.agentRead = newest(visitor);
      return push(visitor, 'receipt', { upTo: visitor.agentRead, status: 'read' });
    },
    join() {
      const visitor = agent.visitor();
      visitor.conversation = { ...(visitor.conversation ?? { id: next('conv') }), status: 'open', assignee: MARINA };
      push(visitor, 'conversation', visitor.conversation);
      agent.transient('presence', { agents: [MARINA] });
    },
    transient: (type, payload) => sockets.forEach((socket) => socket.send(JSON.stringify({ type, payload }))),
    closeSockets: (code) => sockets.forEach((socket) => socket.close(code)),
    dropSockets: () => sockets.forEach((socket) => socket.terminate()),
  };
  await new Promise((ready) => server.listen(overrides.port ?? 0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    agent, faults, log, visitors, config,
    setPrechat: (value) => (prechatRequired = value),
    async stop() {
      sockets.forEach((socket) => socket.terminate());
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
