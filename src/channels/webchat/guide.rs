//! How a web chat comes to be.

use crate::model::guide::Guide;
use crate::model::guide::Reporting;

/// What there is to know.
pub const GUIDE: Guide = Guide {
    vendor: "your website",
    about: "A chat bubble for your website.",
    needs: "No account needed",
    time: "2 minutes",
    page: None,
    webhook: Reporting::ByItself("Two lines on your website are all there is to set up."),
    topics: &[],
    first_message: "Open the chat on your website and write.",
};
