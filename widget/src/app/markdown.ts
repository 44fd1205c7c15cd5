/**
 * A small, safe part of Markdown as a tree: bold, italic, code, lists, links. The caller draws it with elements; text never
 * becomes markup, and only harmless addresses become links.
 */
export type Inline = string | { tag: 'strong' | 'em' | 'code'; children: Inline[] } | { tag: 'a'; href: string; children: Inline[] };
export type Block = { tag: 'p'; children: Inline[] } | { tag: 'pre'; text: string } | { tag: 'ul' | 'ol'; items: Inline[][] };

const SAFE = /^(https?:\/\/|mailto:|tel:)/i;
const BULLET = /^\s*[-*\u2022]\s+(.*)$/;
const NUMBER = /^\s*\d{1,3}[.)]\s+(.*)$/;
/** Alternatives in order of precedence; each has its own group. */
const TOKEN =
  /`([^`\n]+)`|\[([^\]\n]{1,300})\]\(([^\s()]{1,2000})\)|\*\*([^\n]+?)\*\*|(?<![\w*])\*([^\s*][^*\n]*?)\*(?![\w*])|(?<!\w)_([^\s_][^_\n]*?)_(?!\w)|(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}])/;
/** Nesting beyond this is shown as it was written. */
const DEPTH = 4;

export function parse(text: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  const flush = (): void => {
    const paragraph = lines.join('\n').replace(/^\n+|\n+$/g, '');
    if (paragraph) blocks.push({ tag: 'p', children: inline(paragraph) });
    lines = [];
  };
  const source = text.split('\n');
  for (let at = 0; at < source.length; at++) {
    const line = source[at]!;
    const end = line.startsWith('```') ? source.indexOf('```', at + 1) : -1;
    if (end > at) {
      flush();
      blocks.push({ tag: 'pre', text: source.slice(at + 1, end).join('\n') });
      at = end;
      continue;
    }
    const kind = BULLET.test(line) ? 'ul' : NUMBER.test(line) ? 'ol' : undefined;
    if (!kind) {
      lines.push(line);
      continue;
    }
    flush();
    const item = inline((kind === 'ul' ? BULLET : NUMBER).exec(line)![1]!);
    const last = blocks.at(-1);
    if (last?.tag === kind) last.items.push(item);
    else blocks.push({ tag: kind, items: [item] });
  }
  flush();
  return blocks;
}

export function inline(text: string, depth = 0): Inline[] {
  const result: Inline[] = [];
  let rest = text;
  for (let match: RegExpExecArray | null; depth < DEPTH && (match = TOKEN.exec(rest)); ) {
    const [whole, code, label, address, strong, star, underscore, bare] = match;
    if (match.index) result.push(rest.slice(0, match.index));
    rest = rest.slice(match.index + whole.length);
    const emphasis = star ?? underscore;
    if (code) result.push({ tag: 'code', children: [code] });
    else if (label && SAFE.test(address!)) result.push({ tag: 'a', href: address!, children: [label] });
    else if (strong) result.push({ tag: 'strong', children: inline(strong, depth + 1) });
    else if (emphasis) result.push({ tag: 'em', children: inline(emphasis, depth + 1) });
    else if (bare) result.push({ tag: 'a', href: bare, children: [bare] });
    else result.push(whole);
  }
  if (rest) result.push(rest);
  return result;
}
