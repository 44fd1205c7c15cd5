//! How a bot is connected. telegram.md section 1.

use crate::model::guide::Guide;
use crate::model::guide::Reporting;

/// What there is to know.
pub const GUIDE: Guide = Guide {
    vendor: "Telegram",
    about: "A bot that answers in Telegram chats and groups.",
    needs: "A bot token from @BotFather",
    time: "3 minutes",
    page: Some(("@BotFather", "https://t.me/BotFather")),
    webhook: Reporting::ByItself(
        "Connecting tells Telegram where to report. Where there is no public https address, linktor asks Telegram for news instead.",
    ),
    topics: &[],
    first_message: "Open the bot in Telegram, press Start and write to it. A bot cannot write first.",
};
