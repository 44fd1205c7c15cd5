// A mail server that keeps what it is sent, and what an authenticator shows.

import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const ARRIVES_MS = 15_000;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Starts a mail server; `env` makes linktor write through it, `letter(n)` waits for the n-th mail. */
export async function postOffice() {
  const letters = [];
  const server = createServer((socket) => talk(socket, letters));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const env = {
    LINKTOR_MAIL_HOST: '127.0.0.1',
    LINKTOR_MAIL_PORT: String(server.address().port),
    LINKTOR_MAIL_TLS: 'none',
    LINKTOR_MAIL_FROM: 'Aurora Coffee <desk@aurora.example>',
  };
  const letter = async (number) => {
    const deadline = Date.now() + ARRIVES_MS;
    while (letters.length < number) {
      if (Date.now() > deadline) {
        throw new Error(`mail ${number} did not arrive; there are ${letters.length}`);
      }
      await pause(20);
    }
    return letters[number - 1];
  };
  return { env, letter, stop: () => new Promise((closed) => server.close(closed)) };
}

function talk(socket, letters) {
  let held = '';
  let letter;
  const say = (line) => socket.write(`${line}\r\n`);
  const answer = (line) => {
    if (letter !== undefined) {
      if (line === '.') {
        letters.push(letter.replaceAll('=\n', '').replaceAll('=3D', '='));
        letter = undefined;
        say('250 taken');
      } else {
        letter += `${line}\n`;
      }
    } else if (line === 'DATA') {
      letter = '';
      say('354 go on');
    } else if (line === 'QUIT') {
      say('221 bye');
      socket.end();
    } else {
      say('250 fine');
    }
  };
  say('220 post.example');
  socket.on('error', () => {});
  socket.setEncoding('utf8').on('data', (text) => {
    const lines = (held + text).split('\r\n');
    held = lines.pop();
    lines.forEach(answer);
  });
}

/** The six digits that belong to a secret now: RFC 6238. */
export function codeOf(secret) {
  const bits = [...secret.replaceAll(/\s/g, '')]
    .map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', key).update(step).digest();
  const word = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(word % 1_000_000).padStart(6, '0');
}
