// What not every visit needs: loaded with the first use of any of it.
export { confirm } from './confirm.js';
export { flipTheme, nextRegion, openPriority, walkMessages } from './rare-keys.js';
export { fillEmoji } from './emoji.js';
export { play } from './media.js';
export { suggest, suggestKey } from './mentions.js';
export { openPalette } from './palette.js';
export { openSearch } from './search.js';
export { mails } from './mail.js';
export { closeOffer, named, offered, openOffer } from './offer.js';
export { openPicker } from './picker.js';
export { swipe } from './swipe.js';
