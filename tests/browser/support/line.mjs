// A network that can go away as it does in a tunnel: nothing is closed, nothing arrives any more, and what
// was open never comes back to life.

import { connect, createServer } from 'node:net';

/**
 * Opens a line to a running linktor.
 *
 * @param {string} upstream  its address
 * @returns {Promise<{ url: string, cut: () => void, mend: () => void, stop: () => Promise<void> }>}
 *   `url`: the address of linktor at this end of the line
 */
export async function line(upstream) {
  const { hostname, port } = new URL(upstream);
  const sockets = new Set();
  let dead = false;

  const join = (near) => {
    const far = connect(Number(port), hostname);
    // Bytes that were swallowed are gone for good, so whatever lost some stays silent for ever.
    const pair = { lost: false };
    for (const [from, to] of [[near, far], [far, near]]) {
      sockets.add(from);
      const swallow = () => {
        pair.lost ||= dead;
        return pair.lost;
      };
      from.on('data', (bytes) => swallow() || to.write(bytes));
      from.on('end', () => swallow() || to.end());
      from.on('error', () => swallow() || to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        if (!swallow()) to.destroy();
      });
    }
  };

  const server = createServer({ allowHalfOpen: true }, join);
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut: () => (dead = true),
    mend: () => (dead = false),
    stop: () => new Promise((closed) => {
      server.close(closed);
      for (const socket of sockets) {
        socket.destroy();
      }
    }),
  };
}
