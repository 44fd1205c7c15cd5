// Recordings and pictures of the thread.
import { $, $$, byId, say } from './dom.js';

const STEP_SECS = 5;

/** What a press on a play button, a waveform or a picture does. */
export function play(event, part) {
  if (part.matches('.pic')) return enlarge(part);
  const player = part.closest('[data-player]');
  const audio = $('audio', player);
  if (part.matches('.play') || event.key === ' ') return toggle(player, audio);
  if (event.type === 'click') { const area = part.getBoundingClientRect(); return seek(player, audio, ((event.clientX - area.left) / area.width) * audio.duration); }
  const step = { ArrowRight: STEP_SECS, ArrowLeft: -STEP_SECS }[event.key];
  return step && seek(player, audio, audio.currentTime + step);
}

function paint(player, audio) {
  const part = audio.duration ? audio.currentTime / audio.duration : 0;
  const bars = $$('rect', player);
  bars.forEach((bar, at) => bar.classList.toggle('on', at < part * bars.length));
  $('.wave', player)?.setAttribute('aria-valuenow', Math.round(part * 100));
}

function wire(player, audio) {
  if (audio.dataset.wired) return;
  audio.dataset.wired = 'yes';
  for (const type of ['timeupdate', 'ended']) audio.addEventListener(type, () => paint(player, audio));
  for (const type of ['play', 'pause', 'ended']) {
    audio.addEventListener(type, () => {
      player.classList.toggle('playing', !audio.paused);
      $('.play', player).setAttribute('aria-label', audio.paused ? 'Play recording' : 'Pause recording');
    });
  }
}

function toggle(player, audio) {
  wire(player, audio);
  audio.paused ? audio.play().catch(() => say('This recording can\u{2019}t be played here.', true)) : audio.pause();
}

function seek(player, audio, to) {
  if (audio.duration) { audio.currentTime = Math.min(audio.duration, Math.max(0, to)); paint(player, audio); }
}

function enlarge(link) {
  const dialog = byId('light');
  const picture = $('img', dialog);
  picture.src = link.href;
  picture.alt = $('img', link)?.alt ?? link.textContent;
  $('a', dialog).href = link.href;
  dialog.showModal();
}
