//! What the operator configures: a TOML file, and over it the environment.
//!
//! `PETITION_SERVICE__MAIL__PASSWORD=…` is the key `password` of `[mail]`. All mistakes are
//! reported together, none with a secret's value.

mod read;
mod reader;
mod sealing;
mod sections;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

use crate::captcha::hcaptcha::HcaptchaConfig;
use crate::domain::seal::PublicKeys;
use crate::mail::Sender;
use crate::mail::smtp::SmtpConfig;
use crate::store::{Address, JournalOptions};

pub use read::{environment, layered, parse, read};

/// The first part of the names of the environment's variables.
pub const PREFIX: &str = "PETITION_SERVICE__";

/// The configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where visitors reach the service, without a trailing slash (`https://site.example/service`).
    pub public_url: Url,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where `/metrics` is answered, and nothing else; none: nowhere. An address of its own, so that
    /// no proxy can make the figures public by accident.
    pub metrics_listen: Option<SocketAddr>,
    /// The file that the site's build makes.
    pub campaign_file: PathBuf,
    /// Where the counts are written for the site's build; none: nowhere.
    pub counts_file: Option<PathBuf>,
    /// A folder that a web server may serve, for `petitions/<id>/count.json`; none: nowhere.
    pub public_folder: Option<PathBuf>,
    /// Where the database is.
    pub database: Address,
    /// Where forms lie while the database is not there.
    pub journal: JournalConfig,
    /// From which keys are derived: dedupe, networks, captcha.
    pub secret: SecretString,
    /// The public keys to which forms are sealed.
    pub sealing: PublicKeys,
    /// The mail server.
    pub smtp: SmtpConfig,
    /// Who sends.
    pub sender: Sender,
    /// Which captcha.
    pub captcha: CaptchaConfig,
    /// How much of what.
    pub limits: Limits,
    /// Proxies whose word on the client's address (`X-Forwarded-For`) is taken. If the operator says
    /// nothing: this machine's, where the service listens on loopback; none elsewhere.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins besides the site's own that may ask for counts and post forms.
    pub cors_origins: Vec<String>,
    /// Days for which a link to confirm is good, 365 at most.
    pub confirm_days: u32,
}

/// Which captcha.
#[derive(Clone, Debug)]
pub enum CaptchaConfig {
    /// ALTCHA with this cost.
    Altcha {
        /// Rounds for each try.
        cost: u32,
    },
    /// hCaptcha.
    Hcaptcha {
        /// Its settings.
        settings: HcaptchaConfig,
        /// ALTCHA with this cost stands in while it ails; none: forms are refused meanwhile.
        stand_in_cost: Option<u32>,
    },
    /// None: asked for by name.
    None,
}

/// Where forms lie while the database is not there.
#[derive(Clone, Debug)]
pub struct JournalConfig {
    /// The folder, and how large it may grow.
    pub options: JournalOptions,
    /// Whether the operator named the folder: then it must be writable.
    pub is_named: bool,
}

/// How much of what.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Forms from one network in an hour.
    pub per_network_per_hour: u32,
    /// Mails to one address in its life with one form.
    pub mails_per_address: u32,
    /// Mails to one mailbox over all forms, within any hour.
    pub mails_per_mailbox_per_hour: u32,
    /// The same within any day.
    pub mails_per_mailbox_per_day: u32,
    /// Minutes between two mails to one address about one form.
    pub resend_after_minutes: u32,
    /// Hours after which a signer who has not confirmed is reminded, once; 0: never.
    pub reminder_after_hours: u32,
    /// Forms without a captcha's answer in an hour, from all networks together.
    pub unproven_per_hour: u32,
    /// Minutes for which names to be shown wait for each other, a day at most.
    pub names_every_minutes: u32,
    /// The longest body of a request, in bytes.
    pub body_bytes: usize,
    /// Time for a request.
    pub request_time: Duration,
}
