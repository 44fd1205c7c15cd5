// nginx with the very file that deploy/ offers, so that the example is known to work. Only what
// every reader of the example changes too is changed: certificate, ports, where linktor listens.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const EXAMPLE = new URL('../../../deploy/nginx.conf', import.meta.url);
const NAME = 'chat.example.com';

/** The address people use; lead a browser there with the `resolverRule` of the proxy. */
export const PUBLIC_URL = `https://${NAME}`;

/**
 * Starts nginx in front of `upstream`.
 *
 * @param {string} upstream  the address of a running linktor
 */
export async function proxy(upstream) {
  const folder = await mkdtemp(join(tmpdir(), 'linktor-proxy-'));
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', `/CN=${NAME}`,
      '-keyout', key, '-out', certificate],
    { stdio: 'ignore' },
  );

  const [plainPort, securePort] = await freePorts(2);
  const example = await readFile(EXAMPLE, 'utf8');
  const site = replaceEach(example, [
    [/listen \[::\].*\n/g, '\n'],
    [/listen 80;/g, `listen 127.0.0.1:${plainPort};`],
    [/listen 443 /g, `listen 127.0.0.1:${securePort} `],
    [/(ssl_certificate) .*;/g, `$1 ${certificate};`],
    [/(ssl_certificate_key) .*;/g, `$1 ${key};`],
    [/server 127\.0\.0\.1:8080;/g, `server ${new URL(upstream).host};`],
  ]);
  const main = join(folder, 'nginx.conf');
  await writeFile(main, aroundSite(site, folder));

  const child = spawn('/usr/sbin/nginx', ['-p', folder, '-c', main, '-e', 'stderr'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise((done) => child.once('close', done));
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  await Promise.race([answers(securePort), ended.then(() => {
    throw new Error('nginx did not start');
  })]);
  return {
    resolverRule: `MAP ${NAME}:443 127.0.0.1:${securePort}, MAP ${NAME}:80 127.0.0.1:${plainPort}`,
    async stop() {
      child.kill('SIGQUIT');
      await ended;
      process.off('exit', killWithUs);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until something listens on `port`. */
async function answers(port) {
  const tried = await new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => done(true)).once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
  if (!tried) {
    await pause(20);
    await answers(port);
  }
}

/** What Debian's own nginx.conf says around a site, in a folder of our own. */
function aroundSite(site, folder) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `  ${kind}_temp_path ${folder}/${kind};`)
    .join('\n');
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr warn;
events {}
http {
  access_log off;
  include /etc/nginx/mime.types;
${temporary}
${site}
}
`;
}

/** Replaces each pattern; one that is not there means that the example has changed under us. */
function replaceEach(text, replacements) {
  for (const [pattern, replacement] of replacements) {
    const replaced = text.replace(pattern, replacement);
    if (replaced === text) {
      throw new Error(`deploy/nginx.conf has no ${pattern}`);
    }
    text = replaced;
  }
  return text;
}

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) =>
    new Promise((listening) => server.listen(0, '127.0.0.1', listening))));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}
