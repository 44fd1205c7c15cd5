//! The table of services.
//!
//! Hosts and ports stand as Thunderbird's list of services has them (github.com/thunderbird/autoconfig,
//! commit c6ad796, March 2026), mailbox.org's and Migadu's as in
//! github.com/chatmail/provider-db. Where the rest comes from, docs/email-services.md says.

use crate::channels::email::discover::known::Known;

/// Encrypted from the first byte.
pub(super) const TLS: &str = "tls";
/// Encrypted after the greeting.
pub(super) const STARTTLS: &str = "starttls";
const APP_PASSWORD: &str = "It wants an app password: make one in the account's security settings.";

const NONE: Known = Known {
    name: "",
    domains: &[],
    exchangers: &[],
    imap: None,
    smtp: ("", 0, TLS),
    advice: "",
    spf: "",
    selectors: &[],
};

const IONOS_EUROPE: Known = Known {
    name: "IONOS",
    spf: "_spf-eu.ionos.com",
    selectors: &["s1-ionos", "s2-ionos", "s42582890"],
    ..NONE
};

/// Every service; the first that fits is taken.
pub(super) const SERVICES: &[Known] = &[
    Known {
        name: "Gmail",
        domains: &["gmail.com", "googlemail.com"],
        exchangers: &["google.com", "googlemail.com"],
        imap: Some(("imap.gmail.com", 993, TLS)),
        smtp: ("smtp.gmail.com", 465, TLS),
        advice: "Google wants an app password (Google account, Security, 2-Step Verification, App passwords), or its own sign-in: choose that as the proof.",
        spf: "_spf.google.com",
        selectors: &["google"],
    },
    Known {
        name: "Outlook",
        domains: &[
            "outlook.com",
            "hotmail.com",
            "live.com",
            "msn.com",
            "outlook.de",
            "outlook.fr",
            "outlook.es",
            "outlook.it",
            "outlook.com.br",
            "hotmail.de",
            "hotmail.fr",
            "hotmail.it",
            "hotmail.es",
            "hotmail.co.uk",
            "live.de",
            "live.fr",
            "live.co.uk",
        ],
        imap: Some(("outlook.office365.com", 993, TLS)),
        smtp: ("smtp-mail.outlook.com", 587, STARTTLS),
        advice: "Microsoft wants its own sign-in: choose that as the proof. Passwords are refused.",
        ..NONE
    },
    Known {
        name: "Microsoft 365",
        exchangers: &["protection.outlook.com", "mx.microsoft"],
        imap: Some(("outlook.office365.com", 993, TLS)),
        smtp: ("smtp.office365.com", 587, STARTTLS),
        advice: "Microsoft wants its own sign-in: choose that as the proof. Passwords are refused.",
        spf: "spf.protection.outlook.com",
        selectors: &["selector1", "selector2"],
        ..NONE
    },
    Known {
        name: "iCloud",
        domains: &["icloud.com", "me.com", "mac.com"],
        exchangers: &["mail.icloud.com"],
        imap: Some(("imap.mail.me.com", 993, TLS)),
        smtp: ("smtp.mail.me.com", 587, STARTTLS),
        advice: "Apple wants an app-specific password: account.apple.com, Sign-In and Security.",
        spf: "icloud.com",
        selectors: &["sig1"],
    },
    Known {
        name: "AOL",
        domains: &["aol.com", "aim.com"],
        imap: Some(("imap.aol.com", 993, TLS)),
        smtp: ("smtp.aol.com", 465, TLS),
        advice: APP_PASSWORD,
        ..NONE
    },
    Known {
        name: "Yahoo",
        domains: &[
            "yahoo.com",
            "ymail.com",
            "rocketmail.com",
            "yahoo.co.uk",
            "yahoo.de",
            "yahoo.fr",
            "yahoo.es",
            "yahoo.it",
            "yahoo.com.br",
            "yahoo.com.mx",
            "yahoo.co.in",
            "yahoo.ca",
        ],
        exchangers: &["yahoodns.net"],
        imap: Some(("imap.mail.yahoo.com", 993, TLS)),
        smtp: ("smtp.mail.yahoo.com", 465, TLS),
        advice: APP_PASSWORD,
        ..NONE
    },
    Known {
        name: "Fastmail",
        domains: &["fastmail.com", "fastmail.fm"],
        exchangers: &["messagingengine.com"],
        imap: Some(("imap.fastmail.com", 993, TLS)),
        smtp: ("smtp.fastmail.com", 465, TLS),
        advice: APP_PASSWORD,
        spf: "spf.messagingengine.com",
        selectors: &["fm1", "fm2", "fm3"],
    },
    Known {
        name: "Zoho",
        domains: &["zoho.com", "zohomail.com"],
        imap: Some(("imap.zoho.com", 993, TLS)),
        smtp: ("smtp.zoho.com", 465, TLS),
        advice: APP_PASSWORD,
        ..NONE
    },
    Known {
        name: "Zoho",
        exchangers: &["zoho.eu"],
        imap: Some(("imappro.zoho.eu", 993, TLS)),
        smtp: ("smtppro.zoho.eu", 465, TLS),
        advice: APP_PASSWORD,
        spf: "zohomail.eu",
        selectors: &["zmail", "zoho"],
        ..NONE
    },
    Known {
        name: "Zoho",
        exchangers: &["zoho.in"],
        imap: Some(("imappro.zoho.in", 993, TLS)),
        smtp: ("smtppro.zoho.in", 465, TLS),
        advice: APP_PASSWORD,
        selectors: &["zmail", "zoho"],
        ..NONE
    },
    Known {
        name: "Zoho",
        exchangers: &["zoho.com"],
        imap: Some(("imappro.zoho.com", 993, TLS)),
        smtp: ("smtppro.zoho.com", 465, TLS),
        advice: APP_PASSWORD,
        spf: "zohomail.com",
        selectors: &["zmail", "zoho"],
        ..NONE
    },
    Known {
        name: "GMX",
        domains: &["gmx.net", "gmx.de", "gmx.at", "gmx.ch"],
        imap: Some(("imap.gmx.net", 993, TLS)),
        smtp: ("mail.gmx.net", 465, TLS),
        advice: "Switch it on first: Settings, POP3/IMAP access.",
        ..NONE
    },
    Known {
        name: "GMX",
        domains: &["gmx.com", "gmx.us", "gmx.co.uk", "gmx.fr", "gmx.es"],
        imap: Some(("imap.gmx.com", 993, TLS)),
        smtp: ("mail.gmx.com", 465, TLS),
        advice: "Switch it on first: Settings, POP3/IMAP access.",
        ..NONE
    },
    Known {
        name: "WEB.DE",
        domains: &["web.de"],
        imap: Some(("imap.web.de", 993, TLS)),
        smtp: ("smtp.web.de", 587, STARTTLS),
        advice: "Switch it on first: Settings, POP3/IMAP access.",
        ..NONE
    },
    Known {
        name: "T-Online",
        domains: &["t-online.de", "magenta.de"],
        imap: Some(("secureimap.t-online.de", 993, TLS)),
        smtp: ("securesmtp.t-online.de", 465, TLS),
        advice: "It wants the password for mail programs, which is not that of the account.",
        ..NONE
    },
    Known {
        exchangers: &["kundenserver.de", "ionos.de"],
        imap: Some(("imap.ionos.de", 993, TLS)),
        smtp: ("smtp.ionos.de", 465, TLS),
        ..IONOS_EUROPE
    },
    Known {
        exchangers: &["ionos.fr"],
        imap: Some(("imap.ionos.fr", 993, TLS)),
        smtp: ("smtp.ionos.fr", 465, TLS),
        ..IONOS_EUROPE
    },
    Known {
        exchangers: &["ionos.co.uk"],
        imap: Some(("imap.ionos.co.uk", 993, TLS)),
        smtp: ("smtp.ionos.co.uk", 465, TLS),
        ..IONOS_EUROPE
    },
    Known {
        exchangers: &["ionos.com"],
        imap: Some(("imap.ionos.com", 993, TLS)),
        smtp: ("smtp.ionos.com", 465, TLS),
        spf: "_spf-us.ionos.com",
        ..IONOS_EUROPE
    },
    Known {
        name: "Posteo",
        domains: &["posteo.de", "posteo.net"],
        imap: Some(("posteo.de", 993, TLS)),
        smtp: ("posteo.de", 465, TLS),
        ..NONE
    },
    Known {
        name: "mailbox.org",
        domains: &["mailbox.org"],
        exchangers: &["mailbox.org"],
        imap: Some(("imap.mailbox.org", 993, TLS)),
        smtp: ("smtp.mailbox.org", 465, TLS),
        spf: "mailbox.org",
        selectors: &["mbo0001", "mbo0002", "mbo0003", "mbo0004"],
        ..NONE
    },
    Known {
        name: "Orange",
        domains: &["orange.fr", "wanadoo.fr"],
        imap: Some(("imap.orange.fr", 993, TLS)),
        smtp: ("smtp.orange.fr", 465, TLS),
        ..NONE
    },
    Known {
        name: "Free",
        domains: &["free.fr"],
        imap: Some(("imap.free.fr", 993, TLS)),
        smtp: ("smtp.free.fr", 465, TLS),
        ..NONE
    },
    Known {
        name: "Libero",
        domains: &["libero.it"],
        imap: Some(("imapmail.libero.it", 993, TLS)),
        smtp: ("smtp.libero.it", 465, TLS),
        ..NONE
    },
    Known {
        name: "OVH",
        exchangers: &["mail.ovh.net"],
        imap: Some(("ssl0.ovh.net", 993, TLS)),
        smtp: ("ssl0.ovh.net", 465, TLS),
        spf: "mx.ovh.com",
        ..NONE
    },
    Known {
        name: "Gandi",
        exchangers: &["mail.gandi.net"],
        imap: Some(("mail.gandi.net", 993, TLS)),
        smtp: ("mail.gandi.net", 465, TLS),
        spf: "_mailcust.gandi.net",
        selectors: &["gm1", "gm2", "gm3"],
        ..NONE
    },
    Known {
        name: "Yandex",
        domains: &["yandex.com", "yandex.ru", "ya.ru"],
        exchangers: &["yandex.net", "yandex.ru"],
        imap: Some(("imap.yandex.com", 993, TLS)),
        smtp: ("smtp.yandex.com", 465, TLS),
        advice: APP_PASSWORD,
        spf: "_spf.yandex.net",
        selectors: &["mail"],
    },
    Known {
        name: "Hostinger",
        exchangers: &["hostinger.com"],
        imap: Some(("imap.hostinger.com", 993, TLS)),
        smtp: ("smtp.hostinger.com", 465, TLS),
        spf: "_spf.mail.hostinger.com",
        selectors: &["hostingermail-a", "hostingermail-b", "hostingermail-c"],
        ..NONE
    },
    Known {
        name: "Titan",
        exchangers: &["titan.email"],
        imap: Some(("imap.titan.email", 993, TLS)),
        smtp: ("smtp.titan.email", 465, TLS),
        spf: "spf.titan.email",
        selectors: &["titan1"],
        ..NONE
    },
    Known {
        name: "Private Email",
        exchangers: &["privateemail.com"],
        imap: Some(("mail.privateemail.com", 993, TLS)),
        smtp: ("mail.privateemail.com", 465, TLS),
        spf: "spf.privateemail.com",
        selectors: &["default"],
        ..NONE
    },
    Known {
        name: "Rackspace Email",
        exchangers: &["emailsrvr.com"],
        imap: Some(("secure.emailsrvr.com", 993, TLS)),
        smtp: ("secure.emailsrvr.com", 465, TLS),
        spf: "emailsrvr.com",
        ..NONE
    },
    Known {
        name: "Migadu",
        exchangers: &["migadu.com"],
        imap: Some(("imap.migadu.com", 993, TLS)),
        smtp: ("smtp.migadu.com", 465, TLS),
        spf: "spf.migadu.com",
        selectors: &["key1", "key2", "key3"],
        ..NONE
    },
    Known {
        name: "Proton Mail",
        domains: &["proton.me", "protonmail.com", "pm.me"],
        exchangers: &["protonmail.ch"],
        smtp: ("smtp.protonmail.ch", 587, STARTTLS),
        advice: "Proton lets no other program read the mailbox. Forward the mail to an address of another service, and sign in to send with an SMTP token (business plans).",
        spf: "_spf.protonmail.ch",
        selectors: &["protonmail", "protonmail2", "protonmail3"],
        ..NONE
    },
];
