import assert from 'node:assert/strict';
import test from 'node:test';
import { contrast, readableOn, textOn } from '../../src/color';
import { matches } from '../../src/glob';
import { pick } from '../../src/loader/language';
import { combine } from '../../src/options';
import { complaint } from '../../src/app/more/fields';
import { allowed, objection } from '../../src/app/more/uploads';
import { quickReplies, rows, summary } from '../../src/app/view';
import type { Message } from '../../src/app/timeline';
import type { Config, Field } from '../../src/wire';

test('text on the brand colour is the more readable of the two', () => {
  const cases: [string, number, number, string][] = [
    ['#0066FF', 4.83, 3.91, '#FFFFFF'], ['#FFD400', 1.43, 13.19, '#111111'], ['#22C55E', 2.28, 8.29, '#111111'], ['#767676', 4.54, 4.16, '#FFFFFF'],
  ];
  for (const [color, onWhite, onDark, expected] of cases) {
    assert.equal(contrast(color, '#FFFFFF').toFixed(2), onWhite.toFixed(2), color);
    assert.equal(contrast(color, '#111111').toFixed(2), onDark.toFixed(2), color);
    assert.equal(textOn(color), expected, color);
  }
});

test('the shortcut for text colour agrees with the contrasts for every grey and many colours', () => {
  const hex = (n: number): string => n.toString(16).padStart(2, '0');
  for (let r = 0; r < 256; r += 15) for (let g = 0; g < 256; g += 15) for (let b = 0; b < 256; b += 15) {
    const color = `#${hex(r)}${hex(g)}${hex(b)}`;
    const [white, dark] = [contrast(color, '#FFFFFF'), contrast(color, '#111111')];
    if (Math.abs(white - dark) > 0.05) assert.equal(textOn(color), white > dark ? '#FFFFFF' : '#111111', color);
  }
});

test('any brand colour becomes readable as text', () => {
  for (const color of ['#FFD400', '#5450D6', '#000000', '#ffffff', '#22C55E', '#0f0']) {
    for (const ground of ['#EEEEFB', '#24243A']) assert(contrast(readableOn(color, ground), ground) >= 4.5, `${color} on ${ground}`);
  }
});

test('address patterns', () => {
  const at = (href: string) => new URL(href);
  const cases: [string, string, boolean][] = [
    ['/products/*', 'https://a.b/products/1?x=1', true], ['/products/*', 'https://a.b/shop', false], ['/', 'https://a.b/', true], ['/', 'https://a.b/x', false],
    ['https://a.b/*', 'https://a.b/x/y', true], ['*checkout*', 'https://a.b/checkout/2', true], ['/a.c', 'https://x.y/abc', false], ['/x', 'https://a.b/x#top', true],
  ];
  for (const [pattern, href, expected] of cases) assert.equal(matches(pattern, at(href)), expected, `${pattern} ${href}`);
});

test('languages', () => {
  const have = ['ar', 'de', 'en', 'es', 'fr', 'he', 'it', 'pt-BR'];
  const cases: [string, string | undefined, string][] = [
    ['pt-PT', undefined, 'pt-BR'], ['pt-BR', undefined, 'pt-BR'], ['en-US', 'es', 'en'], ['ja', 'es', 'es'], ['ja', undefined, 'en'], ['ar-EG', undefined, 'ar'], ['es-419', undefined, 'es'], ['ja', 'zh', 'en'],
  ];
  for (const [wanted, fallback, expected] of cases) assert.equal(pick(wanted, have, fallback), expected, wanted);
});

test('a page may make limits stricter, never looser', () => {
  const config: Config = { channelId: 'c', theme: { primaryColor: '#000' }, fileUpload: { enabled: true, maxSize: 100, allowedTypes: ['image/*', '.pdf'] }, privacy: { cookieConsent: true }, preChatForm: { enabled: true, fields: [] } };
  const looser = combine(config, { channelId: 'c', fileUpload: { maxSize: 1_000, allowedTypes: ['image/*', '.exe'] }, privacy: { cookieConsent: false }, preChatForm: { enabled: false } });
  assert.equal(looser.fileUpload?.maxSize, 100);
  assert.deepEqual(looser.fileUpload?.allowedTypes, ['image/*']);
  assert.equal(looser.privacy?.cookieConsent, true);
  assert.equal(looser.preChatForm?.enabled, true);
  assert.equal(combine(config, { channelId: 'c', fileUpload: { enabled: false } }).fileUpload?.enabled, false);
  assert.equal(combine({ ...config, fileUpload: { enabled: false } }, { channelId: 'c', fileUpload: { enabled: true } }).fileUpload?.enabled, false);
});

