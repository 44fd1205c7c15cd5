// Fields that do more: passwords, codes, colours. Loaded by the pages that have them.
import { $, byId, on } from './dom.js';

const STRONG_CHARS = 16;

// What a form made is shown once, in its answer: loading that anew shows the page, and makes nothing more.
const made = $('[data-here]');
if (made) history.replaceState(null, '', made.dataset.here);

// --- passwords ----------------------------------------------------------------------------------

on('click', '[data-reveal]', (_, button) => {
  const field = byId(button.dataset.reveal);
  const shown = field.type === 'password';
  field.type = shown ? 'text' : 'password';
  button.setAttribute('aria-pressed', String(shown));
  button.setAttribute('aria-label', shown ? 'Hide password' : 'Show password');
  field.focus();
});
for (const type of ['keydown', 'keyup', 'mousedown']) {
  on(type, '[data-caps]', (event, field) => { byId(field.dataset.caps).hidden = !event.getModifierState?.('CapsLock'); });
}
on('focusout', '[data-caps]', (_, field) => { byId(field.dataset.caps).hidden = true; });
on('input', '[data-strength]', (_, field) => {
  const missing = Number(field.minLength) - field.value.length;
  const place = byId(field.dataset.strength);
  if (!place) return;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(field.value)).length;
  place.textContent = !field.value ? '' : missing > 0 ? `${missing} more.` : field.value.length >= STRONG_CHARS || kinds > 2 ? 'Strong.' : 'Good.';
});
on('input', '[data-submit-at]', (_, field) => {
  field.value = field.value.replace(/\D/g, '');
  if (field.value.length === Number(field.dataset.submitAt)) field.form.requestSubmit();
});
on('input', '[data-color], [data-color-for]', (_, field) => {
  const twin = field.dataset.colorFor ? byId(field.dataset.colorFor) : $(`[data-color-for="${field.id}"]`);
  if (/^#[0-9a-f]{6}$/i.test(field.value)) twin.value = field.value;
});

function countDown() {
  const place = $('[data-wait]');
  const button = $('[data-waiting]');
  if (!place || !button) return;
  const until = Date.now() + Number(place.dataset.wait) * 1_000;
  const timer = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1_000);
    place.textContent = `${Math.max(0, left)} s`;
    if (left > 0) return;
    clearInterval(timer);
    button.removeAttribute('aria-disabled');
    place.closest('.banner').remove();
  }, 250);
}

countDown();
{
  const zone = $('[data-own-zone]');
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && [...zone.options].some((option) => option.value === own)) zone.value = own;
  const tongue = $('[data-own-language]');
  const spoken = [...(tongue?.options ?? [])].find(({ value }) => value.slice(0, 2) === navigator.language.slice(0, 2));
  if (spoken) tongue.value = spoken.value;
  const code = $('.code[aria-invalid]');
  code?.classList.add('shake');
}
