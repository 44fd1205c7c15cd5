//! Names of the embedded files. Written by `static/tools/build.mjs`; do not edit.

/// The style sheet of the dashboard.
pub const CSS: &str = "/app/assets/app-b1b7307562.css";
/// The script of the dashboard.
pub const JS: &str = "/app/assets/app-249e1b9a34.js";
/// The parts of the script that not every visit needs.
pub const MORE_JS: &str = "/app/assets/more-5716fe2634.js";
/// The script that gives the words of a mail styles.
pub const LETTER_JS: &str = "/app/assets/letter-1033c6e8e3.js";
/// The script of rows of recipients.
pub const RECIPIENTS_JS: &str = "/app/assets/recipients-c6d78e5b41.js";
/// The style sheet of rows of recipients and of passing a mail on.
pub const MAIL_CSS: &str = "/app/assets/mail-ba6a8cfede.css";
/// The script of the pages of templates.
pub const TEMPLATES_JS: &str = "/app/assets/templates-e29c4456aa.js";
/// The script of pages with passwords, codes or colours.
pub const FIELDS_JS: &str = "/app/assets/fields-988bd66da9.js";
/// The sprite of pictures.
pub const ICONS: &str = "/app/assets/icons-18654d66fe.svg";
/// The font of the interface.
pub const FONT: &str = "/app/assets/inter-ui-edbd5ede46.woff2";
/// The picture in the browser's tab.
pub const FAVICON: &str = "/app/assets/favicon-d6096f5c2d.svg";
/// The picture on a phone's home screen.
pub const TOUCH_ICON: &str = "/app/assets/touch-180-9c1133650a.png";
/// What a phone needs to install the dashboard.
pub const MANIFEST: &str = "/app/assets/app-6e8ddc1cd2.webmanifest";
/// The style sheet of the full-page chat.
pub const CHAT_CSS: &str = "/app/assets/chat-dfb72ba71d.css";
/// The style sheet of the API's document.
pub const DOCS_CSS: &str = "/app/assets/docs-256e26b77b.css";
/// The script of pages that show the chat before its settings are saved.
pub const APPEARANCE_JS: &str = "/app/assets/appearance-c296f4bbb8.js";
/// The script in the frame that shows it.
pub const PREVIEW_JS: &str = "/app/assets/preview-60619281d8.js";
/// The style sheet of adding and looking after a channel.
pub const SETUP_CSS: &str = "/app/assets/setup-8afab610da.css";
/// The script of pages that show what reaches a channel.
pub const SETUP_JS: &str = "/app/assets/setup-241685f8c0.js";
/// The style sheet of the demo shop.
pub const SHOP_CSS: &str = "/app/assets/shop-dede709e0c.css";
/// The script of the demo shop.
pub const SHOP_JS: &str = "/app/assets/shop-5089725e49.js";
/// The style sheet of the sandbox.
pub const SANDBOX_CSS: &str = "/app/assets/sandbox-86a303bb6b.css";
/// The script of the sandbox.
pub const SANDBOX_JS: &str = "/app/assets/sandbox-c2cddeeaee.js";

