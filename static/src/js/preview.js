// The frame of the preview: the real widget, with a server played here. Nothing leaves the frame, and
// nothing is stored: the chat has a name no other page of this browser knows.
const CHANNEL = 'preview', ENTER_MS = 100, OFFLINE_MS = [500, 1_500, 3_000];
const AUTHOR = { type: 'agent', name: 'Marina Costa', avatarUrl: null };
const TALK = {
  en: ['Where is my order?', 'On its way. It arrives tomorrow between 9 and 12.'],
  'pt-BR': ['Onde est\u{e1} meu pedido?', 'A caminho. Chega amanh\u{e3} entre 9 e 12 h.'],
  es: ['\u{bf}D\u{f3}nde est\u{e1} mi pedido?', 'En camino. Llega ma\u{f1}ana entre las 9 y las 12.'],
  ar: ['\u{623}\u{64a}\u{646} \u{637}\u{644}\u{628}\u{64a}\u{61f}', '\u{641}\u{64a} \u{627}\u{644}\u{637}\u{631}\u{64a}\u{642}.'],
};

function play({ config, state, language }) {
  const [question, answer] = TALK[language] ?? TALK.en;
  let seq = 0;
  const message = (author, text, more) => ({ seq: (seq += 1), id: `msg_${seq}`, author, content: { type: 'text', text }, fallbackText: text, timestamp: new Date().toISOString(), edited: false, ...more });
  const visitor = { type: 'visitor', name: null, avatarUrl: null };
  const open = state === 'away' ? { state: 'offline', nextOpenAt: monday() } : { replyTime: 'minutes', replyMinutes: 3, ...config.availability, state: 'online' };
  const told = { ...config, channelId: CHANNEL, apiBaseUrl: location.origin, availability: open };
  if (state !== 'proactive') told.proactiveMessages = [];
  const history = state === 'talk' || state === 'lost' ? [message(visitor, question, { status: 'read' }), message(AUTHOR, answer)] : [];
  const conversation = history.length ? { id: 'conv_1', status: 'open', assignee: AUTHOR } : null;
  const session = () => ({ token: 'wct_preview', sessionId: 'wcs_1', visitorId: 'vis_1', verified: false, resumed: history.length > 0, cursor: seq, unread: 0, prechatRequired: state === 'form' && Boolean(config.preChatForm?.enabled), conversation, availability: open, features: { upload: true, typing: true }, serverTime: new Date().toISOString() });
  const ack = (payload) => ({ clientMessageId: payload.clientMessageId, messageId: `msg_${seq + 1}`, seq: (seq += 1), conversationId: 'conv_1', timestamp: new Date().toISOString(), duplicate: false });
  const answers = {
    '/config': () => told,
    '/session': session,
    '/messages': (body) => (body ? ack(body) : { messages: history, hasMore: false, cursor: seq }),
    '/poll': () => ({ events: [], cursor: seq, state: session() }),
  };

  const far = window.fetch;
  window.fetch = async (address, init = {}) => {
    const { pathname } = new URL(address, location.href);
    const call = pathname.match(/^\/webchat\/v1\/preview(\/.*)$/)?.[1];
    if (!call) return far(address, init);
    const body = init.body ? JSON.parse(init.body) : undefined;
    return new Response(JSON.stringify(answers[call]?.(body) ?? {}), { headers: { 'content-type': 'application/json' } });
  };
  window.WebSocket = class {
    static OPEN = 1;
    readyState = 0;
    constructor() {
      if (state !== 'lost') setTimeout(() => { this.readyState = 1; this.onopen?.(); });
    }
    #tell(frame) { setTimeout(() => this.onmessage?.({ data: JSON.stringify(frame) }), 150); }
    send(text) {
      const { type, id, payload } = JSON.parse(text);
      if (type === 'hello') this.#tell({ type: 'welcome', ref: id, payload: { ...session(), agents: [AUTHOR], heartbeat: 25, reset: false, missed: 0, agentTyping: false } });
      else if (type === 'message.send') this.#tell({ type: 'ack', ref: id, payload: ack(payload) });
      else if (type === 'ping') this.#tell({ type: 'pong', payload: {} });
    }
    close() { this.readyState = 3; }
  };
  if (state === 'lost') Object.defineProperty(navigator, 'onLine', { get: () => false });

  window.LinktorObject = 'linktor';
  window.linktor = (...values) => { (window.linktor.q ??= []).push(values); };
  window.linktor('init', { channelId: CHANNEL, persistSession: false, language, apiUrl: location.origin, autoOpen: !['closed', 'proactive'].includes(state) });
  if (state === 'proactive') {
    const rule = config.proactiveMessages?.[0];
    window.linktor('showProactiveMessage', { text: rule?.message ?? answer, delay: 0 });
  }
  if (state === 'form' || state === 'lost') window.linktor('sendMessage', { text: question });
  if (state === 'lost') for (const wait of OFFLINE_MS) setTimeout(() => dispatchEvent(new Event('offline')), wait);
  if (state === 'talk') {
    window.linktor('updateUser', { name: 'Camila' });
    enter();
  }
  const script = document.createElement('script');
  script.src = '/v1/linktor.js';
  document.head.append(script);
}

/** Goes from the first view into the conversation, as soon as it is there. */
function enter() {
  const running = document.querySelector('.linktor-widget')?.shadowRoot?.querySelector('.running');
  running ? running.click() : setTimeout(enter, ENTER_MS);
}

function monday() {
  const day = new Date();
  day.setDate(day.getDate() + ((8 - day.getDay()) % 7 || 7));
  day.setHours(9, 0, 0, 0);
  return day.toISOString();
}

// Whoever types in the form beside must not lose the cursor to the chat.
const { focus } = HTMLElement.prototype;
HTMLElement.prototype.focus = () => {};
addEventListener('pointerdown', () => { HTMLElement.prototype.focus = focus; }, { once: true, capture: true });

addEventListener('message', function told({ source, origin, data }) {
  if (source !== parent || origin !== location.origin) return;
  removeEventListener('message', told);
  play(data);
});
parent.postMessage('linktor:preview', location.origin);
