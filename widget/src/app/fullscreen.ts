/** Narrow screens: the panel covers everything. Locks the page behind it, follows the on-screen keyboard, honours Back. */

const NARROW = '(max-width: 600px)';

export const narrow = (): boolean => matchMedia(NARROW).matches;

/** Calls back when the screen becomes narrow or wide. */
export const onNarrow = (changed: () => void, signal: AbortSignal): void => matchMedia(NARROW).addEventListener('change', changed, { signal });

/** Returns what undoes everything; `viaBack` says that the history entry is gone already. */
export function cover(frame: HTMLElement, back: () => void): (viaBack: boolean) => void {
  const stop = new AbortController();
  const { signal } = stop;
  const { body } = document;
  const top = scrollY;
  // First, because the browser notes with the entry how far the page was scrolled.
  history.pushState({ ...history.state, linktor: true }, '');
  addEventListener('popstate', back, { signal });
  const before = body.style.cssText;
  Object.assign(body.style, { position: 'fixed', top: `-${top}px`, insetInline: '0', overflow: 'hidden' });

  const view = window.visualViewport;
  const fit = (): void => {
    frame.style.setProperty('--vh', `${view!.height}px`);
    frame.style.setProperty('--vt', `${view!.offsetTop}px`);
  };
  if (view) {
    fit();
    view.addEventListener('resize', fit, { signal });
    view.addEventListener('scroll', fit, { signal });
  }

  return (viaBack) => {
    stop.abort();
    body.style.cssText = before;
    scrollTo({ top, behavior: 'instant' });
    frame.style.removeProperty('--vh');
    frame.style.removeProperty('--vt');
    if (!viaBack && history.state?.linktor) history.back();
  };
}
