// The checks on the check: a watch that sees nothing would let everything pass.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { assertAccessible, launch, person } from './support/browser.mjs';

let browser;
let server;
let url;

const PAGES = {
  '/good': '<main><h1>Good</h1></main>',
  '/error': '<main><h1>Error</h1></main><script src="/throws.js"></script>',
  '/inline': '<main><h1>Inline</h1></main><script>document.title = "ran"</script>',
  '/stranger': '<main><h1>Stranger</h1><img alt="" src="http://stranger.invalid/a.png"></main>',
  '/unlabelled': '<main><h1>Unlabelled</h1><input><button></button></main>',
};

before(async () => {
  server = createServer((request, response) => {
    if (request.url === '/throws.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end('throw new Error("thrown on purpose")');
      return;
    }
    response.setHeader('content-type', 'text/html');
    response.setHeader('content-security-policy', "default-src 'self'; img-src * data:");
    response.end(
      '<!doctype html><html lang="en"><title>Page</title><link rel="icon" href="data:,">'
        + PAGES[request.url],
    );
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${server.address().port}`;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
});

async function visit(path) {
  const visitor = await person(browser, { ours: [url] });
  await visitor.page.goto(url + path);
  return visitor;
}

test('a good page passes every check', async () => {
  const { page, watch } = await visit('/good');
  await assertAccessible(page, 'a good page');
  watch.assertQuiet();
});

for (const [path, trouble] of [
  ['/error', /thrown on purpose/],
  ['/inline', /Content Security Policy/],
  ['/stranger', /request to a stranger: http:\/\/stranger\.invalid/],
]) {
  test(`the watch notices ${path}`, async () => {
    const { watch } = await visit(path);
    assert.throws(() => watch.assertQuiet(), trouble);
  });
}

test('what a test expects is no trouble', async () => {
  const visitor = await person(browser, { ours: [url] });
  visitor.watch.expect(/thrown on purpose/);
  await visitor.page.goto(`${url}/error`);
  visitor.watch.assertQuiet();
});

test('the accessibility audit refuses nameless controls', async () => {
  const { page } = await visit('/unlabelled');
  await assert.rejects(assertAccessible(page, 'an unlabelled page'), /button-name/);
});
