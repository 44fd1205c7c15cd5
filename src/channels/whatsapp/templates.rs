//! Templates of a business account. whatsapp.md section 7.1.

use serde_json::Value;

use crate::base::secret::Secret;
use crate::channels::meta::graph::Graph;
use crate::channels::meta::graph::escape;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::meta::talk::refused;
use crate::channels::meta::templates::Shelf;
use crate::channels::meta::templates::rules;
use crate::channels::node::Node;
use crate::channels::whatsapp::connect::TOKEN;
use crate::channels::whatsapp::connect::graph;
use crate::channels::whatsapp::faults::FAULTS;
use crate::channels::whatsapp::files;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::call::FileBody;
use crate::model::content::Media;
use crate::model::filling::TemplateTerms;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::template::TemplateDraft;
use crate::model::template::VendorTemplate;

/// What is asked about each template.
const FIELDS: &str =
    "id,name,status,category,language,components,quality_score,parameter_format,rejected_reason";

/// What may stand in one. Calls, flows and catalogues are made at the vendor.
pub static TERMS: TemplateTerms = TemplateTerms {
    headers: &["TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"],
    buttons: &["QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE"],
    edits: true,
    resumes: true,
    ..rules::TERMS
};

/// Every template of the business account; none where the account is not known.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn list(asked: &Asked<'_>) -> Result<Vec<VendorTemplate>, Pause> {
    let graph = graph(asked.account);
    match asked.account.text("businessAccountId") {
        Some(owner) => shelf(&graph, owner).list(&mut Talk::of(asked, FAULTS)),
        None => Ok(Vec::new()),
    }
}

/// Hands a template in: what is wrong with it is said before the vendor is asked, and its example
/// files go first.
///
/// # Errors
/// It has to be asked first; it is wrong; the vendor refused.
pub fn create(draft: &TemplateDraft, asked: &Asked<'_>) -> Result<VendorTemplate, Pause> {
    let owner = owner(asked.account)?;
    let mut talk = Talk::of(asked, FAULTS);
    let complete = with_examples(&mut talk, draft, asked.account)?;
    shelf(&graph(asked.account), owner).create(&mut talk, &complete)
}

/// Hands a template in again, changed: like a new one, what is wrong with it is said before the
/// vendor is asked, and its example files go first.
///
/// # Errors
/// It has to be asked first; it is wrong; the vendor refused.
pub fn edit(
    template: &VendorTemplate,
    draft: &TemplateDraft,
    asked: &Asked<'_>,
) -> Result<VendorTemplate, Pause> {
    let owner = owner(asked.account)?;
    let id = known_id(template)?;
    let mut talk = Talk::of(asked, FAULTS);
    let complete = with_examples(&mut talk, draft, asked.account)?;
    shelf(&graph(asked.account), owner).edit(&mut talk, id, template, &complete)
}

/// A draft that may be handed in: its example files are in the vendor's hands.
fn with_examples(
    talk: &mut Talk<'_>,
    draft: &TemplateDraft,
    account: &Account,
) -> Result<TemplateDraft, Pause> {
    if let Some(wrong) = rules::check(draft).into_iter().next() {
        let words = format!("{} {}.", wrong.field, wrong.message);
        return Err(refused("template_invalid", words));
    }
    let mut complete = draft.clone();
    for (id, media) in &draft.files {
        let handle = example(talk, account, media)?;
        for component in &mut complete.components {
            name_example(component, id, &handle);
        }
    }
    Ok(complete)
}

/// The vendor's id of a template. Without it the vendor would take the name in every language.
fn known_id(template: &VendorTemplate) -> Result<&str, Pause> {
    template.external_id.as_deref().ok_or_else(|| {
        let words = "The vendor's id of the template is not known yet.";
        refused("template_unknown", words.to_owned())
    })
}

