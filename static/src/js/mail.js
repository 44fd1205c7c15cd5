// Mails in the thread: a frame is as high as its words, up to a fold.
import { $, $$, on } from './dom.js';
import { failed } from './fragments.js';
import './enclosed.js';

const FOLD = 400;
/** Above and below the words. */
const PADDING = 16;
/** Whoever is so near to the end reads the newest. */
const NEAR_END = 80;

function fit(frame) {
  const page = frame.contentDocument?.documentElement;
  if (!page?.offsetHeight || !frame.offsetWidth) return;
  frame.style.blockSize = '0';
  const full = page.scrollHeight + PADDING;
  const folds = full > FOLD * 1.3 && !frame.dataset.whole;
  frame.style.blockSize = `${folds ? FOLD : full}px`;
  const button = frame.nextElementSibling;
  if (button?.dataset.do === 'unroll') button.hidden = !folds;
}

/** Fits every frame that is there; or, for the button that wants them, gives the words styles. */
export function mails(of) {
  if (of?.value) import(of.value).then((letter) => letter.start()).catch(failed);
  else {
    // What is measured shrinks for the moment, and so does what is scrolled.
    const log = $('[data-log]');
    const { scrollTop, scrollHeight, clientHeight } = log ?? {};
    $$('iframe[data-mail]').forEach(fit);
    if (log) log.scrollTop = scrollHeight - scrollTop - clientHeight < NEAR_END ? log.scrollHeight : scrollTop;
  }
}

on('click', '[data-do=unroll]', (event, button) => {
  button.previousElementSibling.dataset.whole = 'yes';
  fit(button.previousElementSibling);
});
on('click', '.blocked a', (event, link) => { link.parentElement.hidden = true; });
on('toggle', '.quoted', (event, quoted) => {
  const frame = $('iframe', quoted);
  if (frame) fit(frame);
}, true);
addEventListener('resize', () => mails());

// The rows of a mail that is written: their script comes when they are opened.
on('toggle', '.letter', (event, letter) => { if (letter.open) import(letter.dataset.rows).then((rows) => rows.start(letter)).catch(failed); }, true);
