/** `*` matches any run of characters. A pattern that starts with `/` is compared with the path, else with the whole address. */
export function matches(pattern: string, location: Pick<Location, 'href' | 'pathname' | 'origin'>): boolean {
  const subject = pattern.startsWith('/') ? location.pathname : location.href.replace(/[?#].*/, '');
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*');
  return new RegExp(`^${source}$`).test(subject);
}
