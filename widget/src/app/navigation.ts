/** Notices page changes of single-page apps: the history methods are wrapped, once, and only while somebody listens. */

type Listener = () => void;

const listeners = new Set<Listener>();
let patched = false;
let address: string;

function changed(): void {
  if (address === location.href) return;
  address = location.href;
  listeners.forEach((listener) => listener());
}

/** The wrappers stay after `signal` aborts (others may have wrapped them since) but then do nothing. */
export function onNavigate(listener: Listener, signal: AbortSignal): void {
  listeners.add(listener);
  signal.addEventListener('abort', () => listeners.delete(listener));
  if (patched) return;
  patched = true;
  address = location.href;
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    history[name] = function (...args) {
      original.apply(this, args);
      setTimeout(changed);
    };
  }
  addEventListener('popstate', changed);
}
