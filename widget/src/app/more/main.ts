/** Parts of the app that many chats never need: forms, rich messages, files, the menu. Fetched when first wanted. */
import type { Entry } from '../../core';
import { Emoji } from './emoji';
import { Consent, Offline, PreChat } from './form';
import { AskEmail, Deletion, Menu } from './menu';
import { Rich } from './content';
import { startPoll } from './poll';
import { Preview } from './preview';
import { Sending } from './sending';
import { React } from './react';
import { watchRules } from './rules';
import { chime } from './sound';
import { uploadsOf } from './uploads';
import css from '../styles/more.css';

const parts = { AskEmail, Consent, Deletion, Emoji, Menu, Offline, PreChat, Preview, React, Rich, Sending, chime, css, startPoll, uploadsOf, watchRules };

export type More = typeof parts;

(window as unknown as Record<string, Entry | undefined>)[window.LinktorObject ?? 'linktor']?.take?.(parts);
