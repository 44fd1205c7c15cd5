import assert from 'node:assert/strict';
import test from 'node:test';
import { inline, parse, type Block, type Inline } from '../../src/app/markdown';
import { random } from './random';

test('the formatting we know', () => {
  const cases: [string, Inline[]][] = [
    ['plain', ['plain']],
    ['**From 50 seats.**', [{ tag: 'strong', children: ['From 50 seats.'] }]],
    ['a *b* c', ['a ', { tag: 'em', children: ['b'] }, ' c']],
    ['_x_', [{ tag: 'em', children: ['x'] }]],
    ['snake_case_name', ['snake_case_name']],
    ['2 * 3 * 4', ['2 * 3 * 4']],
    ['`a*b*`', [{ tag: 'code', children: ['a*b*'] }]],
    ['[site](https://example.com)', [{ tag: 'a', href: 'https://example.com', children: ['site'] }]],
    ['see https://example.com/a?b=c.', ['see ', { tag: 'a', href: 'https://example.com/a?b=c', children: ['https://example.com/a?b=c'] }, '.']],
    ['[mail](mailto:a@b.co)', [{ tag: 'a', href: 'mailto:a@b.co', children: ['mail'] }]],
    ['**bold *and* more**', [{ tag: 'strong', children: ['bold ', { tag: 'em', children: ['and'] }, ' more'] }]],
  ];
  for (const [text, expected] of cases) assert.deepEqual(inline(text), expected, text);
});

test('lists, paragraphs and code blocks', () => {
  assert.deepEqual(parse('hi\n- one\n- two\nbye'), [
    { tag: 'p', children: ['hi'] }, { tag: 'ul', items: [['one'], ['two']] }, { tag: 'p', children: ['bye'] },
  ]);
  assert.deepEqual(parse('1. a\n2. b'), [{ tag: 'ol', items: [['a'], ['b']] }]);
  assert.deepEqual(parse('```\nlet x;\n```'), [{ tag: 'pre', text: 'let x;' }]);
  assert.deepEqual(parse('a\nb'), [{ tag: 'p', children: ['a\nb'] }]);
});

test('no address but harmless ones becomes a link', () => {
  for (const address of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x', '//evil.example', 'file:///etc/passwd', ' javascript:x']) {
    assert.deepEqual(links(parse(`[x](${address})`)), [], address);
  }
});

test('random text keeps every letter and yields only safe links', () => {
  const pieces = ['**', '*', '_', '`', '[', ']', '(', ')', 'javascript:', 'https://a.b/c', 'x', ' ', '\n', '- ', '1. ', '<img src=x onerror=y>', '```'];
  for (let seed = 1; seed <= 500; seed++) {
    const next = random(seed);
    const text = Array.from({ length: 40 }, () => pieces[Math.floor(next() * pieces.length)]!).join('');
    for (const href of links(parse(text))) assert(/^(https?:\/\/|mailto:|tel:)/i.test(href), `seed ${seed}: ${href}`);
  }
});

test('hostile input takes no time', () => {
  const begun = Date.now();
  for (const text of ['*'.repeat(10_000), '**a'.repeat(3_000), '['.repeat(10_000), '_a '.repeat(3_000), '`'.repeat(10_000), 'https://'.repeat(1_200)]) parse(text.slice(0, 10_000));
  assert(Date.now() - begun < 1_000, `${Date.now() - begun} ms`);
});

function links(blocks: Block[]): string[] {
  const inside = (parts: Inline[]): string[] => parts.flatMap((part) => (typeof part === 'string' ? [] : [...(part.tag === 'a' ? [part.href] : []), ...inside(part.children)]));
  return blocks.flatMap((block) => (block.tag === 'pre' ? [] : block.tag === 'p' ? inside(block.children) : block.items.flatMap(inside)));
}