/// Has a template sent again that was paused. The vendor does it five minutes after the pause at the
/// earliest.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn resume(template: &VendorTemplate, asked: &Asked<'_>) -> Result<VendorTemplate, Pause> {
    let path = format!("{}/unpause", escape(known_id(template)?));
    let call = Call::http(graph(asked.account).act(&path));
    let told = Talk::of(asked, FAULTS).must("template", call)?;
    let told = Node::of(&told);
    if told.at("success").raw() == Value::Bool(false) {
        let why = told.word("reason");
        let words = why.unwrap_or_else(|| "The vendor keeps the template paused.".to_owned());
        return Err(refused("template_paused", words));
    }
    Ok(VendorTemplate {
        status: "APPROVED".to_owned(),
        reason: None,
        ..template.clone()
    })
}

/// Takes one template away in its one language.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn delete(template: &VendorTemplate, asked: &Asked<'_>) -> Result<(), Pause> {
    let owner = owner(asked.account)?;
    let id = known_id(template)?;
    let query = format!("hsm_id={}&name={}", escape(id), escape(&template.name));
    let mut talk = Talk::of(asked, FAULTS);
    shelf(&graph(asked.account), owner).delete(&mut talk, template, &query)
}

fn shelf<'a>(graph: &'a Graph, owner: &'a str) -> Shelf<'a> {
    Shelf {
        graph,
        owner,
        fields: FIELDS,
    }
}

fn owner(account: &Account) -> Result<&str, Pause> {
    account.text("businessAccountId").ok_or_else(|| {
        let words = "Templates need the WhatsApp Business Account ID of the channel.";
        refused("configuration", words.to_owned())
    })
}

/// Gives an example file to the vendor in the app's name; the handle templates name it by.
fn example(talk: &mut Talk<'_>, account: &Account, media: &Media) -> Result<String, Pause> {
    let Some(app) = account.text("appId") else {
        let words = "Templates with a file need the App ID of the channel.";
        return Err(refused("configuration", words.to_owned()));
    };
    let Some(media_id) = media.media_id else {
        return Err(refused(
            "file_gone",
            "The example file is not stored here.".to_owned(),
        ));
    };
    let graph = graph(account);
    let name = files::name(media);
    let kind = media.mime_type.as_deref().unwrap_or_default();
    let path = format!(
        "{app}/uploads?file_name={}&file_length={}&file_type={}",
        escape(&name),
        media.size_bytes.unwrap_or(0),
        escape(kind)
    );
    let told = talk.must("exampleFile", Call::http(graph.act(&path)))?;
    let session = Node::of(&told).word("id").unwrap_or_default();
    let mut request = graph.act(&session);
    request.headers = request
        .headers
        .with("file_offset", "0")
        .with("content-type", "application/octet-stream");
    let token = account.secret(TOKEN).unwrap_or_default();
    request.authorization = Some(Secret::new(format!("OAuth {token}")));
    let call = Call::File(Box::new(FileBody { request, media_id }));
    let told = talk.must("exampleFile", call)?;
    Node::of(&told).word("h").ok_or_else(|| {
        refused(
            "media_failed",
            "The vendor did not take the example file.".to_owned(),
        )
    })
}

