//! What a domain tells mail programs about its servers: an XML file of the shape that Thunderbird
//! and others read (`config-v1.1.xml`).

use markup5ever_rcdom::Handle;
use markup5ever_rcdom::NodeData;

use crate::channels::email::address::domain_of;
use crate::channels::email::address::is_domain;
use crate::channels::email::discover::Server;
use crate::channels::email::discover::Servers;
use crate::channels::email::discover::filled;
use crate::channels::email::incoming::dom::Met;
use crate::channels::email::incoming::dom::Tree;
use crate::channels::email::incoming::dom::attribute;
use crate::channels::email::incoming::dom::name;
use crate::channels::email::incoming::dom::walk;

/// Where such a file lies for an address; only over an encrypted line, as whoever answers decides
/// where passwords go.
#[must_use]
pub fn places(address: &str) -> [String; 2] {
    let domain = domain_of(address);
    let encoded: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
    [
        format!("https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={encoded}"),
        format!("https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"),
    ]
}

/// Reads such a file; none for what is no such file, or names no server with encryption.
#[must_use]
pub fn read(xml: &str, address: &str) -> Option<Servers> {
    // XML of this shape reads as HTML of unknown elements.
    let tree = Tree::read(xml)?;
    let elements = tree.elements();
    let first = |element: &str, kind: &str| {
        let named = elements.iter().filter(|one| name(one) == element);
        named
            .filter(|one| attribute(one, "type").is_some_and(|of| of.eq_ignore_ascii_case(kind)))
            .find_map(|one| server(one, address))
    };
    let imap = first("incomingserver", "imap");
    let smtp = first("outgoingserver", "smtp");
    let wants_sign_in = [&imap, &smtp]
        .into_iter()
        .flatten()
        .any(|(_, only_sign_in)| *only_sign_in);
    let servers = Servers {
        imap: imap.map(|(server, _)| server),
        smtp: smtp.map(|(server, _)| server),
        advice: if wants_sign_in {
            "The service wants its own sign-in: choose that as the proof.".to_owned()
        } else {
            String::new()
        },
    };
    (!servers.is_empty()).then_some(servers)
}

/// A server, and whether it takes nothing but the sign-in of its service.
fn server(node: &Handle, address: &str) -> Option<(Server, bool)> {
    let host = filled(&text(node, "hostname")?, address);
    let encryption = match text(node, "sockettype")?.to_uppercase().as_str() {
        "SSL" => "tls",
        "STARTTLS" => "starttls",
        _ => return None,
    };
    let port: u16 = text(node, "port")?.parse().ok().filter(|port| *port > 0)?;
    let user = text(node, "username").map(|user| filled(&user, address));
    let proof = text(node, "authentication").unwrap_or_default();
    let server = Server {
        host: Some(host.to_lowercase()).filter(|host| is_domain(host))?,
        port,
        encryption,
        user: user.filter(|user| !user.is_empty() && user != address),
    };
    Some((server, proof.eq_ignore_ascii_case("oauth2")))
}

/// The text of the first element of a name within another.
fn text(within: &Handle, element: &str) -> Option<String> {
    let mut found: Option<Handle> = None;
    walk(within, &mut |met| {
        if let Met::Enter(node) = met
            && found.is_none()
            && name(node) == element
        {
            found = Some(node.clone());
        }
    });
    let found = found?;
    let children = found.children.borrow();
    let texts = children.iter().filter_map(|child| match &child.data {
        NodeData::Text { contents } => Some(contents.borrow().to_string()),
        _ => None,
    });
    Some(texts.collect::<String>().trim().to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    const WHOLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="aurora.example">
    <domain>aurora.example</domain>
    <displayName>Aurora Mail</displayName>
    <incomingServer type="pop3"><hostname>pop.aurora.example</hostname><port>995</port>
      <socketType>SSL</socketType><username>%EMAILADDRESS%</username></incomingServer>
    <incomingServer type="imap"><hostname>plain.aurora.example</hostname><port>143</port>
      <socketType>plain</socketType><username>%EMAILADDRESS%</username></incomingServer>
    <incomingServer type="imap"><hostname>imap.%EMAILDOMAIN%</hostname><port>993</port>
      <socketType>SSL</socketType><authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username></incomingServer>
    <outgoingServer type="smtp"><hostname>SMTP.aurora.example</hostname><port> 587 </port>
      <socketType>STARTTLS</socketType><authentication>password-cleartext</authentication>
      <username>%EMAILLOCALPART%</username></outgoingServer>
    <documentation url="https://aurora.example/help"/>
  </emailProvider>
</clientConfig>"#;

    #[test]
    fn the_first_encrypted_servers_are_taken() {
        let servers = read(WHOLE, "desk@aurora.example").unwrap();
        let imap = servers.imap.unwrap();
        assert_eq!(
            (imap.host.as_str(), imap.port, imap.encryption, imap.user),
            ("imap.aurora.example", 993, "tls", None)
        );
        let smtp = servers.smtp.unwrap();
        assert_eq!(
            (smtp.host.as_str(), smtp.port, smtp.encryption),
            ("smtp.aurora.example", 587, "starttls")
        );
        assert_eq!(smtp.user.as_deref(), Some("desk"));
        assert_eq!(servers.advice, "");
    }

    #[test]
    fn a_service_with_its_own_sign_in_says_so() {
        let xml = WHOLE.replace("password-cleartext", "OAuth2");
        let servers = read(&xml, "desk@aurora.example").unwrap();
        assert!(servers.advice.contains("its own sign-in"));
    }

    #[test]
    fn what_is_no_such_file_names_nothing() {
        for text in [
            "",
            "<html><body>Not found</body></html>",
            "<clientConfig><emailProvider></emailProvider></clientConfig>",
            "<incomingServer type=\"imap\"><hostname>x.example</hostname></incomingServer>",
            "<incomingServer type=\"imap\"><hostname>x y</hostname><port>993</port><socketType>SSL</socketType></incomingServer>",
            "<incomingServer type=\"imap\"><hostname>x.example</hostname><port>0</port><socketType>SSL</socketType></incomingServer>",
        ] {
            assert_eq!(read(text, "desk@aurora.example"), None, "{text}");
        }
        let deep = "<a>".repeat(2_000);
        assert_eq!(read(&deep, "desk@aurora.example"), None);
    }

    #[test]
    fn files_lie_where_mail_programs_look() {
        let places = places("a+b@aurora.example");
        assert_eq!(
            places[0],
            "https://autoconfig.aurora.example/mail/config-v1.1.xml?emailaddress=a%2Bb%40aurora.example"
        );
        assert_eq!(
            places[1],
            "https://aurora.example/.well-known/autoconfig/mail/config-v1.1.xml"
        );
    }
}
