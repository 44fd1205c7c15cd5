/** The window of the chat: which view is in it, bars about the network, focus and keys. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Chat } from '../chat';
import type { Gate } from '../state';
import { Mark, Icon } from './icon';
import { Composer } from './composer';
import { Header, type Closing } from './header';
import { Home } from './home';
import { Thread } from './thread';

export interface PanelProps extends Closing {
  chat: Chat;
  /** Covers the whole screen: the rest of the page is out of reach. */
  modal: boolean;
  inline: boolean;
}

export function Panel({ chat, modal, inline, onClose }: PanelProps): JSX.Element {
  const { state, config, words } = chat;
  const [over, setOver] = useState(false);
  const gate = chat.gate();
  const home = !state.thread && !gate;
  const keys = (event: KeyboardEvent): void => {
    // A dialog in the panel closes by itself.
    if (event.key === 'Escape' && onClose) (event.target as Element).closest('dialog') ?? onClose();
    else if (event.key === 'Tab' && modal) trap(event);
    // The page's own shortcuts are not meant for what is typed here.
    event.stopPropagation();
  };
  const act = (): void => void (!chat.needsConsent && chat.connect());
  const canDrop = !gate && config.fileUpload?.enabled;
  return (
    <div
      class={`linktor-panel ${inline ? 'inline' : ''}`} id="linktor-panel" part="panel" role={inline ? 'region' : 'dialog'} aria-modal={modal || undefined}
      aria-labelledby="linktor-title" tabIndex={-1} onKeyDown={keys} onPointerDown={act} onFocusIn={act}
      onDragOver={(event) => { if (canDrop && event.dataTransfer?.types.includes('Files')) { event.preventDefault(); setOver(true); } }}
      onDragLeave={(event) => event.relatedTarget === null && setOver(false)}
      onDrop={(event) => { if (!canDrop) return; event.preventDefault(); setOver(false); if (event.dataTransfer?.files.length) chat.attach(event.dataTransfer.files); }}
    >
      {home ? <Home chat={chat} onClose={onClose} /> : <Header chat={chat} onClose={onClose} />}
      <Bars chat={chat} />
      {gate ? <Gate chat={chat} gate={gate} /> : !home && <Thread chat={chat} />}
      {!gate && (chat.closed ? <button type="button" class="primary" onClick={() => chat.set({ gate: 'offline' })}>{words('leaveMessage')}</button> : <Composer chat={chat} />)}
      {config.showBranding !== false && <p class="brand"><Mark />{words('poweredBy', { name: 'linktor' })}</p>}
      {over && <div class="drop" aria-hidden="true"><Icon name="clip" />{words('dropFiles')}</div>}
    </div>
  );
}

/** After this many attempts in vain the server, not the network, is to blame. */
const PATIENCE = 2;

function Bars({ chat }: { chat: Chat }): JSX.Element {
  const { state, words } = chat;
  const more = chat.parts.get(false);
  const trouble = state.link === 'offline' ? words('offlineBar') : state.link !== 'online' && state.failures >= PATIENCE ? words('serverBar') : '';
  return (
    <>
      <div role="status">{trouble && <p class="notice warn"><Icon name={state.link === 'offline' ? 'offline' : 'alert'} />{trouble}</p>}</div>
      {state.notice && <p class="notice" role="status">{state.notice}<button type="button" class="ib" aria-label={words('close')} onClick={() => chat.set({ notice: '' })}><Icon name="close" /></button></p>}
      {more && state.asking && <more.AskEmail chat={chat} />}
      {more && state.deleting && <more.Deletion chat={chat} />}
    </>
  );
}

/** A form that has to be filled in first; its code comes when it is needed. */
function Gate({ chat, gate }: { chat: Chat; gate: Gate }): JSX.Element {
  const more = chat.parts.get(true);
  const Form = more && { consent: more.Consent, prechat: more.PreChat, offline: more.Offline }[gate];
  return Form ? <Form chat={chat} /> : <div class="form" aria-busy="true" />;
}

/** Keeps Tab inside the panel. */
function trap(event: KeyboardEvent): void {
  const panel = event.currentTarget as HTMLElement;
  const reachable = [...panel.querySelectorAll<HTMLElement>('button,a[href],input,textarea,select,[tabindex="0"]')].filter(
    (element) => !element.hasAttribute('disabled') && element.tabIndex >= 0 && element.checkVisibility?.() !== false,
  );
  const [first, last] = [reachable[0], reachable.at(-1)];
  const { activeElement } = panel.getRootNode() as ShadowRoot;
  if (event.shiftKey && (activeElement === first || activeElement === panel)) last?.focus();
  else if (!event.shiftKey && activeElement === last) first?.focus();
  else return;
  event.preventDefault();
}
