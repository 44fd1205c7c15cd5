// Starts the real binary in a folder of its own and stops it again.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const BINARY = resolve(
  process.env.LINKTOR_BINARY ?? new URL('../../../target/debug/linktor', import.meta.url).pathname,
);
const START_MS = 30_000;
/** What product and systemd unit promise: a stop takes at most ten seconds. */
const STOP_MS = 10_000;

export const OWNER = { email: 'owner@example.com', password: 'a long enough password' };
export const API_KEY = 'lk_live_browsertests0123456789abcdef0123456789';

/**
 * A running linktor.
 *
 * @typedef {object} Server
 * @property {string} url     where it answers, without a slash at the end
 * @property {string} folder  its data directory
 * @property {() => string} output  everything it has printed so far
 * @property {() => Promise<void>} stop  ends it, and fails when it does not end well
 */

/** Starts `linktor serve` with an owner and an API key already there. */
export async function serve({ args = [], env = {} } = {}) {
  return start(['serve', ...args], {
    LINKTOR_ADMIN_EMAIL: OWNER.email,
    LINKTOR_ADMIN_PASSWORD: OWNER.password,
    LINKTOR_BOOTSTRAP_API_KEY: API_KEY,
    ...env,
  });
}

/** Starts `linktor serve` as on its very first day: no owner, only a set-up address in the log. */
export async function serveUnowned() {
  return start(['serve'], {});
}

/** Starts `linktor demo`. */
export async function demo() {
  return start(['demo'], { LINKTOR_BOOTSTRAP_API_KEY: API_KEY });
}

/** @returns {Promise<Server>} */
async function start(args, env) {
  await assertFresh();
  const folder = await mkdtemp(join(tmpdir(), 'linktor-browser-'));
  const child = spawn(BINARY, args, {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      LINKTOR_DATA: join(folder, 'data'),
      LINKTOR_LISTEN: '127.0.0.1:0',
      NO_COLOR: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (printed += text));
  }
  const ended = new Promise((done) => child.once('close', (code, signal) => done(code ?? signal)));
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);

  const output = () => printed;
  const stop = async () => {
    child.kill('SIGTERM');
    const how = await Promise.race([ended, pause(STOP_MS, 'too late', { ref: false })]);
    child.kill('SIGKILL');
    process.off('exit', killWithUs);
    await rm(folder, { recursive: true, force: true });
    if (how !== 0) {
      throw new Error(`linktor did not stop well (${how}):\n${printed}`);
    }
  };

  try {
    const url = await ready(output, ended);
    return { url, folder, output, stop };
  } catch (failure) {
    child.kill('SIGKILL');
    throw failure;
  }
}

/** Fails when a source is newer than the binary: the tests would judge yesterday's program. The list
 * may name files that are gone: `cargo test` builds the binary without writing the list anew. */
async function assertFresh() {
  const built = (await stat(BINARY).catch(() => {
    throw new Error(`There is no ${BINARY}; run \`cargo build\` first.`);
  })).mtimeMs;
  for (const source of await sources()) {
    const changed = (await stat(source).catch(() => undefined))?.mtimeMs ?? 0;
    if (changed > built) {
      throw new Error(`${source} is newer than ${BINARY}; run \`cargo build\` first.`);
    }
  }
}

/** What the binary was made from, by the list that cargo puts beside it; nothing without a list. */
async function sources() {
  const list = await readFile(`${BINARY}.d`, 'utf8').catch(() => '');
  return list.slice(list.indexOf(': ') + 1).match(/(?:\\ |\S)+/g)
    ?.map((path) => path.replaceAll('\\ ', ' ')) ?? [];
}

/** Waits until the server has printed its address and answers `/readyz`; returns the address. */
async function ready(output, ended) {
  let exit;
  ended.then((how) => (exit = how));
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && exit === undefined) {
    const url = output().match(/http:\/\/127\.0\.0\.1:[1-9]\d*/)?.[0];
    if (url) {
      const answer = await fetch(`${url}/readyz`).catch(() => undefined);
      if (answer?.ok) {
        return url;
      }
    }
    await pause(20);
  }
  throw new Error(`linktor ${exit === undefined ? 'is not ready' : `ended (${exit})`}:\n${output()}`);
}
