/**
 * What the parts that come later (`more/`) share with the app. In their bundle this module, and Preact, are looked up in the
 * running app instead of being carried twice; see `build.mjs`.
 */
export { Avatar, Bubble, IconButton, Text, type Shown } from './components/bits';
export { Line, pathOf, type IconName } from './components/icon';
export { backAt, fileSize } from './format';
export { ApiError, passing } from './api';
export { onNavigate } from './navigation';
export type { More } from './more/main';
export { newId } from './outbox';
