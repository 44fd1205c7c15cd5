//! The public configuration of a web chat: what a page may know before anybody acts.

use serde_json::Value;
use serde_json::json;

use crate::channels::webchat::forms::Field;
use crate::channels::webchat::frames::PROTOCOL;
use crate::channels::webchat::settings::Face;
use crate::channels::webchat::settings::Form;
use crate::channels::webchat::settings::Settings;
use crate::channels::webchat::settings::Words;
use crate::channels::webchat::wire::Availability;
use crate::model::ids::ChannelId;

/// Faces shown, at most.
const TEAM_MAX: usize = 3;

/// What a configuration needs beside the settings.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The web chat.
    pub channel_id: ChannelId,
    /// The name visitors see where the look has none.
    pub name: &'a str,
    /// The version of the widget's files.
    pub hash: &'a str,
    /// Our public address.
    pub base_url: &'a str,
    /// The language the page asks for.
    pub language: &'a str,
    /// The languages the widget speaks.
    pub languages: &'a [&'a str],
    /// Whether somebody answers now.
    pub availability: Availability,
    /// Some of those who answer.
    pub team: &'a [Face],
    /// Whether there is a channel of mail to send copies through.
    pub mails: bool,
}

/// Writes the body of `GET .../config`. Every text is in the nearest language there is.
#[must_use]
pub fn config(settings: &Settings, facts: &Facts<'_>) -> Value {
    let theme = &settings.theme;
    let tongue = Tongue {
        asked: facts.language,
        default: &settings.default_language,
    };
    json!({
        "channelId": facts.channel_id,
        "name": facts.name,
        "hash": facts.hash,
        "protocol": PROTOCOL,
        "apiBaseUrl": settings.api_base_url.as_deref().unwrap_or(facts.base_url),
        "theme": {
            "primaryColor": theme.primary_color,
            "position": theme.position,
            "size": theme.size,
            "headerText": tongue.say(theme.header_text.as_ref()).unwrap_or(facts.name),
            "welcomeMessage": tongue.say(theme.welcome_message.as_ref()),
            "avatarUrl": theme.avatar_url,
            "logoUrl": theme.logo_url,
            "launcherIcon": theme.launcher_icon,
            "launcherText": tongue.say(theme.launcher_text.as_ref()),
            "colorScheme": theme.color_scheme,
            "borderRadius": theme.border_radius,
            "zIndex": theme.z_index,
        },
        "defaultLanguage": settings.default_language,
        "languages": facts.languages,
        "availability": facts.availability,
        "team": facts.team.iter().take(TEAM_MAX).collect::<Vec<_>>(),
        "starters": settings.starters.iter().map(|starter| json!({
            "id": starter.id,
            "title": tongue.say(Some(&starter.title)),
            "icon": starter.icon,
        })).collect::<Vec<_>>(),
        "preChatForm": tongue.form(&settings.pre_chat_form),
        "proactiveMessages": settings.proactive_messages.iter().map(|proactive| {
            let mut out = json!(proactive);
            out["message"] = json!(tongue.say(Some(&proactive.message)));
            out
        }).collect::<Vec<_>>(),
        "fileUpload": settings.file_upload,
        "businessHoursOnly": settings.business_hours_only,
        "offline": {
            "enabled": settings.offline.enabled,
            "message": tongue.say(settings.offline.message.as_ref()),
            "form": settings.offline.form.as_ref().filter(|form| !form.fields.is_empty()).map(|form| json!({
                "fields": tongue.fields(&form.fields),
                "submitButton": tongue.say(form.submit_button.as_ref()),
            })),
        },
        "emailContinuity": settings.email_continuity.enabled,
        "emailTranscript": facts.mails,
        "sessionDuration": settings.session_duration_ms,
        "showBranding": settings.show_branding,
        "soundEnabled": settings.sound_enabled,
        "emojiPicker": settings.emoji_picker,
        "typingPreview": settings.typing_preview,
        "showReadReceipts": settings.show_read_receipts,
        "privacy": settings.privacy,
        "customCss": settings.custom_css,
    })
}

