//! The tables of the configuration: secrets, mail, captcha, limits.

use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use secrecy::SecretString;

use super::reader::Reader;
use super::{CaptchaConfig, JournalConfig, Limits};
use crate::captcha::altcha::{DEFAULT_COST, HIGHEST_COST};
use crate::captcha::hcaptcha::HcaptchaConfig;
use crate::domain::email;
use crate::mail::Sender;
use crate::mail::smtp::{Security, SmtpConfig};
use crate::store::{Address, JournalOptions};

/// Numbers without an end of their own.
const FROM_ONE: RangeInclusive<u32> = 1..=u32::MAX;

/// Shorter secrets can be guessed.
const SHORTEST_SECRET: usize = 32;

/// A secret written in the configuration, or in the file that `{key}_file` names.
fn secret_text(
    table: &mut Reader<'_>,
    (key, file_key): (&'static str, &'static str),
    folder: &Path,
    problems: &mut Vec<String>,
) -> Option<SecretString> {
    if let Some(file) = table.path(file_key, problems) {
        let path = folder.join(file);
        match std::fs::read_to_string(&path) {
            Ok(text) => return Some(SecretString::from(text.trim().to_owned())),
            Err(error) => problems.push(format!(
                "`{}` names {}, which cannot be read: {error}",
                table.name(file_key),
                path.display()
            )),
        }
    }
    table.text(key, problems).map(SecretString::from)
}

/// Where the database is if nobody says.
const DATABASE: &str = "petitions.sqlite";

pub(super) fn database(
    top: &mut Reader<'_>,
    folder: &Path,
    problems: &mut Vec<String>,
) -> Option<Address> {
    use secrecy::ExposeSecret;
    let mut table = top.table("database", problems);
    let before = problems.len();
    let url = secret_text(&mut table, ("url", "url_file"), folder, problems);
    // As it was written before there was a choice.
    let path = table.path("path", problems);
    table.finish(problems);
    match (url, path) {
        (Some(_), Some(_)) => {
            problems.push("`database.path` and `database.url` name two databases".to_owned());
            None
        }
        (Some(url), None) => Address::parse(url.expose_secret(), folder)
            .map_err(|fault| problems.push(format!("`database.url` is no address: {fault}")))
            .ok(),
        (None, Some(path)) => Some(Address::sqlite(folder.join(path))),
        (None, None) if problems.len() > before => None,
        (None, None) => Some(Address::sqlite(folder.join(DATABASE))),
    }
}

/// Where the journal is if nobody says: beside the database's file, or else the configuration's.
const JOURNAL: &str = "journal";

pub(super) fn journal(
    top: &mut Reader<'_>,
    database: Option<&Address>,
    folder: &Path,
    problems: &mut Vec<String>,
) -> JournalConfig {
    let mut table = top.table("journal", problems);
    let named = table.path("folder", problems);
    let mebibytes = table.number("mebibytes", 64, FROM_ONE, problems);
    table.finish(problems);
    let beside = database
        .and_then(Address::file)
        .and_then(Path::parent)
        .unwrap_or(folder);
    JournalConfig {
        is_named: named.is_some(),
        options: JournalOptions {
            folder: match named {
                Some(named) => folder.join(named),
                None => beside.join(JOURNAL),
            },
            most_bytes: u64::from(mebibytes) << 20,
        },
    }
}

pub(super) fn secret(
    top: &mut Reader<'_>,
    folder: &Path,
    problems: &mut Vec<String>,
) -> Option<SecretString> {
    use secrecy::ExposeSecret;
    let mut table = top.table("secrets", problems);
    let before = problems.len();
    let secret = secret_text(&mut table, ("key", "key_file"), folder, problems);
    table.finish(problems);
    match &secret {
        Some(key) if key.expose_secret().len() >= SHORTEST_SECRET => {}
        Some(_) => problems.push(format!(
            "`secrets.key` must have at least {SHORTEST_SECRET} characters: make one with `openssl rand -hex 32`"
        )),
        None if problems.len() > before => {}
        None => problems.push(
            "`secrets.key` is missing: make one with `openssl rand -hex 32` and keep it for ever"
                .to_owned(),
        ),
    }
    secret
}

pub(super) fn mail(
    top: &mut Reader<'_>,
    folder: &Path,
    problems: &mut Vec<String>,
) -> Option<(SmtpConfig, Sender)> {
    let mut table = top.table("mail", problems);
    let host = table.required("host", "the name of the mail server", problems);
    let security = match table.text("security", problems).as_deref() {
        None | Some("starttls") => Security::StartTls,
        Some("tls") => Security::Tls,
        Some("none") => Security::None,
        Some(other) => {
            problems.push(format!(
                "`mail.security` is \"{other}\", but may be \"starttls\", \"tls\" or \"none\""
            ));
            Security::StartTls
        }
    };
    let port = table.number("port", 0, 1..=u32::from(u16::MAX), problems);
    let mut smtp = SmtpConfig::new(host.as_deref().unwrap_or_default(), security);
    smtp.port = u16::try_from(port).ok().filter(|port| *port > 0);
    smtp.username = table.text("username", problems);
    smtp.password = secret_text(&mut table, ("password", "password_file"), folder, problems);
    smtp.hello_name = table.text("hello_name", problems);
    smtp.connections =
        usize::try_from(table.number("connections", 4, FROM_ONE, problems)).unwrap_or(4);
    smtp.per_minute = table.number("per_minute", 0, 0..=u32::MAX, problems);
    let address = table.required(
        "sender",
        "the address that mails come from, as in \"petitions@site.example\"",
        problems,
    );
    let sender = Sender {
        address: address.clone().unwrap_or_default(),
        name: table.text("sender_name", problems),
        reply_to: table.text("reply_to", problems),
    };
    // Either would end every mail, one by one, long after the start.
    for (key, address) in [("sender", &address), ("reply_to", &sender.reply_to)] {
        if let Some(address) = address
            && email::parse(address).is_err()
        {
            problems.push(format!("`mail.{key}` is not an e-mail address"));
        }
    }
    if let Some(name) = &sender.name
        && name.chars().any(char::is_control)
    {
        problems.push("`mail.sender_name` must be a single line".to_owned());
    }
    table.finish(problems);
    if host.is_some() {
        problems.extend(
            smtp.problems()
                .into_iter()
                .map(|problem| format!("[mail]: {problem}")),
        );
    }
    Some((smtp, sender))
}

