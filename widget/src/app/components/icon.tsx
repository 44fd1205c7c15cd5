/** Line icons on a 24 grid. */
import type { JSX } from 'preact';

const CIRCLE = 'M12 2a10 10 0 1 0 0 20 10 10 0 1 0 0-20';
const CARD = 'M4 5h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z';

const PATHS = {
  down: 'm6 9 6 6 6-6',
  back: 'm15 18-6-6 6-6',
  forward: 'm9 18 6-6-6-6',
  close: 'M18 6 6 18M6 6l12 12',
  menu: 'M5 12h.01M12 12h.01M19 12h.01',
  smile: `${CIRCLE}M8 14s1.5 2 4 2 4-2 4-2M9 9h.01M15 9h.01`,
  clip: 'm16 6-8.414 8.586a2 2 0 0 0 2.829 2.829l8.414-8.586a4 4 0 1 0-5.657-5.657l-8.379 8.551a6 6 0 1 0 8.485 8.485l8.379-8.551',
  up: 'm5 12 7-7 7 7M12 19V5',
  check: 'M20 6 9 17l-5-5',
  checks: 'M18 6 7 17l-5-5m20-2-7.5 7.5L13 16',
  clock: `${CIRCLE}M12 6v6l4 2`,
  alert: `${CIRCLE}M12 8v4M12 16h.01`,
  offline: 'M12 20h.01M8.5 16.4a5 5 0 0 1 7 0M5 12.9a10 10 0 0 1 5.2-2.7M19 12.9a10 10 0 0 0-2-1.6M2 8.8a15 15 0 0 1 4.2-2.6M22 8.8a15 15 0 0 0-11.3-3.8M2 2l20 20',
  bubble: 'M7.9 20A9 9 0 1 0 4 16.1L2 22Z',
  box: 'M21 8v8a2 2 0 0 1-1 1.7l-7 4a2 2 0 0 1-2 0l-7-4A2 2 0 0 1 3 16V8a2 2 0 0 1 1-1.7l7-4a2 2 0 0 1 2 0l7 4A2 2 0 0 1 21 8zM3.3 7 12 12l8.7-5M12 22V12',
  cup: 'M10 2v2M14 2v2M6 2v2M17 8h1a4 4 0 1 1 0 8h-1M3 8h14v9a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4z',
  undo: 'M9 14 4 9l5-5M4 9h10.5a5.5 5.5 0 0 1 0 11H11',
  card: `${CARD}M2 10h20`,
  truck: 'M14 18V6a2 2 0 0 0-2-2H4a2 2 0 0 0-2 2v12h3m4 0h6m4 0h3v-5l-4-5h-4M7 16a2 2 0 1 0 0 4 2 2 0 1 0 0-4m10 0a2 2 0 1 0 0 4 2 2 0 1 0 0-4',
  tag: 'M12.6 2.6A2 2 0 0 0 11.2 2H4a2 2 0 0 0-2 2v7.2a2 2 0 0 0 .6 1.4l8.7 8.7a2.4 2.4 0 0 0 3.4 0l6.6-6.6a2.4 2.4 0 0 0 0-3.4zM7.5 7.5h.01',
  help: `${CIRCLE}M9.1 9a3 3 0 0 1 5.8 1c0 2-3 3-3 3M12 17h.01`,
} as const;

export type IconName = keyof typeof PATHS;

export const isIcon = (name: string | undefined): name is IconName => !!name && name in PATHS;

export interface LineProps {
  name: string;
  path: string;
  /** For an icon that says something no text beside it says. */
  label?: string;
}

export const Line = ({ name, path, label }: LineProps): JSX.Element => (
  <svg class={`i i-${name}`} viewBox="0 0 24 24" aria-hidden={label ? undefined : 'true'} role={label ? 'img' : undefined} aria-label={label}>
    <path d={path} />
  </svg>
);

export const Icon = ({ name }: { name: IconName }): JSX.Element => <Line name={name} path={PATHS[name]} />;

/** The linktor mark: a corner that holds a message. */
export const Mark = (): JSX.Element => (
  <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
    <rect width="24" height="24" rx="6.5" />
    <path d="M7.2 5.6v8.2a4.6 4.6 0 0 0 4.6 4.6h5" />
    <circle cx="15.4" cy="9.2" r="3.4" />
  </svg>
);

/** For those who draw without Preact. */
export const pathOf = (name: IconName): string => PATHS[name];
