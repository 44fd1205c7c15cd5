/** The page the visitor is on, as far as we may tell. */
import type { Core } from '../core';
import type { Page } from '../wire';

const SECRET = /^(token|password|code|secret|session|key)$/i;

/** Undefined when the visitor or the channel does not want page tracking. */
export function pageInfo({ config, options, store }: Core): Page | undefined {
  const signals = navigator as Navigator & { globalPrivacyControl?: boolean };
  if (signals.globalPrivacyControl || navigator.doNotTrack === '1') return undefined;
  if ((config.privacy?.cookieConsent || options.privacy?.cookieConsent) && !store.get().consent) return undefined;
  const url = new URL(location.href);
  url.hash = '';
  for (const name of [...url.searchParams.keys()]) if (SECRET.test(name)) url.searchParams.delete(name);
  return { url: url.href.slice(0, 2048), title: document.title.slice(0, 256), referrer: document.referrer.slice(0, 2048) };
}
