// Rows of recipients as chips: typed, pasted as lists, checked, and removed with the keyboard. The row's
// own field goes on holding all of them as text, so that drafts and sending work as they do without.
const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;".]+(\.[^\s@<>,;".]+)+$/;

const make = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/** `Ana <ana@b.example>` and its like: the address, and the name where it can stand in a list. */
function read(text) {
  const found = text.match(/^\s*"?([^"<]*?)"?\s*<([^<>]*)>\s*$/);
  const address = (found?.[2] ?? text).trim().replace(/^mailto:/i, '');
  const name = (found?.[1] ?? '').trim();
  return { address, name: /[,;]/.test(name) ? '' : name, good: ADDRESS.test(address) };
}

/** A list as people paste it: with commas, semicolons or a line each; a comma in quotes is none. */
const parts = (text) => (text.match(/(?:"[^"]*"|[^,;\n"])+/g) ?? []).map((part) => part.trim()).filter(Boolean);

function dress(field) {
  if (field.chips) { field.chips(); return; }
  const list = make('span', { class: 'chips' });
  const entry = make('input', {
    type: 'text', inputmode: 'email', autocomplete: 'off', spellcheck: 'false', 'aria-label': field.dataset.recipients, placeholder: field.placeholder,
  });
  if (field.id) { entry.id = field.id; field.removeAttribute('id'); }
  const label = field.closest('label');
  if (label) { const row = make('div', {}); row.append(...label.childNodes); label.replaceWith(row); }
  let all = [];

  const tell = () => {
    field.value = all.map(({ name, address }) => (name ? `${name} <${address}>` : address)).join(', ');
    field.dispatchEvent(new Event('input', { bubbles: true }));
    entry.placeholder = all.length ? '' : field.placeholder;
    entry.toggleAttribute('aria-invalid', all.some((one) => !one.good));
  };
  const remove = (one) => { all = all.filter((other) => other !== one); one.chip.remove(); tell(); entry.focus(); };
  const add = (text) => {
    for (const one of parts(text).map(read)) {
      if (all.some((other) => other.address.toLowerCase() === one.address.toLowerCase())) continue;
      const shown = one.name || one.address;
      const gone = make('button', { type: 'button', 'aria-label': `Remove ${shown}` }, '\u00d7');
      one.chip = make('span', { class: one.good ? 'chip' : 'chip bad', title: one.good ? one.address : `${one.address} is no address` }, make('bdi', {}, shown), gone);
      gone.addEventListener('click', () => remove(one));
      gone.addEventListener('keydown', (event) => {
        if (['Backspace', 'Delete'].includes(event.key)) { event.preventDefault(); remove(one); }
        const next = { ArrowLeft: one.chip.previousElementSibling, ArrowRight: one.chip.nextElementSibling }[event.key];
        if (next) { event.preventDefault(); (next.querySelector('button') ?? next).focus(); }
      });
      all.push(one);
      entry.before(one.chip);
    }
    tell();
  };
  const take = () => { if (entry.value.trim()) { const text = entry.value; entry.value = ''; add(text); } };

  entry.addEventListener('keydown', (event) => {
    const last = all.at(-1);
    if (['Enter', ',', ';'].includes(event.key) && entry.value.trim() && !event.ctrlKey && !event.metaKey) { event.preventDefault(); take(); }
    else if (event.key === 'Backspace' && !entry.value && last) { event.preventDefault(); remove(last); }
    else if (event.key === 'ArrowLeft' && !entry.selectionEnd && last) { event.preventDefault(); last.chip.querySelector('button').focus(); }
  });
  entry.addEventListener('paste', (event) => {
    const text = event.clipboardData?.getData('text') ?? '';
    if (/[,;\n@]/.test(text) && !entry.value) { event.preventDefault(); add(text); }
  });
  entry.addEventListener('blur', take);
  field.form?.addEventListener('submit', take, true);
  list.addEventListener('click', (event) => { if (event.target === list) entry.focus(); });

  field.chips = () => {
    all.forEach((one) => one.chip.remove());
    all = [];
    entry.value = '';
    add(field.value);
  };
  field.type = 'hidden';
  field.before(list);
  list.append(entry);
  field.chips();
}

function summed(letter) {
  const sum = letter.querySelector('[data-sum]');
  if (!sum) return;
  const to = letter.querySelector('[name=to]');
  letter.querySelector('[data-to]').textContent = parts(to.value).map((one) => read(one).address).join(', ') || to.placeholder;
  const counted = ['cc', 'bcc'].map((name) => [name, parts(letter.querySelector(`[name=${name}]`).value).length]);
  sum.textContent = counted.filter(([, count]) => count).map(([name, count]) => `${name} ${count}`).join(', ');
}

/** Dresses every row in an element. */
export function start(within) {
  const { css } = within.dataset;
  if (css && !document.querySelector(`link[href="${css}"]`)) document.head.append(make('link', { rel: 'stylesheet', href: css }));
  if (!within.rows) {
    within.rows = true;
    within.addEventListener('input', () => summed(within));
    within.addEventListener('click', (event) => {
      const button = event.target.closest('[data-do=to-one], [data-do=to-all]');
      if (!button) return;
      const [to, copies] = ['to', 'cc'].map((name) => within.querySelector(`[name=${name}]`));
      to.value = to.dataset.all;
      copies.value = button.dataset.do === 'to-all' ? copies.dataset.all : '';
      [to, copies].forEach((row) => row.chips());
    });
  }
  within.querySelectorAll('[data-recipients]').forEach(dress);
}

document.querySelectorAll('form[data-rows]').forEach(start);
