/** For a server that speaks a newer protocol: this widget ends, and its loader is fetched past every cache. */
import type { Core, Entry } from '../core';

/** Once in the life of a page: a loader that is no newer would only come back. */
export function renew(core: Core): void {
  const { options, handlers } = core;
  if (options.renewed) return core.emit('error', { code: 'upgrade_required' });
  const globals = window as unknown as Record<string, Entry>;
  const name = window.LinktorObject!;
  globals[name]!('destroy');
  const next = ((...call: unknown[]) => next.q!.push(call)) as unknown as Entry & { q: unknown[][] };
  next.q = Object.entries(handlers).flatMap(([event, all]) => all.map((handler) => ['on', event, handler] as unknown[]));
  next.q.push(['init', { ...options, renewed: true }]);
  globals[name] = next;
  void core.script(`../../linktor.js?${Date.now()}`);
}
