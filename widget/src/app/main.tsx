/** Entry of the app: takes what the loader offers, and offers the loader what it asks for. */
import { Fragment } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { jsx, jsxs } from 'preact/jsx-runtime';
import type { App, Core, Entry } from '../core';
import { commands } from './commands';
import { loadWords, type Words } from './i18n';
import * as kit from './kit';
import { onNavigate } from './navigation';
import { pageInfo } from './page';
import { sheet } from './sheet';
import { Shell } from './shell';
import css from './styles/app.css';

async function mount(core: Core): Promise<App> {
  const { options, signal, store, emit } = core;
  const translate = (): Promise<Words> => loadWords(core.language, core.assets, options.translations, signal);
  const translated = await translate();
  if (signal.aborted) throw new Error('destroyed');
  // Before the loader's sheet, so that the page's own rules in it win.
  core.root.adoptedStyleSheets.unshift(sheet(css + (core.config.customCss ?? '')));
  const shell = new Shell(core, translated);
  const { chat } = shell;
  const known = commands(shell);

  onNavigate(() => {
    const page = pageInfo(core);
    if (page) chat.hub.send({ type: 'page', payload: page });
  }, signal);
  if (chat.session.known && !chat.needsConsent) void chat.peek();
  const rules = chat.config.proactiveMessages ?? [];
  if (shell.inline) shell.open(true);
  else if (rules.length) {
    const watch = (more: kit.More): void => more.watchRules(rules, store, !chat.needsConsent, signal, (rule) => shell.propose(rule));
    void chat.parts.load().then(watch);
  }

  return {
    async command(name, args) {
      try {
        await known[name]?.(...args);
      } catch (error) {
        if (!signal.aborted) emit('error', { code: (error as { code?: string }).code ?? 'internal' });
      }
    },
    update() {
      const { language } = core;
      translate().then(
        (words) => {
          // Changed again meanwhile: that call brings the right words.
          if (language !== core.language) return;
          chat.update(words);
          shell.dress();
        },
        // The words we have stay.
        () => undefined,
      );
    },
  };
}

const entry = (window as unknown as Record<string, Entry>)[window.LinktorObject ?? 'linktor']!;
entry.kit = { preact: { Fragment }, hooks: { useEffect, useId, useMemo, useRef, useState }, jsx: { Fragment, jsx, jsxs }, kit };
entry.take?.(mount);
