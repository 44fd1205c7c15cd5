/** Waits, but no longer than until the network is back or everything ends. */
export function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const stop = new AbortController();
    const finish = (): void => {
      stop.abort();
      clearTimeout(timer);
      done();
    };
    const timer = setTimeout(finish, seconds * 1000);
    addEventListener('online', finish, { signal: stop.signal });
    signal.addEventListener('abort', finish, { signal: stop.signal });
  });
}
