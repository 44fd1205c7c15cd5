/** What a page can tell the widget: `linktor(command, ...)`, for the commands that need the app. */
import type { User } from '../wire';
import type { Shell } from './shell';

export const commands = (shell: Shell): Record<string, (...args: any[]) => unknown> => {
  const { chat, core } = shell;
  return {
    open: (how?: { quiet?: boolean }) => shell.open(how?.quiet),
    close: () => shell.close(),
    toggle: () => (chat.state.open ? shell.close() : shell.open()),
    sendMessage: ({ text }: { text: string }) => {
      if (!text?.trim()) return;
      shell.open();
      chat.say({ type: 'text', text: text.trim() });
    },
    startConversation: () => {
      chat.enterThread();
      shell.open();
    },
    updateUser: (user: User) => chat.identify(user),
    showProactiveMessage: ({ text, delay, id }: { text: string; delay?: number; id?: string }) => {
      const timer = setTimeout(() => shell.propose({ id, message: text }), delay);
      core.signal.addEventListener('abort', () => clearTimeout(timer));
    },
    reset: () => chat.reset(),
    setAttributes: (set: Record<string, unknown>) => chat.attributes(set),
    track: (name: string, data: unknown) => chat.track(name, data),
    setConsent: (given: boolean) => chat.consent(given),
    getState: (answer: (state: unknown) => void) => {
      const { open, unread, conversation, availability, link } = chat.state;
      answer({ open, unread, conversation, availability, connected: link === 'online', verified: !!chat.session.answer?.verified });
    },
  };
};