/// Everything below `/app/assets/`: name in the address, file in `static/dist`, content type.
/// A name changes with its content, so an answer may be kept for ever.
#[rustfmt::skip]
pub const FILES: &[(&str, &str, &str)] = &[
    ("app-b1b7307562.css", "app.css", "text/css; charset=utf-8"),
    ("app-249e1b9a34.js", "app.js", "text/javascript; charset=utf-8"),
    ("app-6e8ddc1cd2.webmanifest", "app.webmanifest", "application/manifest+json"),
    ("appearance-c296f4bbb8.js", "appearance.js", "text/javascript; charset=utf-8"),
    ("chat-dfb72ba71d.css", "chat.css", "text/css; charset=utf-8"),
    ("docs-256e26b77b.css", "docs.css", "text/css; charset=utf-8"),
    ("favicon-unread-8fd7911168.svg", "favicon-unread.svg", "image/svg+xml"),
    ("favicon-d6096f5c2d.svg", "favicon.svg", "image/svg+xml"),
    ("fields-988bd66da9.js", "fields.js", "text/javascript; charset=utf-8"),
    ("icons-18654d66fe.svg", "icons.svg", "image/svg+xml"),
    ("inter-cyrillic-ext-ca15706333.woff2", "inter-cyrillic-ext.woff2", "font/woff2"),
    ("inter-cyrillic-71d5ee93cc.woff2", "inter-cyrillic.woff2", "font/woff2"),
    ("inter-greek-ext-6e9e020a25.woff2", "inter-greek-ext.woff2", "font/woff2"),
    ("inter-greek-1be3448e29.woff2", "inter-greek.woff2", "font/woff2"),
    ("inter-latin-ext-34b9c504ca.woff2", "inter-latin-ext.woff2", "font/woff2"),
    ("inter-ui-edbd5ede46.woff2", "inter-ui.woff2", "font/woff2"),
    ("inter-vietnamese-5c66f9e07e.woff2", "inter-vietnamese.woff2", "font/woff2"),
    ("letter-1033c6e8e3.js", "letter.js", "text/javascript; charset=utf-8"),
    ("mail-ba6a8cfede.css", "mail.css", "text/css; charset=utf-8"),
    ("more-5716fe2634.js", "more.js", "text/javascript; charset=utf-8"),
    ("preview-60619281d8.js", "preview.js", "text/javascript; charset=utf-8"),
    ("recipients-c6d78e5b41.js", "recipients.js", "text/javascript; charset=utf-8"),
    ("sandbox-86a303bb6b.css", "sandbox.css", "text/css; charset=utf-8"),
    ("sandbox-c2cddeeaee.js", "sandbox.js", "text/javascript; charset=utf-8"),
    ("setup-8afab610da.css", "setup.css", "text/css; charset=utf-8"),
    ("setup-241685f8c0.js", "setup.js", "text/javascript; charset=utf-8"),
    ("shop-dede709e0c.css", "shop.css", "text/css; charset=utf-8"),
    ("shop-5089725e49.js", "shop.js", "text/javascript; charset=utf-8"),
    ("templates-e29c4456aa.js", "templates.js", "text/javascript; charset=utf-8"),
    ("touch-180-9c1133650a.png", "touch-180.png", "image/png"),
    ("touch-512-e4c4d9ecfc.png", "touch-512.png", "image/png"),
];

/// The pictures in the sprite.
#[cfg(test)]
#[rustfmt::skip]
pub const SPRITE: &[&str] = &[
    "activity",
    "alarm-clock",
    "arrow-big-up",
    "arrow-down",
    "arrow-left",
    "arrow-up",
    "at-sign",
    "ban",
    "bot",
    "calendar-clock",
    "check",
    "check-check",
    "chevron-down",
    "chevron-right",
    "circle-alert",
    "circle-check",
    "circle-question-mark",
    "circle-x",
    "clock",
    "contact",
    "copy",
    "corner-down-right",
    "download",
    "ellipsis",
    "email",
    "external-link",
    "eye",
    "eye-off",
    "facebook",
    "flame",
    "flask-conical",
    "forward",
    "git-merge",
    "image",
    "image-off",
    "inbox",
    "info",
    "instagram",
    "key-round",
    "keyboard",
    "layers",
    "layout-template",
    "link",
    "list-filter",
    "lock",
    "log-out",
    "mail",
    "map-pin",
    "mark",
    "menu",
    "messages-square",
    "mic",
    "monitor",
    "moon",
    "panel-right",
    "paperclip",
    "pause",
    "pencil-line",
    "play",
    "plus",
    "radio-tower",
    "rcs",
    "refresh-cw",
    "replace",
    "search",
    "settings",
    "shield-check",
    "sliders-horizontal",
    "smartphone",
    "smile",
    "sms",
    "square-mouse-pointer",
    "sun",
    "sun-moon",
    "tag",
    "telegram",
    "timer",
    "triangle-alert",
    "type",
    "undo-2",
    "unknown",
    "user",
    "user-plus",
    "users",
    "video",
    "voice",
    "webchat",
    "whatsapp",
    "x",
];
