/** The first view: greeting, the running conversation, things to start with. */
import type { JSX } from 'preact';
import type { Chat } from '../chat';
import { replyTime, backAt } from '../format';
import { isTheirs } from '../reading';
import { summary } from '../view';
import { Avatar, IconButton } from './bits';
import { businessName, type Closing } from './header';
import { Icon, isIcon } from './icon';

const STARTERS_MAX = 4;

export function Home({ chat, onClose }: { chat: Chat } & Closing): JSX.Element {
  const { words, config, state, timeline } = chat;
  const { theme, team = [], starters = [] } = config;
  const name = businessName(chat);
  const newest = timeline.messages.findLast(({ author }) => author.type !== 'system');
  const other = timeline.messages.findLast((message) => isTheirs(message) && message.author.type !== 'system')?.author ?? { name };
  return (
    <div class="home">
      <header class="hero linktor-header" part="header">
        <div class="bar">
          {onClose && <IconButton icon="back" class="narrow" label={words('closeChat')} onClick={onClose} />}
          <span class="logo" aria-hidden="true">{theme.logoUrl ? <img src={theme.logoUrl} alt="" /> : ([...name][0] ?? '')}</span>
          <span class="faces">{team.slice(0, 3).map((person) => <Avatar person={person} />)}</span>
          {onClose && <IconButton icon="down" class="wide" label={words('closeChat')} onClick={onClose} />}
        </div>
        <h2 id="linktor-title" dir="auto">{theme.welcomeMessage || words('welcomeMessage')}</h2>
        <p>{state.availability.state === 'offline' ? (backAt(words, state.availability) ?? words('closedNow')) : replyTime(words, state.availability, true)}</p>
      </header>
      <div class="below">
        {newest && (
          <button type="button" class="running" onClick={() => chat.enterThread()}>
            <small>{words('yourConversation')}</small>
            <span class="line">
              <Avatar person={other} />
              <span class="about"><b dir="auto">{other.name ?? name}</b><span dir="auto">{summary(newest)}</span></span>
              {state.unread > 0 && <span class="count">{state.unread}</span>}
            </span>
          </button>
        )}
        {starters.length > 0 && (
          <>
            {newest && <p class="or">{words('orStart')}</p>}
            <ul class="starters">
              {starters.slice(0, STARTERS_MAX).map(({ title, icon }) => (
                <li><button type="button" onClick={() => chat.say({ type: 'text', text: title })}>
                  <Icon name={isIcon(icon) ? icon : 'bubble'} /><span dir="auto">{title}</span><Icon name="forward" />
                </button></li>
              ))}
            </ul>
          </>
        )}
      </div>
    </div>
  );
}
