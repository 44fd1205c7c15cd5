/** What a page may pass to `init`, and how it combines with what the server says. */
import type { Config, FileUpload, PreChat, ProactiveRule, Privacy, Theme, User, WireMessage, OfflineConfig } from './wire';

export interface InitOptions extends Partial<Pick<Theme, 'primaryColor' | 'position' | 'size' | 'zIndex' | 'colorScheme'>> {
  channelId: string;
  offset?: { x?: number; y?: number };
  language?: string;
  translations?: Record<string, string>;
  autoOpen?: boolean;
  /** Milliseconds between start and `autoOpen`. */
  openDelay?: number;
  soundEnabled?: boolean;
  showLauncher?: boolean;
  preChatForm?: PreChat;
  user?: User;
  proactiveMessages?: ProactiveRule[];
  fileUpload?: Partial<FileUpload>;
  persistSession?: boolean;
  sessionDuration?: number;
  cookieDomain?: string;
  offline?: Partial<OfflineConfig>;
  privacy?: Partial<Privacy>;
  hideOn?: string[];
  showOn?: string[];
  /** CSS selector of an element to live in, instead of floating. */
  target?: string;
  /** With `target`: fill it, no launcher, nothing to close. */
  fullPage?: boolean;
  apiUrl?: string;
  /** Set by the widget when it was fetched afresh because the server speaks a newer protocol. */
  renewed?: boolean;
  onReady?: () => void;
  onOpen?: () => void;
  onClose?: () => void;
  onMessage?: (message: WireMessage) => void;
  onError?: (error: unknown) => void;
}

/** Server configuration with the page's wishes applied: looks can change, limits can only become stricter. */
export function combine(config: Config, options: InitOptions): Config {
  const { primaryColor, position, size, zIndex, colorScheme } = options;
  const wishes = { primaryColor, position, size, zIndex, colorScheme };
  const theme = { ...config.theme };
  const { welcomeMessage, offlineMessage } = options.translations ?? {};
  if (welcomeMessage) theme.welcomeMessage = welcomeMessage;
  for (const [key, value] of Object.entries(wishes)) if (value !== undefined) Object.assign(theme, { [key]: value });
  return {
    ...config,
    theme,
    soundEnabled: options.soundEnabled ?? config.soundEnabled,
    preChatForm: config.preChatForm?.enabled ? config.preChatForm : (options.preChatForm ?? config.preChatForm),
    proactiveMessages: [...(config.proactiveMessages ?? []), ...(options.proactiveMessages ?? [])],
    fileUpload: stricterUpload(config.fileUpload, options.fileUpload),
    offline: { enabled: true, ...config.offline, ...(offlineMessage && { message: offlineMessage }), ...options.offline },
    privacy: stricterPrivacy(config.privacy, options.privacy),
  };
}

function stricterUpload(server: FileUpload | undefined, page: Partial<FileUpload> | undefined): FileUpload {
  const base: FileUpload = { enabled: true, maxSize: 10_485_760, multiple: true, ...server };
  if (!page) return base;
  const types = base.allowedTypes;
  return {
    enabled: base.enabled && page.enabled !== false,
    maxSize: Math.min(base.maxSize!, page.maxSize ?? Infinity),
    allowedTypes: page.allowedTypes && types ? page.allowedTypes.filter((type) => types.includes(type)) : types,
    multiple: base.multiple && page.multiple !== false,
  };
}

function stricterPrivacy(server: Privacy = {}, page: Partial<Privacy> = {}): Privacy {
  return {
    ...server,
    policyUrl: page.policyUrl ?? server.policyUrl,
    cookieConsent: !!(server.cookieConsent || page.cookieConsent),
  };
}
