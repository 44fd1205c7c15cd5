// The script of the dashboard. Everything here makes pages quicker that work without it.
import { $, on } from './dom.js';
import { startComposer, unquote } from './composer.js';
import './forms.js';
import { startKeys } from './keys.js';
import { startLive } from './live.js';
import { startOverlays } from './overlays.js';
import { newest, opened } from './thread.js';
import { startTimes } from './times.js';

on('click', '[data-do=newest]', newest);
on('click', '[data-do=unquote]', unquote);

startTimes();
startOverlays();
startKeys();
startLive();
if ($('#list')) {
  startComposer();
  opened();
}
