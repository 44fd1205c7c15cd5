// Beside a form of a web chat's settings: the chat as it would be, before anything is saved.
import { $, byId, settle } from './dom.js';

const QUIET_MS = 400;
const side = $('[data-preview]');

async function show() {
  const form = $('form[data-settings]');
  const body = new URLSearchParams(new FormData(form));
  body.set('page', side.dataset.page);
  body.set('language', byId('preview-language').value);
  // Offline, or the page is being left: the picture stays as it is, and the next change asks again.
  const config = await fetch(side.dataset.preview, { method: 'POST', body, credentials: 'same-origin' })
    .then((answer) => (answer.ok ? answer.json() : null))
    .catch(() => null);
  if (!config) return;
  const screen = $('.screen', side);
  screen.classList.toggle('phone', byId('preview-phone').checked);
  const frame = document.createElement('iframe');
  frame.title = $('iframe', side).title;
  frame.tabIndex = -1;
  frame.src = side.dataset.preview;
  // The frame asks for what it shows once its script is there.
  addEventListener('message', function told({ source, data }) {
    if (source !== frame.contentWindow || data !== 'linktor:preview') return;
    removeEventListener('message', told);
    source.postMessage({ config, state: byId('preview-state').value, language: byId('preview-language').value }, location.origin);
  });
  $('iframe', side).replaceWith(frame);
}

if (side) {
  side.hidden = false;
  byId('preview-language').value = $('#defaultLanguage')?.value ?? 'en';
  const again = settle(QUIET_MS, show);
  $('form[data-settings]').addEventListener('input', again);
  for (const choice of ['preview-state', 'preview-language', 'preview-phone']) byId(choice).addEventListener('change', again);
  again();
}
