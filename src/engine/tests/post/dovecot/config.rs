//! What a Dovecot is told, in the words of 2.3 and in those of 2.4, which has others for most of it.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use super::tokens;

/// How it is spoken to.
pub(super) enum Security {
    /// What is said in the open is heard.
    Open,
    /// Nobody is let in before the conversation is encrypted.
    Encrypted {
        /// What proves who the server is.
        certificate: PathBuf,
        /// The key of it.
        key: PathBuf,
    },
}

/// Whom it lets in.
pub(super) enum Access {
    /// Whoever knows the password.
    Password,
    /// Whoever has the token.
    Token(String),
}

/// The configuration of a server over a folder.
pub(super) fn written(folder: &Path, port: u16, security: &Security, access: &Access) -> String {
    let dir = folder.display();
    let (staff, user, group) = staff();
    let own = if is_old() {
        let (security, access) = (security.in_2_3(), access.in_2_3());
        format!(
            "{security}{access}mail_location = maildir:{dir}/mail\n\
             userdb {{\n driver = static\n args = uid={user} gid={group} home={dir}/mail\n}}\n"
        )
    } else {
        let (security, access) = (security.in_2_4(), access.in_2_4());
        format!(
            "{security}{access}mail_driver = maildir\nmail_path = {dir}/mail\n\
             userdb static {{\n fields {{\n uid = {user}\n gid = {group}\n home = {dir}/mail\n }}\n}}\n"
        )
    };
    let version = if is_old() {
        ""
    } else {
        "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
    };
    format!(
        "{version}protocols = imap\nlisten = 127.0.0.1\nbase_dir = {dir}/run\nstate_dir = {dir}/state\n\
         log_path = {dir}/log\n{staff}first_valid_uid = 1\n{own}\
         service imap-login {{\n chroot =\n inet_listener imap {{\n port = {port}\n }}\n\
         inet_listener imaps {{\n port = 0\n }}\n}}\nservice anvil {{\n chroot =\n}}\n"
    )
}

impl Security {
    fn in_2_3(&self) -> String {
        match self {
            Self::Open => "ssl = no\ndisable_plaintext_auth = no\n".to_owned(),
            Self::Encrypted { certificate, key } => format!(
                "ssl = yes\nssl_cert = <{}\nssl_key = <{}\ndisable_plaintext_auth = yes\n\
                 login_trusted_networks =\n",
                certificate.display(),
                key.display()
            ),
        }
    }

    fn in_2_4(&self) -> String {
        match self {
            Self::Open => "ssl = no\nauth_allow_cleartext = yes\n".to_owned(),
            Self::Encrypted { certificate, key } => format!(
                "ssl = yes\nssl_server_cert_file = {}\nssl_server_key_file = {}\n\
                 auth_allow_cleartext = no\n",
                certificate.display(),
                key.display()
            ),
        }
    }
}

impl Access {
    fn in_2_3(&self) -> String {
        let (mechanism, password) = match self {
            Self::Password => ("plain", "secret"),
            Self::Token(token) => ("xoauth2", token.as_str()),
        };
        format!(
            "auth_mechanisms = {mechanism}\n\
             passdb {{\n driver = static\n args = password={password}\n}}\n"
        )
    }

    fn in_2_4(&self) -> String {
        match self {
            Self::Password => "passdb static {\n password = secret\n}\n".to_owned(),
            Self::Token(token) => {
                let ask = tokens::believing(token);
                format!(
                    "auth_mechanisms = xoauth2\noauth2_introspection_mode = get\n\
                     oauth2_introspection_url = {ask}\noauth2_username_attribute = email\n\
                     oauth2_active_attribute = active\noauth2_active_value = yes\n\
                     passdb oauth2 {{\n mechanisms_filter = xoauth2\n}}\n"
                )
            }
        }
    }
}

/// Whether the Dovecot of this machine is 2.3, as Debian 12 and Ubuntu 24.04 have it, and not the 2.4
/// of Debian 13.
fn is_old() -> bool {
    let told = Command::new(super::PROGRAM).arg("--version").output();
    let told = told
        .expect("Dovecot is missing: tests/run installs it")
        .stdout;
    told.starts_with(b"2.3")
}

/// Who the parts of the server run as, and whose the mail is, by user and group. Whoever is not root
/// can be nobody else; root is never let near mail, so there others stand in.
fn staff() -> (String, String, String) {
    let id = |what| Command::new("id").arg(what).output().unwrap().stdout;
    let id = |what| String::from_utf8(id(what)).unwrap().trim().to_owned();
    if id("-u") == "0" {
        return (String::new(), "mail".to_owned(), "mail".to_owned());
    }
    let (user, group) = (id("-un"), id("-gn"));
    let all = format!(
        "default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n"
    );
    (all, user, group)
}
