/** Files on their way: checked here first, sent one after another, then queued as one message each. */
import type { FileUpload, MediaContent } from '../../wire';
import type { Api } from '../api';
import type { Chat } from '../chat';
import { ApiError, newId, passing } from '../kit';

export interface Upload {
  id: string;
  file: File;
  /** 0 to 1. */
  share: number;
  /** Why it was not taken: an error code, or `too_many`, `empty`. */
  refused?: string;
  /** A picture to show meanwhile. */
  preview?: string;
}

interface UploadAnswer {
  fileId: string;
  mimeType: string;
  url?: string;
  thumbnailUrl?: string;
}

const MAX_AT_ONCE = 10;
const RETRY_MS = 4_000;

/** Whether a file matches one of `image/*`, `application/pdf`, `.docx`. No list means anything goes. */
export function allowed({ name, type }: Pick<File, 'name' | 'type'>, types: string[] | undefined): boolean {
  return !types?.length || types.some((rule) =>
    rule.startsWith('.') ? name.toLowerCase().endsWith(rule.toLowerCase())
    : rule.endsWith('/*') ? type.startsWith(rule.slice(0, -1))
    : type === rule);
}

/** The code of the reason not to send a file, if there is one. */
export function objection(file: Pick<File, 'name' | 'type' | 'size'>, limits: FileUpload): string | undefined {
  if (!file.size) return 'empty';
  if (file.size > (limits.maxSize ?? Infinity)) return 'too_large';
  return allowed(file, limits.allowedTypes) ? undefined : 'unsupported_media';
}

export class Uploads {
  list: Upload[] = [];
  #running: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: Api,
    private readonly host: { limits(): FileUpload; ready(): boolean; changed(): void; done(content: MediaContent, view: MediaContent): void },
    signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => {
      clearTimeout(this.#timer);
      this.#running?.abort();
      this.list.forEach(forget);
    });
  }

  add(files: Iterable<File>): void {
    const limits = this.host.limits();
    const room = limits.multiple === false ? 1 : MAX_AT_ONCE;
    for (const [at, file] of [...files].entries()) {
      const refused = at >= room ? 'too_many' : objection(file, limits);
      const preview = !refused && file.type.startsWith('image/') ? URL.createObjectURL(file) : undefined;
      this.list.push({ id: newId('cu'), file, share: 0, refused, preview });
    }
    this.host.changed();
    void this.pump();
  }

  remove(id: string): void {
    const upload = this.list.find((one) => one.id === id);
    if (!upload) return;
    const first = this.#next() === upload;
    this.list = this.list.filter((one) => one !== upload);
    forget(upload);
    if (first) this.#running?.abort();
    this.host.changed();
  }

  /** Goes on with the first one that waits. */
  async pump(): Promise<void> {
    const upload = this.#next();
    if (!upload || this.#running || !this.host.ready()) return;
    const run = (this.#running = new AbortController());
    run.signal.addEventListener('abort', () => this.#finish(run));
    try {
      const progress = (share: number): void => {
        upload.share = share;
        this.host.changed();
      };
      const answer = await this.api.upload<UploadAnswer>(upload.file, upload.id, progress, run.signal);
      this.list = this.list.filter((one) => one !== upload);
      forget(upload);
      const { fileId, mimeType } = answer;
      const [kind] = mimeType.split('/');
      const type = kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'document';
      this.host.done({ type, fileId }, { filename: upload.file.name, size: upload.file.size, ...answer, type });
    } catch (error) {
      upload.share = 0;
      const { code, detail } = error instanceof ApiError ? error : new ApiError(0, { code: 'internal' });
      if (passing(code) || /^token_/.test(code)) {
        this.#timer = setTimeout(() => void this.pump(), (detail.retryAfter ?? RETRY_MS / 1000) * 1000);
        this.#running = undefined;
        return this.host.changed();
      }
      upload.refused = code;
    }
    this.#finish(run);
  }

  #next(): Upload | undefined {
    return this.list.find(({ refused }) => !refused);
  }

  #finish(run: AbortController): void {
    if (this.#running !== run) return;
    this.#running = undefined;
    this.host.changed();
    void this.pump();
  }
}

const forget = ({ preview }: Upload): void => void (preview && URL.revokeObjectURL(preview));

/** The uploads of a chat: limits from its configuration, each finished file one message. */
export const uploadsOf = (chat: Chat): Uploads =>
  new Uploads(
    chat.api,
    {
      limits: () => chat.config.fileUpload!,
      ready: () => chat.session.known && navigator.onLine,
      changed: () => chat.set({}),
      done: (content, view) => void chat.queue(content, { view }),
    },
    chat.core.signal,
  );
