// The small choice of emoji beside the composer.
import { byId, make, on } from './dom.js';

const EMOJI = '\u{1f600} \u{1f604} \u{1f60a} \u{1f609} \u{1f60d} \u{1f917} \u{1f605} \u{1f602} \u{1f642} \u{1f914} \u{1f610} \u{1f615} \u{1f622} \u{1f62e} \u{1f634} \u{1f973} \u{1f44d} \u{1f44e} \u{1f44c} \u{1f64f} \u{1f44f} \u{1f64c} \u{1f4aa} \u{1f44b} \u{2705} \u{274c} \u{2757} \u{2753} \u{2b50} \u{2728} \u{1f525} \u{1f389} \u{2764}\u{fe0f} \u{1f49c} \u{1f4a1} \u{1f4e6} \u{1f69a} \u{1f9fe} \u{1f4b3} \u{1f4f7} \u{1f4ce} \u{1f4c5} \u{23f0} \u{1f4de} \u{1f4cd} \u{2615} \u{1f331} \u{1f381}'.split(' ');

/** Puts the glyphs into the panel, once. */
export function fillEmoji(panel) {
  if (!panel.children.length) panel.append(...EMOJI.map((glyph) => make('button', { type: 'button', 'data-emoji': glyph }, glyph)));
  panel.querySelector('button').focus();
}

on('click', '[data-emoji]', (_, button) => {
  const text = byId('text');
  text.setRangeText(button.dataset.emoji, text.selectionStart, text.selectionEnd, 'end');
  byId('emoji').hidePopover();
  text.focus();
  text.dispatchEvent(new Event('input', { bubbles: true }));
});
