//! What a business pastes into its pages.

use crate::model::ids::ChannelId;

/// The lines that load the widget from `base` (without a slash at its end) for one web chat.
#[must_use]
pub fn snippet(base: &str, channel: ChannelId) -> String {
    let base = base
        .trim_end_matches('/')
        .replace(['<', '>', '\'', '"', '\\'], "");
    format!(
        "<script>\n\
        (function(w,d,u){{w.LinktorObject='linktor';w.linktor=w.linktor||function(){{(w.linktor.q=w.linktor.q||[]).push(arguments)}};\n\
        w.linktor.l=+new Date;var s=d.createElement('script');s.async=true;s.src=u;(d.head||d.body).appendChild(s);}})(window,document,'{base}/v1/linktor.js');\n\
        linktor('init',{{channelId:'{channel}'}});\n\
        </script>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Id as _;

    #[test]
    fn the_snippet_names_server_and_channel() {
        let channel = ChannelId::from_bytes([0; 16]);
        let text = snippet("https://chat.example.com/", channel);
        assert!(text.starts_with("<script>\n(function(w,d,u){w.LinktorObject='linktor';"));
        assert!(text.contains("'https://chat.example.com/v1/linktor.js'"));
        assert!(text.ends_with(&format!(
            "linktor('init',{{channelId:'{channel}'}});\n</script>\n"
        )));
        assert_eq!(text.lines().count(), 5);
        assert!(!snippet("https://x'</script>", channel).contains("x'<"));
    }
}