pub(super) fn captcha(
    top: &mut Reader<'_>,
    folder: &Path,
    problems: &mut Vec<String>,
) -> Option<CaptchaConfig> {
    let mut table = top.table("captcha", problems);
    let provider = table.text("provider", problems);
    let stands_in = match table.text("on_unavailable", problems).as_deref() {
        None | Some("altcha") => true,
        Some("refuse") => false,
        Some(other) => {
            problems.push(format!(
                "`captcha.on_unavailable` is \"{other}\", but may be \"altcha\" or \"refuse\""
            ));
            true
        }
    };
    let mut altcha = table.table("altcha", problems);
    let cost = altcha.number("cost", DEFAULT_COST, 1..=HIGHEST_COST, problems);
    altcha.finish(problems);
    let hcaptcha = table.table("hcaptcha", problems);
    let captcha = match provider.as_deref() {
        None | Some("altcha") => {
            if provider.is_none() && hcaptcha.is_there() {
                problems.push(
                    "there are settings for hCaptcha, but `captcha.provider` does not name it"
                        .to_owned(),
                );
            }
            Some(CaptchaConfig::Altcha { cost })
        }
        Some("none") => Some(CaptchaConfig::None),
        Some("hcaptcha") => {
            let settings = hcaptcha_settings(hcaptcha, folder, problems);
            settings.map(|settings| CaptchaConfig::Hcaptcha {
                settings,
                stand_in_cost: stands_in.then_some(cost),
            })
        }
        Some(other) => {
            problems.push(format!(
                "`captcha.provider` is \"{other}\", but may be \"altcha\", \"hcaptcha\" or \"none\""
            ));
            None
        }
    };
    table.finish(problems);
    captcha
}

/// Stand in for what is missing, which is named already, so that the other mistakes are named too.
const ANY_SITEKEY: &str = "00000000-0000-0000-0000-000000000000";
const ANY_SECRET: &str = "ES_00000000000000000000000000000000";

fn hcaptcha_settings(
    mut table: Reader<'_>,
    folder: &Path,
    problems: &mut Vec<String>,
) -> Option<HcaptchaConfig> {
    let sitekey = table.required("sitekey", "copy it from hCaptcha's dashboard", problems);
    let secret = secret_text(&mut table, ("secret", "secret_file"), folder, problems);
    if secret.is_none() {
        problems.push(
            "`captcha.hcaptcha.secret` is missing: copy it from hCaptcha's dashboard".to_owned(),
        );
    }
    let hostnames = table.list("hostnames", problems);
    let verify_url = table.text("verify_url", problems);
    let time_limit = table.number("time_limit_ms", 3_000, FROM_ONE, problems);
    let allow_test_keys = table.flag("allow_test_keys", problems);
    table.finish(problems);
    let is_whole = sitekey.is_some() && secret.is_some();
    let mut settings = HcaptchaConfig::new(
        &sitekey.unwrap_or(ANY_SITEKEY.to_owned()),
        secret.unwrap_or_else(|| SecretString::from(ANY_SECRET)),
        hostnames,
    );
    settings.verify_url = verify_url;
    settings.time_limit = Duration::from_millis(u64::from(time_limit));
    settings.allow_test_keys = allow_test_keys;
    problems.extend(settings.problems());
    is_whole.then_some(settings)
}

pub(super) fn limits(top: &mut Reader<'_>, problems: &mut Vec<String>) -> Limits {
    let mut table = top.table("limits", problems);
    let limits = Limits {
        per_network_per_hour: table.number("per_network_per_hour", 120, FROM_ONE, problems),
        mails_per_address: table.number("mails_per_address", 5, FROM_ONE, problems),
        mails_per_mailbox_per_hour: table.number(
            "mails_per_mailbox_per_hour",
            6,
            FROM_ONE,
            problems,
        ),
        mails_per_mailbox_per_day: table.number(
            "mails_per_mailbox_per_day",
            20,
            FROM_ONE,
            problems,
        ),
        resend_after_minutes: table.number("resend_after_minutes", 10, 0..=u32::MAX, problems),
        reminder_after_hours: table.number("reminder_after_hours", 48, 0..=u32::MAX, problems),
        unproven_per_hour: table.number("unproven_per_hour", 300, 0..=u32::MAX, problems),
        names_every_minutes: table.number("names_every_minutes", 15, 0..=1440, problems),
        body_bytes: usize::try_from(table.number(
            "body_bytes",
            64 * 1024,
            1024..=u32::MAX,
            problems,
        ))
        .unwrap_or(64 * 1024),
        request_time: Duration::from_secs(u64::from(table.number(
            "request_seconds",
            15,
            FROM_ONE,
            problems,
        ))),
    };
    table.finish(problems);
    limits
}
