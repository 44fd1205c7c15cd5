/**
 * What travels between widget and server. Mirrors `docs/webchat-protocol.md`; nothing here decides anything.
 * Fields the server may leave out are optional; unknown fields are ignored everywhere.
 */

export interface Theme {
  primaryColor: string;
  position?: 'bottom-right' | 'bottom-left';
  size?: 'compact' | 'standard' | 'large';
  headerText?: string;
  welcomeMessage?: string;
  avatarUrl?: string;
  logoUrl?: string;
  launcherIcon?: string;
  launcherText?: string;
  colorScheme?: 'auto' | 'light' | 'dark';
  borderRadius?: number;
  zIndex?: number;
}

export interface Availability {
  state: 'online' | 'away' | 'offline';
  nextOpenAt?: string | null;
  replyTime?: 'minutes' | 'hours' | 'day' | null;
  replyMinutes?: number | null;
}

export interface Person {
  name: string | null;
  avatarUrl?: string | null;
}

export interface Author extends Person {
  type: 'agent' | 'bot' | 'system' | 'visitor';
}

export type FieldKind = 'text' | 'email' | 'tel' | 'textarea' | 'select' | 'checkbox' | 'number';

export interface Field {
  name: string;
  label: string;
  type: FieldKind;
  required?: boolean;
  placeholder?: string;
  options?: (string | { value: string; label: string })[];
  pattern?: string;
  maxLength?: number;
}

export interface FormConfig {
  fields?: Field[];
  submitButton?: string;
}

export interface PreChat extends FormConfig {
  enabled: boolean;
  title?: string;
  message?: string;
}

export interface ProactiveRule {
  id?: string;
  trigger: 'time' | 'pageview' | 'scroll' | 'exit_intent';
  /** Milliseconds to wait after the trigger. */
  delay?: number;
  /** Path with `*` as wildcard. */
  page?: string;
  /** Scrolled share of the page, 0 to 100. */
  percentage?: number;
  message: string;
  onlyOnce?: boolean;
  maxPerDay?: number;
  author?: Person;
}

export interface FileUpload {
  enabled: boolean;
  maxSize?: number;
  allowedTypes?: string[];
  multiple?: boolean;
}

export interface Starter {
  id?: string;
  title: string;
  icon?: string;
}

export interface Privacy {
  cookieConsent?: boolean;
  dataRetention?: number;
  anonymizeIP?: boolean;
  policyUrl?: string;
}

export interface OfflineConfig {
  enabled: boolean;
  message?: string;
  form?: FormConfig;
}

/** Answer of `GET config`. */
export interface Config {
  channelId: string;
  name?: string;
  hash?: string;
  apiBaseUrl?: string;
  theme: Theme;
  defaultLanguage?: string;
  availability?: Availability;
  team?: Person[];
  starters?: Starter[];
  preChatForm?: PreChat;
  proactiveMessages?: ProactiveRule[];
  fileUpload?: FileUpload;
  businessHoursOnly?: boolean;
  offline?: OfflineConfig;
  emailContinuity?: boolean;
  /** Whether a copy of the chat can be mailed. */
  emailTranscript?: boolean;
  sessionDuration?: number;
  showBranding?: boolean;
  soundEnabled?: boolean;
  emojiPicker?: boolean;
  typingPreview?: boolean;
  showReadReceipts?: boolean;
  privacy?: Privacy;
  customCss?: string;
}

export interface User {
  id?: string;
  name?: string;
  email?: string;
  avatar?: string;
  userHash?: string;
  token?: string;
  metadata?: Record<string, unknown>;
}

export interface Page {
  url: string;
  title: string;
  referrer?: string;
}

export interface Conversation {
  id: string;
  status: string;
  assignee?: Author | null;
}

