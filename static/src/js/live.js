// The live socket: one per browser, shared by its tabs, resumed by position.
import { $, byId, say } from './dom.js';
import { applyCounts, applyFrame, load, signedOut } from './fragments.js';

const LOCK = 'linktor:app', PING_MS = 25_000, ANSWER_MS = 15_000, GRACE_MS = 3_000, LONGEST_MS = 30_000, SIGNED_OUT = 4401, RECENT = 200;

const channel = 'BroadcastChannel' in window ? new BroadcastChannel(LOCK) : null;
let socket = null, leader = false, tries = 0, seq = 0, lostAt = 0, missed = 0;
let retryTimer, graceTimer, pingTimer, deadTimer;
let looking = null, place = null, stale = false;
let recent = [];
const handlers = {};

/** Handles frames of that kind. */
export const onFrame = (kind, handler) => { handlers[kind] = handler; };

/** Tells the server which conversation is open here. Threads are pushed for one tab only: the visible one. */
export function look(conversation) {
  looking = conversation;
  send({ kind: 'look', conversation, queue: $('#list')?.dataset.queue });
  channel?.postMessage({ looked: conversation });
}

/** Sends a frame, by way of the tab that holds the socket. */
export function send(frame) {
  if (leader) {
    // Where this browser stands, for when the socket opens again.
    if (frame.kind === 'look') place = frame;
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  } else channel?.postMessage({ up: frame });
}

// Frames are put in one after the other: a morph is not instant, and order matters.
let queue = Promise.resolve();
function receive(frame) {
  if (frame.seq) {
    // An older copy of the data was put back: nothing that stands here can be told from what is new.
    if (frame.seq < seq) return frame.kind === 'resync' && location.reload();
    // A batch counts once its last frame is here: a line that breaks in the middle of it brings all of it again.
    if (!frame.more) document.body.dataset.seq = seq = frame.seq;
  }
  if (lostAt && frame.html?.includes('class="msg in')) missed += frame.swap === 'append';
  queue = queue.then(() => handle(frame)).catch(console.error);
}

async function handle(frame) {
  if (frame.kind === 'fragment') await applyFrame(frame);
  else if (frame.kind === 'counts') applyCounts(frame.counts);
  else if (frame.kind === 'resync') await resync();
  else handlers[frame.kind]?.(frame);
}

async function resync() {
  const parts = ['list', 'thread', 'panel'].filter(byId);
  await load(location.href, [...parts, 'counts']).catch((error) => error.status || setTimeout(resync, ANSWER_MS));
}

function connect() {
  clearTimeout(retryTimer);
  if (!leader || socket) return;
  const url = new URL(`/app/ws?after=${seq}`, location.href);
  if (place?.conversation) for (const name of ['conversation', 'queue']) url.searchParams.set(name, place[name] ?? '');
  url.protocol = url.protocol.replace('http', 'ws');
  const mine = socket = new WebSocket(url);
  // What a line says that was given up no longer counts.
  const hear = (type, handler) => mine.addEventListener(type, (event) => { if (socket === mine) { answered(); handler(event); } });
  hear('open', () => {
    tries = 0;
    greet();
    status('up');
    channel?.postMessage({ status: 'up' });
  });
  hear('message', (event) => {
    let frame;
    try { frame = JSON.parse(event.data); } catch { return; }
    channel?.postMessage({ frame });
    if (frame.seq) recent = [...recent.slice(1 - RECENT), frame];
    receive(frame);
  });
  hear('close', (event) => lost(event.code));
  pingTimer = setInterval(probe, PING_MS);
  probe();
}

/**
 * Asks the server for a sign of life. A network that goes away without a word (a laptop sleeps, a train enters a tunnel) closes
 * nothing: a line that does not answer is dead. Counted from the question, because browsers hold back the timers of hidden pages.
 */
function probe() {
  send({ kind: 'ping' });
  deadTimer ??= setTimeout(lost, ANSWER_MS);
}

function answered() {
  clearTimeout(deadTimer);
  deadTimer = null;
}

/** The line is gone, whether the browser knows it or not: another one, from where this one ended. */
function lost(code) {
  clearInterval(pingTimer);
  answered();
  const dead = socket;
  socket = null;
  dead.close();
  if (code === SIGNED_OUT) {
    channel?.postMessage({ status: 'out' });
    status('out');
    return;
  }
  status('down', code === 1012 || code === 1001);
  channel?.postMessage({ status: 'down' });
  retryTimer = setTimeout(connect, Math.random() * Math.min(LONGEST_MS, 1_000 * 2 ** Math.min(tries, 5)));
  tries += 1;
}

/** What the server must know about this tab after the socket (re)opened. */
function greet() {
  if (document.visibilityState === 'visible') look(looking);
}

function status(state, restarting = false) {
  const banner = byId('net');
  clearTimeout(graceTimer);
  if (state === 'out') return signedOut();
  document.body.classList.toggle('offline', state === 'down');
  document.dispatchEvent(new CustomEvent('linktor:connection', { detail: state }));
  if (state === 'down') {
    lostAt ||= Date.now();
    graceTimer = setTimeout(() => show(banner, navigator.onLine === false
      ? 'You are offline. You can read and write; messages go out when you are back.'
      : restarting ? 'linktor is restarting\u{2026}' : 'Reconnecting\u{2026}'), Math.max(0, GRACE_MS - (Date.now() - lostAt)));
    return;
  }
  if (banner && !banner.hidden) {
    // Give what was missed a moment to arrive, so that it can be counted.
    graceTimer = setTimeout(() => {
      show(banner, missed ? `Back. ${missed} new ${missed === 1 ? 'message' : 'messages'}.` : 'Back.', 'back');
      graceTimer = setTimeout(() => { banner.hidden = true; banner.classList.remove('back'); }, 2_000);
      missed = lostAt = 0;
    }, 300);
  } else lostAt = 0;
}

function show(banner, text, kind) {
  if (!banner) return say(text);
  banner.textContent = text;
  banner.classList.toggle('back', kind === 'back');
  banner.hidden = false;
}

/** Somebody looks, or there is a network again: no reason to wait. */
function retryNow() {
  if (!leader) return send({ kind: 'ping' });
  if (socket) return probe();
  tries = 0;
  connect();
}

/** Takes part in the shared connection of this browser. */
export function startLive() {
  if (document.body.dataset.seq == null) return;
  seq = Number(document.body.dataset.seq);
  channel?.addEventListener('message', ({ data }) => {
    if (data.frame) receive(data.frame);
    else if (data.looked !== undefined) stale ||= data.looked !== looking;
    else if (data.status) status(data.status);
    else if (data.up && leader) data.up.kind === 'ping' ? retryNow() : send(data.up);
    else if (data.hello != null && leader) for (const frame of recent) if (frame.seq > data.hello) channel.postMessage({ frame });
  });
  const lead = () => { leader = true; connect(); return new Promise(() => {}); };
  if (navigator.locks && channel) {
    // What the leader heard while this page was loading.
    channel.postMessage({ hello: seq });
    navigator.locks.request(LOCK, lead);
    greet();
  } else lead();
  // What was open before the network went is dead.
  addEventListener('online', () => { if (socket) lost(); retryNow(); });
  addEventListener('pageshow', retryNow);
  addEventListener('offline', () => status('down'));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return;
    retryNow();
    greet();
    if (stale) { stale = false; resync().catch(() => {}); }
  });
}
