// A mail service and a name server in this process, and mails that come in through the service.

import dgram from 'node:dgram';
import { EventEmitter, on } from 'node:events';
import http from 'node:http';

import { call } from './people.mjs';

const PATIENCE_MS = 30_000;

/** A service that takes every mail, in the way of Postmark. */
export async function service() {
  const mails = [];
  const news = new EventEmitter();
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => (body += piece));
    request.on('end', () => {
      if (request.method === 'POST' && request.url === '/email') {
        mails.push(JSON.parse(body));
        news.emit('mail');
      }
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ Name: 'Aurora', ErrorCode: 0, Message: 'OK', MessageID: `guid-${mails.length}` }));
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const stop = () => new Promise((done) => { server.closeAllConnections(); server.close(done); });
  /** The first mail that is wanted, once it is there. */
  const mail = async (wanted) => {
    const more = on(news, 'mail', { signal: AbortSignal.timeout(PATIENCE_MS) });
    for (;;) {
      const found = mails.find(wanted);
      if (found) { await more.return(); return found; }
      await more.next();
    }
  };
  return { url: `http://127.0.0.1:${server.address().port}`, mails, mail, stop };
}

/** A name server that answers texts and the ports of services at this machine from tables, and that there is nothing of all else. */
export async function names(texts, services = {}) {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (asked, { port, address }) => socket.send(answer(asked, texts, services), port, address));
  await new Promise((done) => socket.bind(0, '127.0.0.1', done));
  return { address: `127.0.0.1:${socket.address().port}`, stop: () => new Promise((done) => socket.close(done)) };
}

const TXT = 16;
const SRV = 33;
/** This machine, as a name. */
const HERE = '127.0.0.1'.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]).concat(0);

function answer(asked, texts, services) {
  const labels = [];
  let at = 12;
  while (asked[at]) { labels.push(asked.toString('latin1', at + 1, at + 1 + asked[at])); at += asked[at] + 1; }
  const end = at + 5;
  const kind = asked.readUInt16BE(at + 1);
  const data = held(kind, labels.join('.').toLowerCase(), texts, services);
  const head = Buffer.from(asked.subarray(0, end));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(data ? 1 : 0, 6);
  head.writeUInt16BE(0, 10);
  if (!data) return head;
  const record = Buffer.from([0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 60, 0, data.length]);
  return Buffer.concat([head, record, data]);
}

/** What stands under a name, as it travels. */
function held(kind, name, texts, services) {
  if (kind === TXT && texts[name]) return Buffer.from([texts[name].length, ...Buffer.from(texts[name], 'latin1')]);
  const port = services[name];
  return kind === SRV && port ? Buffer.from([0, 0, 0, 1, port >> 8, port & 255, ...HERE]) : undefined;
}

/** A channel of mail through the service, in service. */
export async function mailbox(linktor, { url }) {
  const config = {
    provider: 'postmark', apiKey: 'token', fromEmail: 'support@aurora.example', fromName: 'Aurora', webhookSecret: 'hook', apiBaseUrl: url,
  };
  const channel = await call(linktor, '/channels', { type: 'email', name: 'Support', config });
  await call(linktor, `/channels/${channel.id}/connect`, {});
  return channel;
}

let number = 0;

/** A mail of a customer arrives; `more` are fields of the service's report. */
export async function arrives(linktor, channel, more) {
  number += 1;
  const mail = {
    FromFull: { Email: 'ana@example.com', Name: 'Ana Silva' }, ToFull: [{ Email: 'support@aurora.example', Name: '' }], CcFull: [], BccFull: [],
    OriginalRecipient: 'support@aurora.example', Subject: 'My order', MessageID: `guid-in-${number}`, Date: new Date().toUTCString(),
    TextBody: 'Where is it?', HtmlBody: '', Headers: [{ Name: 'Message-ID', Value: `<in-${number}@mail.example.com>` }], Attachments: [], ...more,
  };
  const answer = await fetch(`${linktor.url}/webhooks/email/${channel.id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${Buffer.from('linktor:hook').toString('base64')}` },
    body: JSON.stringify(mail),
  });
  if (answer.status !== 200) throw new Error(`the mail was not taken: ${answer.status} ${await answer.text()}`);
}
