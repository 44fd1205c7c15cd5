// Real mail servers of Debian's packages: an Exim that takes and delivers, a Dovecot that lets its mail be
// read. Both are encrypted from the first byte, by a certificate that whoever is given `env` believes.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'node:tls';

const HOST = '127.0.0.1';
const PATIENCE_MS = 30_000;
/** What everybody signs in with. */
export const PASSWORD = 'secret';

/** Who has a box, whatever the domain. */
const PEOPLE = ['desk', 'ana'];

/** Starts both. */
export async function mailservers() {
  const folder = await mkdtemp(join(tmpdir(), 'linktor-mail-'));
  const [smtp, imap] = [await freePort(), await freePort()];
  for (const name of ['', 'spool', 'mail', 'run', 'state']) {
    await mkdir(join(folder, name), { recursive: true });
    await chmod(join(folder, name), 0o777);
  }
  await certificate(folder);
  await writeFile(join(folder, 'exim.conf'), exim(folder, smtp));
  await writeFile(join(folder, 'dovecot.conf'), dovecot(folder, imap));
  // Exim gives up what root may before it reads; mail is never root's.
  if (isRoot()) execFileSync('chown', ['-R', 'mail:mail', ...['spool', 'mail', 'cert.pem', 'key.pem'].map((name) => join(folder, name))]);
  const running = [
    run('/usr/sbin/exim4', ['-C', join(folder, 'exim.conf'), '-bdf']),
    run('/usr/sbin/dovecot', ['-F', '-c', join(folder, 'dovecot.conf')]),
  ];
  const stop = async () => {
    for (const child of running) child.kill('SIGTERM');
    await Promise.all(running.filter((child) => child.exitCode === null && child.signalCode === null).map((child) => once(child, 'close')));
    await rm(folder, { recursive: true, force: true });
  };
  const ca = await readFile(join(folder, 'cert.pem'));
  try {
    for (const port of [smtp, imap]) await eventually(() => greeting(port, ca), `a server at ${port}`);
  } catch (failure) {
    await stop();
    throw failure;
  }
  return {
    smtp,
    imap,
    env: { SSL_CERT_FILE: join(folder, 'cert.pem') },
    stop,
    /** Hands over a mail, as the program of a customer does. */
    send: (mail) => handOver(smtp, ca, mail),
    /** The newest mail in somebody's box, once it has the words. */
    arrived: (who, words) => eventually(async () => {
      const place = join(folder, 'mail', who, 'new');
      for (const name of await readdir(place).catch(() => [])) {
        const mail = await readFile(join(place, name), 'utf8');
        if (mail.includes(words)) return mail;
      }
      return undefined;
    }, `a mail to ${who}`),
  };
}

const isRoot = () => userInfo().uid === 0;

function run(program, args) {
  const child = spawn(program, args, { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

async function eventually(look, what) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`${what} was waited for in vain`);
    await pause(20);
  }
}

async function freePort() {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

async function certificate(folder) {
  const wishes = join(folder, 'wishes');
  await writeFile(wishes, '[req]\ndistinguished_name = who\nx509_extensions = more\nprompt = no\n[who]\nCN = localhost\n'
    + `[more]\nbasicConstraints = critical,CA:FALSE\nsubjectAltName = IP:${HOST}\n`);
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-config', wishes];
  execFileSync('openssl', ['req', '-x509', ...made, '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')], { stdio: 'ignore' });
}

/** Whoever signs in writes to everybody. */
function exim(folder, port) {
  const who = isRoot() ? 'mail' : userInfo().username;
  return `primary_hostname = localhost
exim_user = ${who}
exim_group = ${isRoot() ? 'mail' : execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()}
deliver_drop_privilege = true
never_users =
spool_directory = ${folder}/spool
log_file_path = ${folder}/spool/log-%s
pid_file_path = ${folder}/spool/exim.pid
daemon_smtp_ports = ${port}
tls_on_connect_ports = ${port}
local_interfaces = ${HOST}
tls_certificate = ${folder}/cert.pem
tls_privatekey = ${folder}/key.pem
tls_advertise_hosts = *
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
keep_environment =
begin acl
rcpt:
  accept authenticated = *
  deny message = sign in first
begin routers
known:
  driver = accept
  local_parts = ${PEOPLE.join(' : ')}
  local_part_suffix = +*
  local_part_suffix_optional
  transport = box
begin transports
box:
  driver = appendfile
  directory = ${folder}/mail/$local_part_data
  maildir_format
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if eq{$auth3}{${PASSWORD}}}
  server_set_id = $auth2
`;
}

/** In the words of the Dovecot that is there: 2.3 has others than 2.4. */
function dovecot(folder, port) {
  const isOld = execFileSync('/usr/sbin/dovecot', ['--version'], { encoding: 'utf8' }).startsWith('2.3');
  const [user, group] = isRoot() ? ['mail', 'mail'] : ['-un', '-gn'].map((what) => execFileSync('id', [what], { encoding: 'utf8' }).trim());
  const staff = isRoot() ? '' : `default_internal_user = ${user}\ndefault_internal_group = ${group}\ndefault_login_user = ${user}\n`;
  const own = isOld
    ? `ssl_cert = <${folder}/cert.pem\nssl_key = <${folder}/key.pem\nmail_location = maildir:${folder}/mail/%n\n`
      + `passdb {\n driver = static\n args = password=${PASSWORD}\n}\n`
      + `userdb {\n driver = static\n args = uid=${user} gid=${group} home=${folder}/mail/%n\n}\n`
    : 'dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n'
      + `ssl_server_cert_file = ${folder}/cert.pem\nssl_server_key_file = ${folder}/key.pem\n`
      + `mail_driver = maildir\nmail_path = ${folder}/mail/%{user | username}\n`
      + `passdb static {\n password = ${PASSWORD}\n}\n`
      + `userdb static {\n fields {\n uid = ${user}\n gid = ${group}\n home = ${folder}/mail/%{user | username}\n }\n}\n`;
  // The version stands first where it must stand at all.
  return `${isOld ? '' : own}protocols = imap\nlisten = ${HOST}\nbase_dir = ${folder}/run\nstate_dir = ${folder}/state\n`
    + `log_path = ${folder}/log\nssl = required\n${staff}first_valid_uid = 1\n${isOld ? own : ''}`
    + `service imap-login {\n chroot =\n inet_listener imap {\n port = 0\n }\n inet_listener imaps {\n port = ${port}\n ssl = yes\n }\n}\n`
    + 'service anvil {\n chroot =\n}\n';
}

/** Whether a server greets. */
async function greeting(port, ca) {
  const socket = connect({ port, host: HOST, ca });
  try {
    await once(socket, 'data');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function handOver(port, ca, { from, to, mail }) {
  const socket = connect({ port, host: HOST, ca });
  const answers = socket.setEncoding('utf8')[Symbol.asyncIterator]();
  const login = Buffer.from(`\0${from}\0${PASSWORD}`).toString('base64');
  const lines = [`EHLO here`, `AUTH PLAIN ${login}`, `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA', `${mail.replaceAll('\n', '\r\n')}\r\n.`];
  await said(answers);
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    await said(answers);
  }
  socket.end('QUIT\r\n');
}

/** Reads an answer to its last line; throws where it is a refusal. */
async function said(answers) {
  let all = '';
  while (!/^\d{3} .*\r\n$/m.test(all)) {
    const { value, done } = await answers.next();
    if (done) throw new Error(`the server hung up after ${all}`);
    all += value;
  }
  if (!/^[23]/.test(all)) throw new Error(`the server said ${all}`);
}
