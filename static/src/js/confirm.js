// The question before something that cannot be taken back.
import { make } from './dom.js';

/** Asks before something that cannot be taken back. Resolves to whether it was wanted. */
export function confirm(question, verb) {
  return new Promise((resolve) => {
    const yes = make('button', { type: 'button', class: 'btn solid' }, verb);
    const no = make('button', { type: 'button', class: 'btn' }, 'Cancel');
    const [title, ...rest] = question.split('? ');
    const dialog = make('dialog', { 'aria-labelledby': 'confirm-title' }, make('h2', { id: 'confirm-title' }, `${title}?`), make('p', {}, rest.join('? ')), make('footer', {}, no, yes));
    let wanted = false;
    yes.addEventListener('click', () => { wanted = true; dialog.close(); });
    no.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => { dialog.remove(); resolve(wanted); });
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}
