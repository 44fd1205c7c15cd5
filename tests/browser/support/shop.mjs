// A customer's website: a page on an address of its own that carries the chat widget as our
// documentation tells people to, under the strictest policy we promise to live with. A page that asks for
// trusted types has to vouch for the address of the loader itself; all further addresses we vouch for.

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

/**
 * Serves the page.
 *
 * @param {{ linktor: string, channelId: string, language?: string, init?: object }} settings
 *   `linktor`: the address of the server; `language`: of the page, `ar` makes it right-to-left; `init`: what
 *   the page passes to it beside the channel
 */
export async function shop({ linktor, channelId, language = 'en', init = {} }) {
  const server = createServer((request, response) => {
    const nonce = randomBytes(16).toString('base64');
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', policy(linktor, nonce));
    response.end(page({ linktor, language, nonce, init: { channelId, ...init } }));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    }),
  };
}

function policy(linktor, nonce) {
  const socket = linktor.replace(/^http/, 'ws');
  return [
    `default-src 'none'`,
    `script-src ${linktor} 'nonce-${nonce}'`,
    `connect-src ${linktor} ${socket}`,
    `img-src ${linktor} data: blob:`,
    `media-src ${linktor} blob:`,
    `require-trusted-types-for 'script'`,
  ].join('; ');
}

function page({ linktor, language, nonce, init }) {
  const direction = language === 'ar' ? 'rtl' : 'ltr';
  return `<!doctype html>
<html lang="${language}" dir="${direction}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>A shop</title>
<main>
<h1>A shop</h1>
<p>Beans, cups and grinders.</p>
</main>
<script nonce="${nonce}">
(function(w,d,u){w.LinktorObject='linktor';w.linktor=w.linktor||function(){(w.linktor.q=w.linktor.q||[]).push(arguments)};
w.linktor.l=+new Date;var s=d.createElement('script');s.async=true;s.src=w.trustedTypes.createPolicy('shop',{createScriptURL:function(x){return x}}).createScriptURL(u);s.nonce='${nonce}';(d.head||d.body).appendChild(s);})(window,document,'${linktor}/v1/linktor.js');
linktor('init',${JSON.stringify(init)});
</script>
</html>`;
}
