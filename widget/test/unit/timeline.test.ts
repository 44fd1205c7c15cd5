import assert from 'node:assert/strict';
import test from 'node:test';
import { ackEvent, Timeline } from '../../src/app/timeline';
import type { Frame, Status, WireMessage } from '../../src/wire';
import { random, shuffled } from './random';

const message = (seq: number, type: 'agent' | 'visitor' = 'agent'): WireMessage & { seq: number } => ({
  id: `msg_${seq}`, seq, author: { type, name: 'Bia' }, content: { type: 'text', text: `text ${seq}` }, timestamp: '2026-01-01T12:00:00Z',
});
const event = (seq: number, type: 'agent' | 'visitor' = 'agent'): Frame => ({ type: 'message', seq, payload: message(seq, type) });
const seqs = (timeline: Timeline): number[] => timeline.messages.map(({ seq }) => seq);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

test('events in order are applied one by one', () => {
  const timeline = new Timeline();
  for (const seq of range(1, 5)) assert.equal(timeline.apply(event(seq)), 'applied');
  assert.deepEqual(seqs(timeline), range(1, 5));
  assert.equal(timeline.cursor, 5);
});

test('a repeated event is ignored and an early one waits for those before it', () => {
  const timeline = new Timeline();
  assert.equal(timeline.apply(event(2)), 'gap');
  assert.deepEqual(seqs(timeline), []);
  assert.equal(timeline.apply(event(2)), 'ignored');
  assert.equal(timeline.apply(event(1)), 'applied');
  assert.deepEqual(seqs(timeline), [1, 2]);
  assert.equal(timeline.apply(event(1)), 'ignored');
});

test('any order with any repeats gives every message once, in order', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const next = random(seed);
    const count = 1 + Math.floor(next() * 60);
    const events = range(1, count).map((seq) => event(seq, next() < 0.5 ? 'visitor' : 'agent'));
    const repeats = events.filter(() => next() < 0.4);
    const timeline = new Timeline();
    for (const one of shuffled([...events, ...repeats], next)) timeline.apply(one);
    assert.deepEqual(seqs(timeline), range(1, count), `seed ${seed}`);
    assert.equal(timeline.cursor, count, `seed ${seed}`);
  }
});

test('lost events are made good by a sync from the cursor', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const next = random(seed);
    const events = range(1, 80).map((seq) => event(seq));
    const timeline = new Timeline();
    for (const one of events) {
      if (next() < 0.3) continue;
      if (timeline.apply(one) === 'gap' && next() < 0.5) events.slice(timeline.cursor, one.seq).forEach((missed) => timeline.apply(missed));
    }
    events.slice(timeline.cursor).forEach((missed) => timeline.apply(missed));
    assert.deepEqual(seqs(timeline), range(1, 80), `seed ${seed}`);
  }
});

test('too far ahead means starting over', () => {
  const timeline = new Timeline();
  const verdicts = range(2, 300).map((seq) => timeline.apply(event(seq)));
  assert(verdicts.includes('overflow'));
});

test('a reset goes on at its cursor and uses what was held back', () => {
  const timeline = new Timeline();
  timeline.apply(event(1));
  timeline.apply(event(8));
  timeline.reset([message(5), message(7)], 7, true);
  assert.deepEqual(seqs(timeline), [5, 7, 8]);
  assert.equal(timeline.cursor, 8);
  assert.equal(timeline.apply(event(3)), 'ignored');
});

test('older history goes in front, without doubles', () => {
  const timeline = new Timeline();
  timeline.reset([message(9), message(10)], 10, true);
  timeline.prepend([message(7), message(8), message(9)], false);
  assert.deepEqual(seqs(timeline), [7, 8, 9, 10]);
  assert.equal(timeline.hasMore, false);
});

test('receipts never step back, in whatever order they come', () => {
  const order: Status[] = ['sent', 'delivered', 'read'];
  for (let seed = 1; seed <= 200; seed++) {
    const next = random(seed);
    const timeline = new Timeline();
    const receipts = range(1, 6).map(() => ({ upTo: 1 + Math.floor(next() * 5), status: order[Math.floor(next() * 3)]! }));
    const steps = shuffled([...range(1, 5).map((seq) => () => timeline.apply(event(seq, 'visitor'))), ...receipts.map(({ upTo, status }) => () => timeline.receipt(upTo, status))], next);
    steps.forEach((step) => step());
    for (const { seq, status } of timeline.messages) {
      const highest = Math.max(0, ...receipts.filter(({ upTo }) => upTo >= seq).map((receipt) => order.indexOf(receipt.status)));
      assert.equal(status, order[highest], `seed ${seed}, message ${seq}`);
    }
  }
});

test('edits and deletions change the message they name', () => {
  const timeline = new Timeline();
  timeline.apply(event(1));
  timeline.apply({ type: 'message.updated', seq: 2, payload: { id: 'msg_1', content: { type: 'text', text: 'new' }, edited: true } });
  assert.deepEqual(timeline.find('msg_1')?.content, { type: 'text', text: 'new' });
  timeline.apply({ type: 'message.deleted', seq: 3, payload: { id: 'msg_1' } });
  assert.equal(timeline.find('msg_1')?.deleted, true);
  assert.equal(timeline.cursor, 3);
});

test('an acknowledgement and the pushed frame of the same message make one', () => {
  const entry = { clientMessageId: 'cm_1', content: { type: 'text' as const, text: 'hi' }, sentAt: '2026-01-01T12:00:00Z' };
  const ack = { clientMessageId: 'cm_1', messageId: 'msg_1', seq: 1, conversationId: 'conv_1', timestamp: '2026-01-01T12:00:00Z' };
  const timeline = new Timeline();
  assert.equal(timeline.apply(ackEvent(ack, entry)), 'applied');
  assert.equal(timeline.apply(event(1, 'visitor')), 'ignored');
  assert.equal(timeline.messages.length, 1);
});
