// Words that speak of a file, in a mail without one, are asked about once before they go out.
import { $, byId } from './dom.js';
import { mode } from './composer.js';

/** In the languages of the dashboard, and in those that are next. */
const SPOKEN = new RegExp(`(?<!\\p{L})(?:${[
  'attach(?:ed|ing|ments?)?|enclosed', 'anex(?:o|os|a|as|ei|amos|ad[oa]s?)', 'adjunt(?:o|os|a|as|\u00e9|amos|ad[oa]s?)',
  'anhang|anh\u00e4nge|angeh\u00e4ngt|anbei|beigef\u00fcgt', 'ci-jointe?s?|pi\u00e8ces? jointes?', 'allegat[oaie]|allego',
].join('|')})(?!\\p{L})`, 'iu');
const QUESTION = 'This mail speaks of a file, and none is attached.';

/** The words that were asked about. */
let asked;

document.addEventListener('submit', (event) => {
  const form = event.target;
  const words = byId('text')?.value ?? '';
  const goes = form.id !== 'composer' || !$('.letter', form) || mode() === 'note' || $('.files li', form) || asked === words || !SPOKEN.test(words);
  if (goes) return;
  asked = words;
  event.preventDefault();
  event.stopImmediatePropagation();
  const bar = $('.held', form);
  $('p', bar).textContent = QUESTION;
  bar.hidden = false;
  byId('text').focus();
}, true);
