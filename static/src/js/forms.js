// Forms: parts instead of whole pages, passwords, questions before the irreversible.
import { $, $$, byId, csrf, on } from './dom.js';
import { applyParts, failed, request } from './fragments.js';
import { open, openConversation, walk } from './thread.js';
import { confirm } from './overlays.js';
import { toast } from './toast.js';

const STRONG_CHARS = 16;
const DONE_WORDS = { resolved: 'Done', open: 'Reopened', pending: 'Waiting for the customer', spam: 'Marked as spam' };

/** Posts a form's fields and puts the parts of the answer in. */
export async function post(action, fields, parts) {
  const body = new URLSearchParams({ _csrf: csrf(), ...fields });
  const response = await request(action, { method: 'POST', body, parts });
  if (parts !== 'none') await applyParts(await response.text(), parts.split(','));
  return response;
}

async function submitParts(form, submitter) {
  const fields = new FormData(form, submitter);
  const parts = form.dataset.parts;
  form.setAttribute('aria-busy', 'true');
  try {
    const before = $('#thread-head')?.dataset.status;
    if (parts === 'message') {
      const response = await request(form.action, { method: 'POST', body: new URLSearchParams(fields), parts });
      const template = document.createElement('template');
      template.innerHTML = await response.text();
      document.dispatchEvent(new CustomEvent('linktor:arrived', { detail: { log: $('[data-log]'), element: template.content.querySelector('.msg'), swap: 'append' } }));
      return;
    }
    await post(form.getAttribute('action'), Object.fromEntries(fields), parts);
    afterwards(form, fields, before);
  } catch (error) {
    failed(error, () => submitParts(form, submitter));
  } finally {
    form.removeAttribute('aria-busy');
  }
}

function afterwards(form, fields, before) {
  const action = new URL(form.action).pathname;
  const status = fields.get('status');
  if (status && action.endsWith('/status')) {
    const undo = before && before !== 'snoozed' && { label: 'Undo', run: () => post(action, { status: before }, 'head,panel').catch(failed) };
    toast(DONE_WORDS[status] ?? 'Changed', { action: undo });
    if (status === 'resolved' || status === 'spam') next();
  } else if (action.endsWith('/snooze')) {
    toast('Snoozed', { glyph: 'alarm-clock', action: { label: 'Undo', run: () => post(action.replace('/snooze', '/status'), { status: 'open' }, 'head,panel').catch(failed) } });
    next();
  } else if (fields.get('unread')) {
    byId(`row-${openConversation()}`)?.classList.add('unread');
    toast('Marked unread');
  }
}

/** After Done the next row opens; on a phone the list comes back. */
function next() {
  if (matchMedia('(max-width: 899px)').matches) return $('[data-close]')?.click();
  const rows = $$('.row');
  const at = rows.findIndex((row) => row.classList.contains('selected'));
  if (at >= 0 && rows.length > 1) {
    const following = rows[at + 1] ?? rows[at - 1];
    open($('.cover', following).href);
  } else walk(1);
}

on('submit', 'form[data-parts]', (event, form) => { event.preventDefault(); submitParts(form, event.submitter); });

on('submit', 'form[data-confirm]', async (event, form) => {
  if (form.dataset.sure) return;
  event.preventDefault();
  if (await confirm(form.dataset.confirm, form.dataset.verb)) { form.dataset.sure = 'yes'; form.requestSubmit(); }
});
on('submit', 'form:not([data-parts], [data-confirm], [data-theme-form], #composer)', (event, form) => {
  const button = event.submitter ?? $('button:not([type=button])', form);
  if (form.dataset.sent) return event.preventDefault();
  if (button?.ariaDisabled === 'true') return event.preventDefault();
  form.dataset.sent = 'yes';
  button?.setAttribute('aria-busy', 'true');
});
addEventListener('pageshow', () => { for (const form of $$('form[data-sent]')) { delete form.dataset.sent; $('[aria-busy]', form)?.removeAttribute('aria-busy'); } });

on('change', '[data-autosave] select', (_, select) => select.form.requestSubmit());

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

export function startForms() {
  countDown();
  const zone = $('[data-own-zone]');
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && [...zone.options].some((option) => option.value === own)) zone.value = own;
  const code = $('.code[aria-invalid]');
  if (code) code.classList.add('shake');
}
