//! Who sends for a domain, and what follows from that for its records.

use crate::channels::email::address;
use crate::channels::email::address::domain_of;
use crate::channels::email::discover::Known;
use crate::channels::email::discover::by_domain;
use crate::channels::email::discover::by_host;
use crate::channels::email::dkim;
use crate::model::outbound::Account;

/// What a service that carries mail wants of a domain. From the services' own help pages.
pub(super) struct Carrier {
    /// The name that `provider` has for it.
    name: &'static str,
    /// What people call it.
    pub(super) title: &'static str,
    /// What a domain includes to let it send; empty where nothing fits every customer.
    pub(super) spf: &'static str,
    /// The names under which it signs, where they are the same for everybody.
    pub(super) selectors: &'static [&'static str],
    /// How the names of the servers end that take mail for it; empty where it takes none.
    pub(super) exchanger: &'static str,
    /// What to write into an MX record; `{region}` is that of the account.
    pub(super) mx: &'static str,
}

const CARRIERS: [Carrier; 5] = [
    Carrier {
        name: "sendgrid",
        title: "SendGrid",
        spf: "sendgrid.net",
        selectors: &["s1", "s2"],
        exchanger: "sendgrid.net",
        mx: "10 mx.sendgrid.net",
    },
    Carrier {
        name: "mailgun",
        title: "Mailgun",
        spf: "mailgun.org",
        selectors: &["smtp", "mailo", "pic", "k1", "mx", "email"],
        exchanger: "mailgun.org",
        mx: "10 mxa.mailgun.org",
    },
    Carrier {
        name: "ses",
        title: "Amazon SES",
        spf: "amazonses.com",
        selectors: &[],
        exchanger: "amazonaws.com",
        mx: "10 inbound-smtp.{region}.amazonaws.com",
    },
    Carrier {
        name: "postmark",
        title: "Postmark",
        spf: "spf.mtasv.net",
        selectors: &["pm"],
        exchanger: "postmarkapp.com",
        mx: "10 inbound.postmarkapp.com",
    },
    Carrier {
        name: "resend",
        title: "Resend",
        spf: "amazonses.com",
        selectors: &["resend"],
        exchanger: "amazonaws.com",
        mx: "10 inbound-smtp.{region}.amazonaws.com",
    },
];

/// Who sends for a domain, by the settings of a channel.
pub struct Sender {
    /// The address mail is from.
    pub(super) address: String,
    /// The domain of that address.
    pub domain: String,
    /// The domain that customers' mail is sent to.
    pub inbound: String,
    /// The service that carries mail; none for a mail server.
    pub(super) carrier: Option<&'static Carrier>,
    /// What is known of the mail server.
    pub(super) server: Option<&'static Known>,
    /// The mail server itself.
    pub(super) host: Option<String>,
    /// Whose domain it is, where that is a service that gives out addresses.
    pub(super) landlord: Option<&'static Known>,
    /// How mail comes in.
    pub(super) way_in: WayIn,
    /// The region of the account at its service.
    pub(super) region: String,
    /// The name under which linktor itself signs, and for which domain.
    pub(super) own_key: Option<(String, String)>,
    /// The record that goes with that key: under which name, and what it says.
    pub(super) own_record: Option<(String, String)>,
}

/// How mail comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WayIn {
    /// Through a mailbox somewhere.
    Mailbox,
    /// Through the service that carries mail.
    Carrier,
    /// Other servers bring it to us.
    Ourselves,
    /// Not at all.
    Nothing,
}

impl Sender {
    /// The sender of a channel; none while it has no address.
    #[must_use]
    pub fn of(account: &Account) -> Option<Self> {
        let address = address::own(account);
        let domain = domain_of(&address).to_owned();
        if domain.is_empty() {
            return None;
        }
        let named = account.text("provider").unwrap_or("smtp");
        let carrier = CARRIERS.iter().find(|known| known.name == named);
        let host = account.text("smtpHost").map(str::to_lowercase);
        let host = host.filter(|_| carrier.is_none());
        let landlord = by_domain(&domain);
        let mode = account.text("inboundMode").unwrap_or_default();
        let way_in = match mode {
            "imap" => WayIn::Mailbox,
            "webhook" => WayIn::Carrier,
            "smtp" => WayIn::Ourselves,
            "none" => WayIn::Nothing,
            _ if account.text("imapHost").is_some() => WayIn::Mailbox,
            _ if carrier.is_some() => WayIn::Carrier,
            _ => WayIn::Nothing,
        };
        let own_key = account.text("dkimSelector").map(|selector| {
            let signs = account.text("dkimDomain").unwrap_or(&domain);
            (selector.to_lowercase(), signs.to_lowercase())
        });
        Some(Self {
            inbound: domain_of(&address::inbound(account)).to_owned(),
            server: host.as_deref().and_then(by_host),
            region: account.text("sesRegion").unwrap_or("us-east-1").to_owned(),
            own_key,
            own_record: dkim::record(account).map(|record| (record.name, record.value)),
            address,
            domain,
            carrier,
            host,
            landlord,
            way_in,
        })
    }

    /// Whether a service looks after the records of the domain, so that there is nothing to ask.
    #[must_use]
    pub const fn is_looked_after(&self) -> bool {
        self.landlord.is_some()
    }

    /// The names under which keys for signatures may lie.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let theirs = match (self.carrier, self.server) {
            (Some(carrier), _) => carrier.selectors,
            (None, Some(server)) => server.selectors,
            (None, None) => &[],
        };
        let under = |selector: &str, domain: &str| format!("{selector}._domainkey.{domain}");
        let own = self.own_key.as_ref();
        let own = own.map(|(selector, domain)| under(selector, domain));
        let theirs = theirs.iter().map(|selector| under(selector, &self.domain));
        own.into_iter().chain(theirs).collect()
    }

    /// The names under which the policy may lie: the domain's own, then those of the domains above.
    #[must_use]
    pub fn policies(&self) -> Vec<String> {
        let labels: Vec<&str> = self.domain.split('.').collect();
        let above = (0..labels.len().saturating_sub(1)).take(3);
        above
            .map(|at| format!("_dmarc.{}", labels[at..].join(".")))
            .collect()
    }

    /// What people call whoever sends.
    pub(super) fn title(&self) -> String {
        match (self.carrier, self.server, &self.host) {
            (Some(carrier), _, _) => carrier.title.to_owned(),
            (None, Some(server), _) => server.name.to_owned(),
            (None, None, Some(host)) => host.clone(),
            (None, None, None) => "the mail server".to_owned(),
        }
    }

    /// What a domain includes to let the sender send; none where nobody knows.
    pub(super) fn include(&self) -> Option<&'static str> {
        let known = match (self.carrier, self.server) {
            (Some(carrier), _) => carrier.spf,
            (None, Some(server)) => server.spf,
            (None, None) => "",
        };
        Some(known).filter(|spf| !spf.is_empty())
    }
}
