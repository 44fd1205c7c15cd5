/**
 * What the browser remembers for one channel, under one key. Every access may throw (sandboxed frames, private modes),
 * so each tier is tried in turn: local storage, session storage, memory.
 */

/** A message that is not acknowledged yet, as kept between page loads. */
export interface StoredEntry {
  clientMessageId: string;
  content: unknown;
  /** The content as we show it ourselves, where that is more than what is sent. */
  view?: unknown;
  sentAt: string;
  replyTo?: string;
  proactiveId?: string;
  page?: { url: string; title: string };
  failed?: string;
}

export interface Memory {
  token?: string;
  visitorId?: string;
  userId?: string;
  /** When the session was last used, unix ms. */
  usedAt?: number;
  cursor?: number;
  outbox?: StoredEntry[];
  /** `seen`: newest message that was shown as a preview. */
  ui?: { open?: boolean; thread?: boolean; muted?: boolean; seen?: number };
  consent?: boolean;
  /** Proactive rules: how often shown on which day, and when one was last dismissed (unix ms). */
  shown?: Record<string, { day: string; count: number }>;
  dismissedAt?: number;
}

export interface Store {
  get(): Memory;
  /** Without `change`: forgets everything. */
  set(change?: Partial<Memory>): void;
}

/** `persist: false` keeps everything in memory. */
export function openStore(key: string, persist: boolean): Store {
  let memory: Memory = {};
  let area: Storage | undefined;
  for (const name of persist ? (['sessionStorage', 'localStorage'] as const) : []) {
    try {
      window[name].getItem(key);
      area = window[name];
    } catch {
      // Blocked: the tier before it stays.
    }
  }
  const get = (): Memory => {
    try {
      memory = area ? JSON.parse(area.getItem(key) ?? '{}') : memory;
    } catch {
      // Unreadable, or blocked since: what we hold in memory is the best there is.
    }
    return memory;
  };
  const set = (change?: Partial<Memory>): void => {
    memory = change ? { ...get(), ...change } : {};
    try {
      if (change) area?.setItem(key, JSON.stringify(memory));
      else area?.removeItem(key);
    } catch {
      // Full or blocked: the widget works on for the life of this page.
    }
  };
  return { get, set };
}
