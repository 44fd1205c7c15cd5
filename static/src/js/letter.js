// Styles for the words of a mail: loaded when somebody asks for them. The plain field goes on holding the
// words as text, so that drafts, limits and sending work as they do without styles.
import Squire from 'squire-rte';
import { icon } from './dom.js';

const ALLOWED = new Set(['A', 'B', 'BLOCKQUOTE', 'BR', 'DIV', 'EM', 'I', 'LI', 'OL', 'P', 'S', 'STRONG', 'U', 'UL']);
const WORDS = { mod: /Mac|iPhone|iPad/.test(navigator.platform) ? '\u2318' : 'Ctrl ' };

/** What is pasted keeps its words and the few styles mail needs. */
function clean(html) {
  const page = new DOMParser().parseFromString(html, 'text/html');
  page.querySelectorAll('script, style, template, title, head').forEach((element) => element.remove());
  for (const element of [...page.body.querySelectorAll('*')].reverse()) {
    if (!ALLOWED.has(element.tagName)) { element.replaceWith(...element.childNodes); continue; }
    const href = element.getAttribute('href');
    for (const { name } of [...element.attributes]) element.removeAttribute(name);
    if (href && /^(https?:|mailto:|tel:)/i.test(href)) element.setAttribute('href', href);
  }
  const fragment = document.createDocumentFragment();
  fragment.append(...page.body.childNodes);
  return document.importNode(fragment, true);
}

const BUTTONS = [
  ['Bold', 'B', (editor) => (editor.hasFormat('B') ? editor.removeBold() : editor.bold())],
  ['Italic', 'I', (editor) => (editor.hasFormat('I') ? editor.removeItalic() : editor.italic())],
  ['Link', 'link', link],
  ['List', '\u2022', (editor) => (editor.hasFormat('UL') ? editor.removeList() : editor.makeUnorderedList())],
  ['Numbered list', '1.', (editor) => (editor.hasFormat('OL') ? editor.removeList() : editor.makeOrderedList())],
  ['Quote', '\u275d', (editor) => (editor.hasFormat('BLOCKQUOTE') ? editor.decreaseQuoteLevel() : editor.increaseQuoteLevel())],
];

function link(editor) {
  if (editor.hasFormat('A')) { editor.removeLink(); return; }
  const address = prompt('Where does the link lead?', 'https://');
  if (address && /^(https?:\/\/|mailto:|tel:)./i.test(address)) editor.makeLink(address);
}

function bar(editor, end) {
  const tools = document.createElement('div');
  tools.className = 'letter-tools';
  tools.setAttribute('role', 'toolbar');
  tools.setAttribute('aria-label', 'Styles');
  for (const [name, sign, act] of [...BUTTONS, ['Plain text', '\u00d7', end]]) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'ib';
    if (sign === 'link') button.append(icon(sign)); else button.dataset.sign = sign;
    button.setAttribute('aria-label', name);
    button.title = name === 'Bold' || name === 'Italic' ? `${name} (${WORDS.mod}${name[0]})` : name;
    button.addEventListener('click', () => { act(editor); if (tools.isConnected) editor.focus(); });
    tools.append(button);
  }
  return tools;
}

/** Turns the plain field of the open composer into one with styles. */
export function start() {
  const form = document.getElementById('composer');
  const field = document.getElementById('text');
  const html = form?.elements.html;
  if (!html || form.querySelector('.letter-words') || form.elements.mode.value === 'note') return;
  const root = document.createElement('div');
  root.className = 'letter-words';
  root.setAttribute('role', 'textbox');
  root.setAttribute('aria-multiline', 'true');
  root.setAttribute('aria-label', `${field.labels[0].textContent}, with styles`);
  field.before(root);
  const editor = new Squire(root, { blockTag: 'DIV', sanitizeToDOMFragment: clean });
  const end = () => {
    editor.destroy();
    root.remove();
    tools.remove();
    html.value = '';
    field.hidden = false;
    field.focus();
    for (const [type, listener] of listeners) document.removeEventListener(type, listener);
  };
  const tools = bar(editor, end);
  root.before(tools);
  editor.insertPlainText(field.value, false);
  field.hidden = true;
  const keep = () => {
    html.value = root.textContent.trim() ? editor.getHTML() : '';
    field.value = root.innerText.replace(/\n{3,}/g, '\n\n').trim();
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };
  editor.addEventListener('input', keep);
  // A picture goes beside the words, as from the plain field.
  editor.addEventListener('pasteImage', ({ detail: { clipboardData } }) => {
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    event.stopPropagation();
    form.requestSubmit();
  }, true);
  const listeners = [
    // The composer has taken what was written by the time this hears of it.
    ['submit', (event) => { if (event.target === form && !field.value) end(); }],
    ['change', (event) => { if (event.target.name === 'mode' && event.target.form === form) end(); }],
  ];
  for (const [type, listener] of listeners) document.addEventListener(type, listener);
  editor.focus();
}
