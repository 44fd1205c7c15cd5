/** Proactive messages: decides when one is due. Needs no connection and leaves showing it to the caller. */
import { matches } from '../../glob';
import type { Store } from '../../storage';
import type { ProactiveRule } from '../../wire';
import { onNavigate } from '../kit';

/** The visitor is left alone this long after closing a bubble. */
const QUIET_MS = 86_400_000;

export function watchRules(rules: ProactiveRule[], store: Store, mayStore: boolean, signal: AbortSignal, show: (rule: ProactiveRule) => void): void {
  /** Replaced at each navigation, so that a timer never fires on a page it was not meant for. */
  let visit = new AbortController();
  const counts = store.get().shown ?? {};

  const fire = (rule: ProactiveRule): void => {
    const id = rule.id ?? rule.message;
    const day = new Date().toISOString().slice(0, 10);
    const { shown, dismissedAt = 0 } = store.get();
    const seen = { ...counts, ...shown }[id];
    const today = seen?.day === day ? seen.count : 0;
    if ((rule.onlyOnce && seen) || today >= (rule.maxPerDay ?? 99) || Date.now() - dismissedAt < QUIET_MS) return;
    counts[id] = { day, count: today + 1 };
    if (mayStore) store.set({ shown: { ...shown, [id]: counts[id] } });
    show(rule);
  };

  const arm = (rule: ProactiveRule): void => {
    if (rule.page && !matches(rule.page, location)) return;
    const here = visit.signal;
    let pending = true;
    const due = (): void => {
      if (!pending) return;
      pending = false;
      const timer = setTimeout(() => fire(rule), rule.delay);
      here.addEventListener('abort', () => clearTimeout(timer));
    };
    const listen = (name: string, reached: (event: any) => boolean): void =>
      document.addEventListener(name, (event) => reached(event) && due(), { passive: true, signal: here });
    if (rule.trigger === 'scroll')
      listen('scroll', () => ((scrollY + innerHeight) / document.documentElement.scrollHeight) * 100 >= (rule.percentage ?? 50));
    else if (rule.trigger === 'exit_intent') listen('mouseout', (event) => event.clientY <= 0 && !event.relatedTarget && matchMedia('(hover:hover)').matches);
    else due();
  };

  const begin = (): void => {
    visit.abort();
    visit = new AbortController();
    rules.forEach(arm);
  };
  if (!rules.length) return;
  onNavigate(begin, signal);
  signal.addEventListener('abort', () => visit.abort());
  begin();
}
