import assert from 'node:assert/strict';
import test from 'node:test';
import { Outbox, type Entry } from '../../src/app/outbox';
import { Sender } from '../../src/app/sender';
import type { Memory } from '../../src/storage';
import type { Arrival, Frame } from '../../src/wire';
import { random } from './random';

function shelf() {
  let memory: Memory = {};
  return { get: () => memory, set: (change?: Partial<Memory>) => void (memory = JSON.parse(JSON.stringify({ ...memory, ...change }))) };
}
/** Adds what must be accepted. */
function added(outbox: Outbox, value: string): Entry {
  const entry = outbox.add(text(value));
  if (!entry) throw new Error('the outbox is full');
  return entry;
}
const text = (value: string) => ({ type: 'text' as const, text: value });

test('what is unsent survives a reload', () => {
  const store = shelf();
  new Outbox(store).add(text('one'));
  const again = new Outbox(store);
  assert.equal(again.entries.length, 1);
  again.remove(again.entries[0]!.clientMessageId);
  assert.equal(new Outbox(store).entries.length, 0);
});

test('fifty wait at most', () => {
  const outbox = new Outbox(shelf());
  for (let n = 0; n < 50; n++) assert(outbox.add(text(String(n))));
  assert.equal(outbox.add(text('too many')), false);
});

test('two tabs share one list and neither brings back what the other sent', () => {
  const store = shelf();
  const [a, b] = [new Outbox(store), new Outbox(store)];
  const first = a.add(text('from a'));
  b.add(text('from b'));
  assert.equal((store.get().outbox ?? []).length, 2);
  if (first) a.remove(first.clientMessageId);
  assert.deepEqual((store.get().outbox ?? []).map(({ content }) => content), [text('from b')]);
});

test('a failed one lets those behind it pass and can be tried again', () => {
  const outbox = new Outbox(shelf());
  const first = added(outbox, 'one');
  const second = added(outbox, 'two');
  outbox.fail(first.clientMessageId, 'validation');
  assert.equal(outbox.head()?.clientMessageId, second.clientMessageId);
  outbox.retry(first.clientMessageId);
  outbox.remove(second.clientMessageId);
  assert.equal(outbox.head()?.clientMessageId, first.clientMessageId);
});

test('a conflicting id is replaced', () => {
  const outbox = new Outbox(shelf());
  const entry = added(outbox, 'one');
  const before = entry.clientMessageId;
  outbox.fail(before, 'id_conflict', true);
  assert(outbox.entries[0]!.clientMessageId !== before);
});

/** A server that makes one message of each id, behind a line that loses frames in both directions. */
test('over a line that loses anything, each message arrives once and in order', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const next = random(seed);
    const outbox = new Outbox(shelf());
    const stored: string[] = [];
    const acks = new Map<string, Arrival>();
    const stop = new AbortController();
    const sender: Sender = new Sender(
      outbox,
      {
        ready: () => true,
        send: ({ payload }: Frame) => {
          if (next() < 0.4) return;
          const { clientMessageId, content } = payload;
          if (!acks.has(clientMessageId)) {
            stored.push(content.text);
            acks.set(clientMessageId, { clientMessageId, messageId: `msg_${stored.length}`, seq: stored.length, timestamp: '' });
          }
          if (next() < 0.6) sender.acknowledged(acks.get(clientMessageId)!);
        },
        onSent: () => undefined,
        onFailed: () => assert(false, 'nothing may fail'),
        onPrechat: () => undefined,
        onUnauthorized: () => undefined,
      },
      stop.signal,
    );
    const words = Array.from({ length: 12 }, (_, n) => `message ${n}`);
    for (const word of words) {
      outbox.add(text(word));
      sender.pump();
    }
    // The line goes and comes back until everything is through.
    for (let turn = 0; outbox.entries.length && turn < 500; turn++) {
      sender.pause();
      sender.pump();
    }
    stop.abort();
    assert.deepEqual(stored, words, `seed ${seed}`);
  }
});

test('a required form holds the message instead of losing it', () => {
  const outbox = new Outbox(shelf());
  const entry = added(outbox, 'one');
  let asked = 0;
  const sent: string[] = [];
  const stop = new AbortController();
  const sender = new Sender(
    outbox,
    { ready: () => true, send: ({ id }) => void sent.push(id!), onSent: () => undefined, onFailed: () => assert(false), onPrechat: () => void asked++, onUnauthorized: () => undefined },
    stop.signal,
  );
  sender.pump();
  assert(sender.refused(entry.clientMessageId, { code: 'prechat_required' }));
  sender.pump();
  assert.equal(asked, 1);
  assert.equal(sent.length, 1);
  sender.held = false;
  sender.pump();
  assert.deepEqual(sent, [entry.clientMessageId, entry.clientMessageId]);
  stop.abort();
});
