/** Who the visitor is: the token, how it is obtained, and what happens when it changes. */
import type { Core } from '../core';
import type { SessionAnswer, User } from '../wire';
import { ApiError, type Api } from './api';
import { pageInfo } from './page';

export type Change = 'same' | 'new' | 'other';

export class Session {
  #pending: Promise<Change> | undefined;
  /** What the server last said; undefined before the first session. */
  answer: SessionAnswer | undefined;
  user: User | undefined;

  constructor(
    private readonly core: Core,
    private readonly api: Api,
  ) {
    // The page may want sessions to end sooner than the server does.
    if (Date.now() - (core.store.get().usedAt ?? 0) > (core.options.sessionDuration ?? Infinity)) core.store.set();
    this.api.token = this.#stored();
  }

  get known(): boolean {
    return !!this.api.token;
  }

  /**
   * Creates or resumes the session. `same`: history goes on. `new`: start empty, keep unsent messages.
   * `other`: a different person sits here now; nothing of before may stay.
   */
  begin(): Promise<Change> {
    return (this.#pending ??= this.#begin().finally(() => (this.#pending = undefined)));
  }

  async #begin(): Promise<Change> {
    this.api.token = this.#stored();
    const { core } = this;
    const body = {
      protocol: 1,
      sdk: core.version,
      locale: core.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      visible: !document.hidden,
      consent: core.store.get().consent,
      page: pageInfo(core),
      user: this.user,
    };
    const { userId } = core.store.get();
    const other = !!userId && !!this.user?.id && userId !== this.user.id;
    const change = this.#take(await this.api.call<SessionAnswer>('POST', '/session', body));
    return other ? 'other' : change;
  }

  async identify(user: User): Promise<Change> {
    const next = { ...this.user, ...user };
    const told = JSON.stringify(next) === JSON.stringify(this.user);
    this.user = next;
    return told ? 'same' : this.patch({ user: next });
  }

  async patch(body: Record<string, unknown>): Promise<Change> {
    if (!this.answer) return 'same';
    return this.updated(await this.api.call<SessionAnswer>('PATCH', '/session', body));
  }

  /**
   * An answer about the running session. A verified visitor who becomes somebody else is another person; an anonymous one who
   * becomes known keeps what is unsent, and finds a merged history.
   */
  updated(answer: SessionAnswer): Change {
    const { visitorId, verified } = this.answer ?? {};
    const change = this.#take(answer);
    return answer.visitorId === visitorId ? change : verified ? 'other' : 'new';
  }

  async end(erase: boolean): Promise<void> {
    const { api } = this;
    // What is being begun is ended too.
    await this.#pending?.catch(() => 0);
    try {
      if (api.token) await api.call('DELETE', `/session${erase ? '?erase=1' : ''}`);
    } catch (error) {
      // Gone already is as good as ended; without a network the local half has to do.
      if (!(error instanceof ApiError)) throw error;
      if (erase && error.status !== 401) throw error;
    }
    this.forget();
  }

  forget(): void {
    const { consent } = this.core.store.get();
    this.api.token = undefined;
    this.answer = undefined;
    this.user = undefined;
    this.core.store.set();
    if (consent) this.core.store.set({ consent });
    this.#cookie('');
  }

  #take(answer: SessionAnswer): Change {
    const { store, emit } = this.core;
    const { visitorId, userId } = store.get();
    const sameVisitor = answer.visitorId === visitorId;
    this.answer = { ...this.answer, ...answer };
    if (answer.token) {
      this.api.token = answer.token;
      this.#cookie(answer.token);
    }
    store.set({ token: this.api.token, visitorId: answer.visitorId, userId: this.user?.id ?? (sameVisitor ? userId : undefined), usedAt: Date.now() });
    if (this.user) emit('identity', answer.identity ?? { verified: !!answer.verified });
    return answer.resumed === false || !sameVisitor ? 'new' : 'same';
  }

  #stored(): string | undefined {
    const { options, store } = this.core;
    if (!options.cookieDomain) return store.get().token;
    return document.cookie.split('; ').find((part) => part.startsWith(`linktor_${options.channelId}=`))?.split('=')[1] || store.get().token;
  }

  /** Shares the token with sub-domains, where the page asked for that. */
  #cookie(token: string): void {
    const { channelId, cookieDomain, persistSession } = this.core.options;
    if (!cookieDomain || persistSession === false) return;
    document.cookie = `linktor_${channelId}=${token}; Domain=${cookieDomain}; Path=/; Max-Age=${token ? 31_536_000 : 0}; SameSite=Lax; Secure`;
  }
}