test('form fields', () => {
  const field = (more: Partial<Field>): Field => ({ name: 'f', label: 'F', type: 'text', ...more });
  const cases: [Partial<Field>, string | boolean | undefined, string | undefined][] = [
    [{ required: true }, '  ', 'required'], [{}, '', undefined], [{ type: 'email' }, 'camila@duarte', 'email'], [{ type: 'email' }, 'camila', 'invalid'], [{ type: 'email' }, 'a@b.co', undefined],
    [{ type: 'tel' }, '+55 11 9999-9999', undefined], [{ type: 'tel' }, 'abc', 'invalid'], [{ type: 'number' }, '1.5', undefined], [{ type: 'number' }, 'x', 'invalid'],
    [{ type: 'checkbox', required: true }, false, 'required'], [{ maxLength: 3 }, 'four', 'too_long'],
  ];
  for (const [more, value, expected] of cases) assert.equal(complaint(field(more), value), expected, JSON.stringify([more, value]));
});

test('files', () => {
  const types = ['image/*', 'application/pdf', '.docx'];
  assert(allowed({ name: 'a.png', type: 'image/png' }, types));
  assert(allowed({ name: 'A.DOCX', type: '' }, types));
  assert(!allowed({ name: 'a.svgz', type: 'text/html' }, types));
  assert(allowed({ name: 'x', type: '' }, undefined));
  assert.equal(objection({ name: 'a.png', type: 'image/png', size: 0 }, { enabled: true }), 'empty');
  assert.equal(objection({ name: 'a.png', type: 'image/png', size: 11 }, { enabled: true, maxSize: 10 }), 'too_large');
  assert.equal(objection({ name: 'a.exe', type: '', size: 5 }, { enabled: true, allowedTypes: types }), 'unsupported_media');
});

const at = (seq: number, time: string, type: 'agent' | 'visitor', content: Message['content']): Message => ({ seq, id: `m${seq}`, author: { type, name: type }, timestamp: time, content });
const NOW = Date.parse('2026-01-02T12:00:00Z');

test('messages of one author within a minute are grouped, and days divided', () => {
  const list = [
    at(1, '2026-01-01T12:00:00Z', 'agent', { type: 'text', text: 'a' }), at(2, '2026-01-01T12:00:30Z', 'agent', { type: 'text', text: 'b' }),
    at(3, '2026-01-01T12:05:00Z', 'agent', { type: 'text', text: 'c' }), at(4, '2026-01-02T11:00:00Z', 'visitor', { type: 'text', text: 'd' }),
  ];
  assert.deepEqual(rows(list, [], NOW).map(({ last, day }) => [last, day]), [[false, true], [true, false], [true, false], [true, true]]);
});

test('a choice is found in the answer, also in one not sent yet', () => {
  const question = at(1, '2026-01-02T12:00:00Z', 'agent', { type: 'buttons', text: '?', buttons: [{ id: 'a', title: 'A' }] });
  const waiting = { clientMessageId: 'cm', sentAt: '', content: { type: 'postback' as const, payload: 'a', sourceMessageId: 'm1' } };
  assert.equal(rows([question], [waiting], NOW)[0]!.chosen, 'a');
  assert.equal(rows([question], [], NOW)[0]!.chosen, undefined);
});

test('quick replies stand under the newest message until it is answered', () => {
  const replies = [{ id: 'q', title: 'Q' }];
  const question = at(1, '2026-01-02T12:00:00Z', 'agent', { type: 'text', text: '?', quickReplies: replies });
  assert.deepEqual(quickReplies([question], [])?.replies, replies);
  assert.equal(quickReplies([question, at(2, '2026-01-02T12:00:01Z', 'visitor', { type: 'text', text: '!' })], []), undefined);
  assert.equal(quickReplies([question], [{ clientMessageId: 'cm', sentAt: '', content: { type: 'text', text: '!' } }]), undefined);
});

test('one line of text', () => {
  assert.equal(summary({ content: { type: 'text', text: '**Yes!** `x`' } }), 'Yes! x');
  assert.equal(summary({ content: { type: 'document', filename: 'a.pdf' } }), 'a.pdf');
  assert.equal(summary({ content: undefined, fallbackText: 'f' }), 'f');
});