/// The language a visitor reads.
struct Tongue<'a> {
    asked: &'a str,
    default: &'a str,
}

impl Tongue<'_> {
    fn say<'w>(&self, words: Option<&'w Words>) -> Option<&'w str> {
        words?.in_language(self.asked, self.default)
    }

    fn form(&self, form: &Form) -> Value {
        json!({
            "enabled": form.enabled,
            "title": self.say(form.title.as_ref()),
            "message": self.say(form.message.as_ref()),
            "fields": self.fields(&form.fields),
            "submitButton": self.say(form.submit_button.as_ref()),
        })
    }

    fn fields(&self, fields: &[Field]) -> Vec<Value> {
        let told = fields.iter().map(|field| {
            let mut out = json!(field);
            out["label"] = json!(self.say(Some(&field.label)));
            out
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::id::Id as _;
    use crate::channels::webchat::wire::AvailabilityState;

    fn written(settings: Value, language: &str) -> Value {
        let settings = Settings::of(&serde_json::from_value(settings).unwrap());
        let face = Face {
            name: "Marina Costa".to_owned(),
            avatar_url: None,
        };
        config(
            &settings,
            &Facts {
                channel_id: ChannelId::from_bytes([0; 16]),
                name: "Aurora Coffee",
                hash: "3f9c2a71d0be",
                base_url: "https://chat.example.com",
                language,
                languages: &["en", "pt-BR"],
                availability: Availability {
                    state: AvailabilityState::Away,
                    next_open_at: None,
                    reply_time: None,
                    reply_minutes: None,
                },
                team: &[face.clone(), face.clone(), face.clone(), face],
                mails: false,
            },
        )
    }

    #[test]
    fn defaults_are_those_of_the_document() {
        let config = written(json!({}), "en");
        let cases = [
            ("/apiBaseUrl", json!("https://chat.example.com")),
            ("/theme/headerText", json!("Aurora Coffee")),
            ("/theme/position", Value::Null),
            ("/theme/launcherIcon", json!("bubble")),
            ("/preChatForm/enabled", json!(false)),
            ("/fileUpload/maxSize", json!(10_485_760)),
            ("/offline/enabled", json!(true)),
            ("/offline/form", Value::Null),
            ("/sessionDuration", json!(2_592_000_000_u64)),
            (
                "/privacy",
                json!({"cookieConsent":false,"dataRetention":0,"anonymizeIP":false,"policyUrl":null}),
            ),
            ("/protocol", json!(1)),
            ("/showReadReceipts", json!(true)),
        ];
        for (path, expected) in cases {
            assert_eq!(config.pointer(path), Some(&expected), "{path}");
        }
        assert_eq!(config["team"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn texts_are_plain_and_in_the_visitors_language() {
        let config = written(
            json!({
                "theme":{"welcomeMessage":{"en":"Hi","pt-BR":"Oi"}},
                "starters":[{"title":{"en":"Order?","pt":"Pedido?"}}],
                "proactiveMessages":[{"trigger":"exit_intent","message":{"en":"Wait","pt-BR":"Espere"},"onlyOnce":true}],
                "requireEmail":true,
            }),
            "pt-PT",
        );
        assert_eq!(config["theme"]["welcomeMessage"], json!("Oi"));
        assert_eq!(config["starters"][0]["title"], json!("Pedido?"));
        assert_eq!(
            config["proactiveMessages"][0],
            json!({"id":"p1","trigger":"exit_intent","delay":0,"message":"Espere","onlyOnce":true})
        );
        assert_eq!(
            config["preChatForm"]["fields"],
            json!([{"name":"email","label":"E-mail","type":"email","required":true}])
        );
    }

    #[test]
    fn secrets_and_rules_stay_here() {
        let config = written(
            json!({"allowedOrigins":["shop.example.com"],"identityMode":"required",
                "emailContinuity":{"enabled":true,"channelId":"ch_secret"}}),
            "en",
        )
        .to_string();
        for hidden in ["shop.example.com", "identity", "ch_secret"] {
            assert!(!config.contains(hidden), "{hidden}");
        }
    }
}
