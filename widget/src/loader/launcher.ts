/** The round button. The app adds everything else to it: unread badge, panel, previews. */
import type { Theme } from '../wire';

const BUBBLE = 'M7.9 20A9 9 0 1 0 4 16.1L2 22Z';
const SVG = 'http://www.w3.org/2000/svg';

export function createLauncher({ launcherIcon, launcherText }: Theme): HTMLButtonElement {
  const button = document.createElement('button');
  button.className = 'linktor-launcher';
  button.setAttribute('part', 'launcher');
  button.ariaExpanded = 'false';
  let icon: Element;
  if (/^https?:/.test(launcherIcon ?? '')) {
    icon = new Image();
    (icon as HTMLImageElement).src = launcherIcon!;
    (icon as HTMLImageElement).alt = '';
  } else {
    icon = document.createElementNS(SVG, 'svg');
    const path = document.createElementNS(SVG, 'path');
    icon.setAttribute('viewBox', '0 0 24 24');
    icon.ariaHidden = 'true';
    path.setAttribute('d', BUBBLE);
    icon.append(path);
  }
  button.append(icon, launcherText ?? '');
  return button;
}
