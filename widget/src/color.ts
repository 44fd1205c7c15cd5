/** Colours derived from the one the channel chose. */

/** Relative luminance of `#rgb` or `#rrggbb` by WCAG, 0 to 1. */
function luminance(color: string): number {
  const [r, g, b] = channels(color).map((part) => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function channels(color: string): number[] {
  const hex = color.replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3');
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) || 0);
}

/** WCAG contrast ratio of two colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

/** The luminance at which white and #111111 have the same contrast on a colour. */
const TIE = 0.1916;

/** The more readable of white and near-black on `color`. */
export const textOn = (color: string): string => (luminance(color) > TIE ? '#111111' : '#FFFFFF');

/** `color` moved towards `other` by `share` (0 to 1). */
export function mix(color: string, other: string, share: number): string {
  const end = channels(other);
  return '#' + channels(color).map((part, at) => Math.round(part + (end[at]! - part) * share).toString(16).padStart(2, '0')).join('');
}

/** `color` moved to black or white, in steps, until it can be read as text on `ground`. */
export function readableOn(color: string, ground: string): string {
  const end = luminance(ground) > 0.4 ? '#000000' : '#FFFFFF';
  let result = color;
  for (let share = 0; share <= 1 && contrast(result, ground) < 4.6; share += 0.1) result = mix(color, end, share);
  return result;
}