/** Answer of `POST session` and `PATCH session`. */
export interface SessionAnswer {
  token?: string;
  sessionId: string;
  visitorId: string;
  verified?: boolean;
  resumed?: boolean;
  ws?: string;
  cursor?: number;
  unread?: number;
  prechatRequired?: boolean;
  conversation?: Conversation | null;
  availability?: Availability;
  features?: { upload?: boolean; typing?: boolean };
  identity?: { verified?: boolean; error?: string };
  user?: { name?: string; email?: string };
}

/** State without a sequence number: complete in every `welcome` and poll answer. */
export interface Welcome {
  cursor: number;
  reset?: boolean;
  heartbeat?: number;
  unread?: number;
  conversation?: Conversation | null;
  availability?: Availability;
  /** Whoever answers in the conversation, while that person is here. */
  agents?: Person[];
  agentTyping?: Author | boolean;
  lastReadByAgentSeq?: number;
}

export interface Button {
  type?: 'reply' | 'url' | 'call' | 'location';
  id?: string;
  title: string;
  url?: string;
  phone?: string;
}

export interface QuickReply {
  id: string;
  title: string;
}

export type Header = string | { type: 'image'; url: string };

export interface MediaContent {
  type: 'image' | 'video' | 'audio' | 'document' | 'sticker';
  url?: string;
  fileId?: string;
  mimeType?: string;
  filename?: string;
  size?: number;
  /** Another spelling of `size`. */
  sizeBytes?: number;
  caption?: string;
  width?: number;
  height?: number;
  thumbnailUrl?: string;
}

export interface ListRow {
  id: string;
  title: string;
  description?: string;
}

export interface ListContent {
  type: 'list';
  header?: Header;
  text: string;
  footer?: string;
  buttonText?: string;
  sections: { title?: string; rows: ListRow[] }[];
}

export interface ButtonsContent {
  type: 'buttons';
  header?: Header;
  text: string;
  footer?: string;
  buttons: Button[];
}

export interface Card {
  title: string;
  description?: string;
  imageUrl?: string;
  /** Another spelling of `imageUrl`. */
  image?: { url?: string };
  buttons?: Button[];
}

export interface ContactCard {
  name: string;
  phones?: string[];
  emails?: string[];
  organization?: string;
}

export type Content =
  | { type: 'text'; text: string; quickReplies?: QuickReply[] }
  | MediaContent
  | { type: 'location'; latitude: number; longitude: number; name?: string; address?: string }
  | { type: 'contacts'; contacts: ContactCard[] }
  | ButtonsContent
  | ListContent
  | { type: 'carousel'; text?: string; cards: Card[] }
  | { type: 'postback'; payload: string; title?: string; sourceMessageId?: string }
  | { type: 'reaction'; emoji: string; targetId: string };

export type Status = 'sent' | 'delivered' | 'read';

export interface Reaction {
  emoji: string;
  by: string;
}

/** Payload of a `message` frame, and one entry of `GET messages` (there with `seq`). */
export interface WireMessage {
  id: string;
  seq?: number;
  author: Author;
  content?: Content;
  fallbackText?: string;
  replyTo?: string | null;
  timestamp: string;
  clientMessageId?: string | null;
  edited?: boolean;
  deleted?: boolean;
  status?: Status;
  reactions?: Reaction[];
  chosen?: string;
  hints?: { singleUse?: boolean; display?: string };
}

/** What is known once a message of ours is stored. */
export interface Arrival {
  clientMessageId: string;
  messageId: string;
  seq: number;
  timestamp: string;
}

export interface Ack extends Arrival {
  conversationId: string;
  duplicate?: boolean;
}

export interface WireError {
  code: string;
  message?: string;
  retryAfter?: number;
  fields?: Record<string, string>;
}

/** Every frame, both directions. The payload's shape follows from `type`. */
export interface Frame {
  type: string;
  id?: string;
  ref?: string;
  seq?: number;
  /** Untyped on purpose: each reader names the shape it expects. */
  payload: any;
}
