// Beside the form of a template: what is wrong and what a customer sees, while it is written. And
// lists that change by themselves when a vendor has decided.
import { $, $$, byId, csrf, on, settle } from './dom.js';
import { applyParts, failed, load, request } from './fragments.js';
import { onFrame } from './live.js';

const QUIET_MS = 300;
const form = () => byId('template-form');

/** Everything that says something about what is typed. */
const said = () => [...$$('[data-said]', form()).map((place) => place.id), 'template-seen'];

let asked = 0;
async function look(parts, button) {
  const fields = new FormData(form());
  if (button) fields.set(button.name, button.value);
  else fields.set('do', 'look');
  asked += 1;
  const mine = asked;
  const response = await request(form().action, { method: 'POST', parts: parts.join(','), body: new URLSearchParams(fields) });
  const html = await response.text();
  // What was typed since is asked about anew.
  if (mine === asked) await applyParts(html, parts);
}

function written() {
  const names = new Set(`${byId('header.text')?.value ?? ''} ${byId('body')?.value ?? ''}`.match(/\{\{[^{}]+\}\}/g));
  const known = $$('#template-samples input').length;
  const isThere = document.activeElement?.closest('#template-samples');
  look(!isThere && (names.size || known) ? [...said(), 'template-samples'] : said()).catch(failed);
}
const soon = settle(QUIET_MS, written);

on('input', '#template-form', (_, own) => { if (own) soon(); });
on('change', '#template-form [data-redraw]', () => look(['template-parts', 'template-seen', ...said()]).catch(failed));
on('click', '#template-form button[name=do]', (event, button) => {
  event.preventDefault();
  const at = $$('button[name=do]', form()).indexOf(button);
  look(['template-parts', 'template-seen'], button).then(() => {
    const rows = $$('.buttonrow', form());
    (button.value === 'add' ? $('input, select', rows.at(-1)) : $$('button[name=do]', form())[Math.max(0, at - 1)])?.focus();
  }).catch(failed);
});

on('change', '[data-example]', async (_, input) => {
  const [file] = input.files;
  if (!file) return;
  const body = new FormData();
  body.append('file', file, file.name);
  const place = byId(`said-${input.dataset.example}`);
  place.textContent = 'Uploading.';
  try {
    const response = await request('/app/media', { method: 'POST', body, signal: AbortSignal.timeout(120_000), headers: { 'X-CSRF-Token': csrf() } });
    form().elements[input.dataset.example].value = (await response.json()).id;
    await look(said());
  } catch (error) {
    place.textContent = error.message;
    failed(error);
  }
});

// A vendor decides in its own time.
const watched = $('[data-watch]');
if (watched) onFrame('templates', () => load(watched.dataset.watch, [watched.id]).catch(() => {}));
