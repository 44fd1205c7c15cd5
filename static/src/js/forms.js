// Forms: parts instead of whole pages, passwords, questions before the irreversible.
import { $, $$, byId, csrf, more, on } from './dom.js';
import { applyParts, failed, request } from './fragments.js';
import { openConversation, walk } from './thread.js';
import { toast } from './toast.js';

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
  form.ariaBusy = 'true';
  form.closest('[popover]:popover-open')?.hidePopover();
  try {
    const before = $('#thread-head')?.dataset.status, had = $('#menu-assign [aria-checked=true]')?.value;
    if (parts === 'message') {
      const response = await request(form.action, { method: 'POST', body: new URLSearchParams(fields), parts });
      const template = document.createElement('template');
      template.innerHTML = await response.text();
      document.dispatchEvent(new CustomEvent('linktor:arrived', { detail: { log: $('[data-log]'), element: template.content.querySelector('.msg'), swap: 'append' } }));
      return;
    }
    await post(form.getAttribute('action'), Object.fromEntries(fields), parts);
    afterwards(form, fields, before, had, submitter);
  } catch (error) {
    failed(error, () => submitParts(form, submitter));
  } finally {
    form.ariaBusy = null;
  }
}

function afterwards(form, fields, before, had, submitter) {
  const action = new URL(form.action).pathname;
  const status = fields.get('status');
  const undo = (earlier) => ({ label: 'Undo', run: () => post(action.replace('/snooze', '/status'), earlier, 'head,panel').catch(failed) });
  if (status && action.endsWith('/status')) {
    toast(DONE_WORDS[status] ?? 'Changed', { action: before && before !== 'snoozed' && undo({ status: before }) });
    if (status === 'resolved' || status === 'spam') next();
  } else if (action.endsWith('/snooze')) {
    toast('Snoozed', { glyph: 'alarm-clock', action: undo({ status: 'open' }) });
    next();
  } else if (action.endsWith('/assign')) {
    const to = fields.get('assignee');
    if (to !== had) toast(to ? `Assigned to ${submitter.textContent}` : 'Unassigned', { action: $(`#menu-assign [value="${had}"]`) && undo({ assignee: had }) });
  } else if (fields.get('unread')) {
    byId(`row-${openConversation()}`)?.classList.add('unread');
    toast('Marked unread');
  }
}

/** After Done the next row opens, after the last one that before it; on a phone the list comes back. */
function next() {
  if (matchMedia('(max-width: 899px)').matches) return $('[data-close]')?.click();
  walk($$('.row').at(-1)?.matches('.selected') ? -1 : 1);
}

on('submit', 'form[data-parts]', (event, form) => { event.preventDefault(); form.ariaBusy || submitParts(form, event.submitter); });

on('submit', 'form[data-confirm]', async (event, form) => {
  if (form.dataset.sure) return;
  event.preventDefault();
  const parts = await more().catch(failed);
  if (await parts?.confirm(form.dataset.confirm, form.dataset.verb)) { form.dataset.sure = 'yes'; form.requestSubmit(); }
});
on('submit', 'form:not([data-parts], [data-confirm], [data-theme-form], #composer)', (event, form) => {
  const button = event.submitter ?? $('button:not([type=button])', form);
  if (form.ariaBusy || button?.ariaDisabled === 'true') return event.preventDefault();
  form.ariaBusy = 'true';
  if (button) button.ariaBusy = 'true';
});
addEventListener('pageshow', () => { for (const busy of $$('form[aria-busy], form [aria-busy]')) busy.ariaBusy = null; });

on('change', '[data-autosave] select', (_, select) => select.form.requestSubmit());
