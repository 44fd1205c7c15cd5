/** Calls to the server. Every failure is an `ApiError`; a network that is not there has the code `network`. */
import { parse } from '../json';
import type { WireError } from '../wire';

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: WireError,
  ) {
    super(detail.code);
  }

  get code(): string {
    return this.detail.code;
  }
}

/** Codes after which trying the same again makes sense. */
export const passing = (code: string): boolean => /^(network|internal|unavailable|rate_limited)$/.test(code);

/** A call that is not answered by then has no network, even if nobody says so. Longer than a poll waits. */
const PATIENCE_MS = 35_000;

export class Api {
  token: string | undefined;

  constructor(
    readonly base: string,
    readonly signal: AbortSignal,
  ) {}

  /** `path` is relative to the channel. Resolves with the parsed answer, `{}` for an empty one. */
  async call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const text = await this.text(path, method, body, signal);
    return (text ? parse(text) : {}) as T;
  }

  /** The same, with the answer as it came. */
  async text(path: string, method = 'GET', body?: unknown, signal: AbortSignal = this.signal): Promise<string> {
    const headers: Record<string, string> = {};
    if (this.token) headers['Authorization'] = `Bearer ${this.token}`;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    let answer: Response;
    let text: string;
    const stop = new AbortController();
    const give = (): void => stop.abort();
    const timer = setTimeout(give, PATIENCE_MS);
    signal.addEventListener('abort', give, { signal: stop.signal });
    try {
      signal.throwIfAborted();
      answer = await fetch(this.base + path, { method, headers, signal: stop.signal, body: JSON.stringify(body), credentials: 'omit', cache: 'no-store' });
      text = await answer.text();
    } catch (error) {
      if (signal.aborted) throw error;
      throw new ApiError(0, { code: 'network' });
    } finally {
      clearTimeout(timer);
      give();
    }
    if (!answer.ok) throw failure(answer.status, text, answer.headers.get('Retry-After'));
    return text;
  }

  /** Sends a file; `progress` hears shares from 0 to 1. Aborting `signal` stops it. */
  upload<T>(file: File, clientUploadId: string, progress: (share: number) => void, signal: AbortSignal): Promise<T> {
    return new Promise((done, fail) => {
      const request = new XMLHttpRequest();
      const body = new FormData();
      body.append('clientUploadId', clientUploadId);
      body.append('file', file, file.name);
      request.open('POST', `${this.base}/uploads`);
      request.setRequestHeader('Authorization', `Bearer ${this.token}`);
      request.upload.onprogress = (event) => progress(event.loaded / (event.total || 1));
      request.onload = () =>
        request.status < 300 ? done(parse(request.responseText) as T) : fail(failure(request.status, request.responseText, request.getResponseHeader('Retry-After')));
      request.onerror = () => fail(new ApiError(0, { code: 'network' }));
      signal.addEventListener('abort', () => request.abort());
      request.send(body);
    });
  }
}

const BY_STATUS: Record<number, string> = { 401: 'token_invalid', 404: 'not_found', 413: 'too_large', 415: 'unsupported_media', 429: 'rate_limited' };

function failure(status: number, text: string, retryAfter: string | null): ApiError {
  let detail: WireError | undefined;
  try {
    detail = (parse(text) as { error?: WireError }).error;
  } catch {
    // A proxy's own page; the status has to do.
  }
  const code = detail?.code ?? BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'validation');
  return new ApiError(status, { ...detail, code, retryAfter: detail?.retryAfter ?? (Number(retryAfter) || undefined) });
}
