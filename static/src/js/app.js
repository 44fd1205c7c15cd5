// The script of the dashboard. Everything here makes pages quicker that work without it.
import { $, byId, more, on } from './dom.js';
import { load } from './fragments.js';
import { startComposer, unquote } from './composer.js';
import './forms.js';
import { startKeys } from './keys.js';
import { startLive } from './live.js';
import { startOverlays } from './overlays.js';
import { newest, opened } from './thread.js';
import { startTimes } from './times.js';

// What the parts that are loaded later are made of.
export { $, $$, byId, csrf, icon, make, on, say, settle } from './dom.js';
export { applyParts, failed, load, request, swapped } from './fragments.js';
export { mode } from './composer.js';
export { onFrame } from './live.js';
export { SINGLE } from './keys.js';
export { openSearch, setTheme } from './overlays.js';
export { post } from './forms.js';
export { toast } from './toast.js';

const HEALTH_MS = 2_000;

on('click', '[data-do=newest]', newest);
on('click', '[data-do=unquote]', unquote);
on('touchstart', '.row', (event, row) => more().then((parts) => parts.swipe(event, row)).catch(() => {}));

startTimes();
startOverlays();
startKeys();
startLive();
if (byId('health')) {
  setInterval(() => { if (document.visibilityState === 'visible') load(location.href, ['health']).catch(() => {}); }, HEALTH_MS);
}
// Pictures within a button load as well, which asks for nothing.
const mails = (event, of) => more().then((parts) => parts.mails(event?.type === 'click' && of));
for (const type of ['load', 'toggle', 'click']) on(type, '[data-mail]', mails, true);
if ($('[data-mail]')) mails();
if ($('[data-search-page]')) more();
if ($('#list')) {
  startComposer();
  opened();
}