/// Puts the vendor's handle where a component names a file by our id.
fn name_example(component: &mut Opaque, id: &str, handle: &str) {
    let handles = component
        .get_mut("example")
        .and_then(|example| example.get_mut("header_handle"))
        .and_then(Value::as_array_mut);
    for named in handles.into_iter().flatten() {
        if named.as_str() == Some(id) {
            *named = handle.into();
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::id::Id as _;
    use crate::channels::meta::talk::next;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::hold;
    use crate::model::ids::MediaId;
    use serde_json::json;

    fn ours(settings: Value) -> Account {
        account(settings, &[("accessToken", "EAAT")])
    }

    #[test]
    fn templates_are_listed_page_by_page() {
        let first = json!({"data":[{"id":"1689556908129832","name":"order_confirmation","language":"en_US","status":"APPROVED",
            "category":"UTILITY","parameter_format":"POSITIONAL","quality_score":{"score":"GREEN"},"rejected_reason":"NONE",
            "components":[{"type":"BODY","text":"Hi {{1}}"}]}],
            "paging":{"cursors":{"before":"a","after":"b=="},"next":"https://graph.facebook.com/v25.0/102/x?access_token=EAAT"}});
        let last = json!({"data":[{"id":2,"name":"sale","language":"en","status":"REJECTED","category":"MARKETING","rejected_reason":"SCAM"}],
            "paging":{"cursors":{"before":"b","after":"c"}}});
        let account = ours(json!({"businessAccountId":"102"}));
        let (calls, found) = hold(&account, &[(200, first), (200, last)], |asked| {
            next(list(asked))
        });
        let query = format!("limit=250&fields={FIELDS}");
        let expected = [
            format!("GET /102/message_templates?{query}"),
            format!("GET /102/message_templates?{query}&after=b%3D%3D"),
        ];
        assert_eq!(calls, expected);
        let found = found.unwrap();
        assert_eq!(
            (found[0].quality.as_deref(), found[0].reason.as_deref()),
            (Some("GREEN"), None)
        );
        assert_eq!(
            (found[1].external_id.as_deref(), found[1].reason.as_deref()),
            (Some("2"), Some("SCAM"))
        );
        let (calls, none) = hold(&ours(json!({})), &[], |asked| next(list(asked)));
        assert!(calls.is_empty() && none.unwrap().is_empty());
    }

    #[test]
    fn a_template_is_handed_in_with_its_example_file() {
        let id = MediaId::from_bytes([9; 16]);
        let media = Media {
            media_id: Some(id),
            mime_type: Some("image/jpeg".into()),
            filename: Some("a b.jpg".into()),
            size_bytes: Some(61_901),
            ..Media::default()
        };
        let draft = TemplateDraft {
            name: "sale".into(),
            language: "en".into(),
            category: "MARKETING".into(),
            components: serde_json::from_value(json!([
                {"type":"HEADER","format":"IMAGE","example":{"header_handle":[id.to_string()]}},
                {"type":"BODY","text":"Come in"}]))
            .unwrap(),
            files: [(id.to_string(), media)].into(),
            ..TemplateDraft::default()
        };
        let answers = [
            (200, json!({"id":"upload:abc"})),
            (200, json!({"h":"4::aW"})),
            (
                200,
                json!({"id":"594","status":"PENDING","category":"UTILITY"}),
            ),
        ];
        let account = ours(json!({"businessAccountId":"102","appId":"7"}));
        let (calls, made) = hold(&account, &answers, |asked| next(create(&draft, asked)));
        assert_eq!(
            calls[0],
            "POST /7/uploads?file_name=a%20b%2Ejpg&file_length=61901&file_type=image%2Fjpeg"
        );
        assert_eq!(calls[1], format!("POST /upload:abc <{id}>"));
        assert!(
            calls[2].starts_with("POST /102/message_templates {"),
            "{calls:?}"
        );
        assert!(
            calls[2].contains(r#""header_handle":["4::aW"]"#),
            "{calls:?}"
        );
        let made = made.unwrap();
        assert_eq!(
            (made.category.as_str(), made.status.as_str()),
            ("UTILITY", "PENDING")
        );

        let wrong = TemplateDraft {
            name: "Sale".into(),
            ..draft.clone()
        };
        let (calls, refused) = hold(&account, &[], |asked| next(create(&wrong, asked)));
        assert!(calls.is_empty() && refused.is_err());
        let nowhere = ours(json!({"businessAccountId":"102"}));
        let (calls, refused) = hold(&nowhere, &[], |asked| next(create(&draft, asked)));
        assert!(
            calls.is_empty() && refused.is_err(),
            "an example needs the app"
        );
    }

    #[test]
    fn a_template_is_handed_in_again_under_its_id() {
        let account = ours(json!({"businessAccountId":"102"}));
        let held = VendorTemplate {
            external_id: Some("594".into()),
            name: "sale".into(),
            language: "en".into(),
            category: "UTILITY".into(),
            status: "REJECTED".into(),
            reason: Some("SCAM".into()),
            ..VendorTemplate::default()
        };
        let draft = |category: &str, text: &str| TemplateDraft {
            name: "sale".into(),
            language: "en".into(),
            category: category.into(),
            components: serde_json::from_value(json!([{"type":"BODY","text":text}])).unwrap(),
            ..TemplateDraft::default()
        };
        let done = [(200, json!({"success":true}))];
        let change =
            |draft: &TemplateDraft| hold(&account, &done, |asked| next(edit(&held, draft, asked)));
        let (calls, changed) = change(&draft("UTILITY", "Come in"));
        let body = r#"{"components":[{"type":"BODY","text":"Come in"}]}"#;
        assert_eq!(calls, [format!("POST /594 {body}")]);
        let changed = changed.unwrap();
        assert_eq!((changed.status.as_str(), changed.reason), ("PENDING", None));
        let (calls, _) = change(&draft("MARKETING", "Come in"));
        assert!(calls[0].contains(r#""category":"MARKETING""#), "{calls:?}");
        let (calls, refused) = change(&draft("UTILITY", "{{1}}"));
        assert!(refused.is_err());
        assert_eq!(calls, Vec::<String>::new());
    }

    #[test]
    fn a_paused_template_is_sent_again_where_the_vendor_does_it() {
        let account = ours(json!({"businessAccountId":"102"}));
        let held = VendorTemplate {
            external_id: Some("594".into()),
            status: "PAUSED".into(),
            reason: Some("FIRST_PAUSE".into()),
            ..VendorTemplate::default()
        };
        let ask =
            |answer: (u16, Value)| hold(&account, &[answer], |asked| next(resume(&held, asked)));
        let (calls, done) = ask((200, json!({"success":true})));
        assert_eq!(calls, ["POST /594/unpause"]);
        let done = done.unwrap();
        assert_eq!((done.status.as_str(), done.reason), ("APPROVED", None));
        let (_, early) = ask((200, json!({"success":false,"reason":"Too early"})));
        assert_eq!(early.unwrap_err().error().message, "Too early");
        let (_, refused) = ask((400, json!({"error":{"code":100,"message":"no"}})));
        assert!(refused.is_err());
    }

    #[test]
    fn a_template_goes_in_one_language_and_one_that_is_gone_is_no_error() {
        let account = ours(json!({"businessAccountId":"102"}));
        let held = VendorTemplate {
            external_id: Some("594".into()),
            name: "sale".into(),
            language: "en".into(),
            ..VendorTemplate::default()
        };
        let gone =
            |answers: &[(u16, Value)]| hold(&account, answers, |asked| next(delete(&held, asked)));
        let (calls, done) = gone(&[(200, json!({"success":true}))]);
        assert_eq!(
            calls,
            ["DELETE /102/message_templates?hsm_id=594&name=sale"]
        );
        assert!(done.is_ok());
        let refused = (400, json!({"error":{"code":100,"message":"no"}}));
        let listed = |language: &str| {
            (
                200,
                json!({"data":[{"id":"1","name":"sale","language":language}]}),
            )
        };
        assert!(gone(&[refused.clone(), listed("pt_BR")]).1.is_ok());
        assert!(gone(&[refused, listed("en")]).1.is_err());
        let unknown = VendorTemplate {
            external_id: None,
            ..held.clone()
        };
        let (calls, refused) = hold(&account, &[], |asked| next(delete(&unknown, asked)));
        assert!(calls.is_empty() && refused.is_err());
    }
}
