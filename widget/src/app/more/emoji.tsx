/** A few dozen emoji to choose from; the system's own keyboard has the rest. */
import type { JSX } from 'preact';

const SYMBOLS =
  '1f600 1f603 1f604 1f601 1f605 1f602 1f642 1f609 1f60a 1f60d 1f618 1f60b 1f60e 1f914 1f610 1f60f 1f634 1f60c 1f615 1f61f 1f622 1f62d 1f624 1f621 1f633 1f631 1f973 1f91d 1f44d 1f44e 1f44c 1f44f 1f64f 1f4aa 1f44b 2764 1f494 1f389 1f525 2b50 2705 274c 2753 2615 1f381 1f4e6 1f4a1 1f4f7'
    .split(' ')
    .map((code) => String.fromCodePoint(parseInt(code, 16)));

export const Emoji = ({ label, onPick, onClose }: { label: string; onPick(symbol: string): void; onClose(): void }): JSX.Element => {
  const key = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    onClose();
  };
  return (
    <div class="emoji" role="group" aria-label={label} onKeyDown={key}>
      {SYMBOLS.map((symbol) => <button type="button" onClick={() => onPick(symbol)}>{symbol}</button>)}
    </div>
  );
};
