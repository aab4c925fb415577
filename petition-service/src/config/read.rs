//! From tables to a checked configuration.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;
use toml::{Table, Value};
use url::Url;

use super::reader::Reader;
use super::{CaptchaConfig, Config, Limits, PREFIX};
use crate::captcha::altcha::DEFAULT_COST;
use crate::captcha::hcaptcha::HcaptchaConfig;
use crate::mail::Sender;
use crate::mail::smtp::{Security, SmtpConfig};

/// Shorter secrets can be guessed.
const SHORTEST_SECRET: usize = 32;

/// The configuration in a table. Paths are relative to `folder`.
///
/// # Errors
/// Everything that is wrong, a sentence each, without secrets.
pub fn read(table: &Table, folder: &Path) -> Result<Config, Vec<String>> {
    let mut problems = Vec::new();
    let mut top = Reader::top(table);
    let public_url = public_url(&mut top, &mut problems);
    let listen = listen(&mut top, &mut problems);
    let campaign_file = top.required(
        "campaign_file",
        "the path of the campaign.json that the site's build writes",
        &mut problems,
    );
    let counts_file = top.path("counts_file", &mut problems);
    let trusted_proxies = networks(&mut top, &mut problems);
    let cors_origins = origins(&mut top, &mut problems);
    let confirm_days = top.number("confirm_days", 7, 1, &mut problems);
    let mut database = top.table("database", &mut problems);
    let path = database.required(
        "path",
        "the path of the database's file; it is made if it is not there",
        &mut problems,
    );
    database.finish(&mut problems);
    let secret = secret(&mut top, folder, &mut problems);
    let mail = mail(&mut top, folder, &mut problems);
    let captcha = captcha(&mut top, folder, &mut problems);
    let limits = limits(&mut top, &mut problems);
    top.finish(&mut problems);
    match (
        public_url,
        listen,
        campaign_file,
        path,
        secret,
        mail,
        captcha,
    ) {
        (
            Some(public_url),
            Some(listen),
            Some(campaign_file),
            Some(path),
            Some(secret),
            Some((smtp, sender)),
            Some(captcha),
        ) if problems.is_empty() => Ok(Config {
            public_url,
            listen,
            campaign_file: folder.join(campaign_file),
            counts_file: counts_file.map(|file| folder.join(file)),
            database: folder.join(path),
            secret,
            smtp,
            sender,
            captcha,
            limits,
            trusted_proxies,
            cors_origins,
            confirm_days,
        }),
        _ => Err(problems),
    }
}

/// One table laid over another, tables within them too.
#[must_use]
pub fn layered(mut below: Table, above: Table) -> Table {
    for (key, value) in above {
        let merged = match (below.remove(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => Value::Table(layered(below, above)),
            (_, value) => value,
        };
        below.insert(key, merged);
    }
    below
}

/// The environment's part: `PETITION_SERVICE__MAIL__HOST` is `mail.host`.
pub fn environment(variables: impl Iterator<Item = (String, String)>) -> Table {
    let mut table = Table::new();
    for (name, value) in variables {
        let Some(path) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let mut value = Value::String(value);
        for key in path.split("__").collect::<Vec<_>>().into_iter().rev() {
            let mut outer = Table::new();
            outer.insert(key.to_ascii_lowercase(), value);
            value = Value::Table(outer);
        }
        if let Value::Table(part) = value {
            table = layered(table, part);
        }
    }
    table
}

fn public_url(top: &mut Reader<'_>, problems: &mut Vec<String>) -> Option<Url> {
    let hint = "where visitors reach the service, as in \"https://site.example/service\"";
    let text = top.required("public_url", hint, problems)?;
    match Url::parse(text.trim_end_matches('/')) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Some(url),
        _ => {
            problems.push(format!("`public_url` is not an address: write {hint}"));
            None
        }
    }
}

fn listen(top: &mut Reader<'_>, problems: &mut Vec<String>) -> Option<SocketAddr> {
    let text = top
        .text("listen", problems)
        .unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let address = text.parse().ok();
    if address.is_none() {
        problems
            .push("`listen` must be an address with a port, as in \"127.0.0.1:8080\"".to_owned());
    }
    address
}

fn networks(top: &mut Reader<'_>, problems: &mut Vec<String>) -> Vec<IpNet> {
    let mut networks = Vec::new();
    for text in top.list("trusted_proxies", problems) {
        let network = text
            .parse::<IpNet>()
            .ok()
            .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        match network {
            Some(network) => networks.push(network),
            None => problems.push(format!(
                "`trusted_proxies` holds `{text}`, which is no network: write \"127.0.0.1\" or \"10.0.0.0/8\""
            )),
        }
    }
    networks
}

fn origins(top: &mut Reader<'_>, problems: &mut Vec<String>) -> Vec<String> {
    let mut origins = Vec::new();
    for text in top.list("cors_origins", problems) {
        match Url::parse(&text) {
            Ok(url) if url.has_host() && url.path() == "/" => {
                origins.push(url.origin().ascii_serialization());
            }
            _ => problems.push(format!(
                "`cors_origins` holds `{text}`, which is no origin: write \"https://partner.example\""
            )),
        }
    }
    origins
}

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

fn secret(top: &mut Reader<'_>, folder: &Path, problems: &mut Vec<String>) -> Option<SecretString> {
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

fn mail(
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
    let port = table.number("port", 0, 1, problems);
    let mut smtp = SmtpConfig::new(host.as_deref().unwrap_or_default(), security);
    smtp.port = u16::try_from(port).ok().filter(|port| *port > 0);
    smtp.username = table.text("username", problems);
    smtp.password = secret_text(&mut table, ("password", "password_file"), folder, problems);
    smtp.hello_name = table.text("hello_name", problems);
    smtp.connections = usize::try_from(table.number("connections", 4, 1, problems)).unwrap_or(4);
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
    if address
        .as_deref()
        .is_some_and(|a| crate::domain::email::parse(a).is_err())
    {
        problems.push("`mail.sender` is not an e-mail address".to_owned());
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

fn captcha(
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
    let cost = altcha.number("cost", DEFAULT_COST, 1, problems);
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
    let time_limit = table.number("time_limit_ms", 3_000, 1, problems);
    let allow_test_keys = table.flag("allow_test_keys", problems);
    table.finish(problems);
    let mut settings = HcaptchaConfig::new(&sitekey?, secret?, hostnames);
    settings.verify_url = verify_url;
    settings.time_limit = Duration::from_millis(u64::from(time_limit));
    settings.allow_test_keys = allow_test_keys;
    problems.extend(settings.problems());
    Some(settings)
}

fn limits(top: &mut Reader<'_>, problems: &mut Vec<String>) -> Limits {
    let mut table = top.table("limits", problems);
    let limits = Limits {
        per_network_per_hour: table.number("per_network_per_hour", 120, 1, problems),
        mails_per_address: table.number("mails_per_address", 5, 1, problems),
        resend_after_minutes: table.number("resend_after_minutes", 10, 0, problems),
        unproven_per_hour: table.number("unproven_per_hour", 300, 0, problems),
        body_bytes: usize::try_from(table.number("body_bytes", 64 * 1024, 1024, problems))
            .unwrap_or(64 * 1024),
        request_time: Duration::from_secs(u64::from(table.number(
            "request_seconds",
            15,
            1,
            problems,
        ))),
    };
    table.finish(problems);
    limits
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"
public_url = "https://site.example/service/"
campaign_file = "campaign.json"
trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]
[database]
path = "data.sqlite"
[secrets]
key = "0123456789abcdef0123456789abcdef"
[mail]
host = "localhost"
security = "none"
port = 2525
sender = "petitions@site.example"
"#;

    fn table(text: &str) -> Table {
        text.parse().expect("TOML")
    }

    #[test]
    fn a_sound_configuration() {
        let config = read(&table(SOUND), Path::new("/srv")).expect("sound");
        assert_eq!(config.public_url.as_str(), "https://site.example/service");
        assert_eq!(config.database, Path::new("/srv/data.sqlite"));
        assert_eq!(config.smtp.port, Some(2525));
        assert_eq!(config.trusted_proxies.len(), 2);
        assert!(matches!(config.captcha, CaptchaConfig::Altcha { .. }));
    }

    #[test]
    fn all_mistakes_are_named_together_and_no_secret_is_shown() {
        let text = SOUND
            .replace("0123456789abcdef0123456789abcdef", "tooshortsecret")
            .replace("port = 2525", "port = \"x\"\nprot = 1")
            .replace("campaign_file", "campain_file")
            .replace(
                "[database]",
                "listen = \"here\"\n[captcha]\nprovider = \"nothing\"\n[database]",
            );
        let problems = read(&table(&text), Path::new("")).expect_err("wrong");
        for wanted in [
            "secrets.key",
            "mail.port",
            "mail.prot",
            "campain_file",
            "`campaign_file` is missing",
            "listen",
            "captcha.provider",
        ] {
            assert!(
                problems.iter().any(|p| p.contains(wanted)),
                "{wanted}: {problems:?}"
            );
        }
        assert!(!problems.join(" ").contains("tooshortsecret"));
    }

    #[test]
    fn secrets_refuse_to_be_empty() {
        let empty = SOUND.replace("0123456789abcdef0123456789abcdef", "");
        let absent = SOUND.replace("[secrets]\nkey", "[database2]\nkey");
        for text in [empty, absent] {
            let problems = read(&table(&text), Path::new("")).expect_err("wrong");
            assert!(
                problems
                    .iter()
                    .any(|p| p.contains("`secrets.key` is missing")),
                "{problems:?}"
            );
        }
    }

    #[test]
    fn the_environment_lies_over_the_file() {
        let variables = [
            ("PETITION_SERVICE__MAIL__PORT", "2600"),
            ("PETITION_SERVICE__LISTEN", "0.0.0.0:1"),
            ("PETITION_SERVICE__CAPTCHA__PROVIDER", "none"),
            ("PATH", "/bin"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let above = environment(variables.into_iter());
        let config = read(&layered(table(SOUND), above), Path::new("")).expect("sound");
        assert_eq!(config.smtp.port, Some(2600));
        assert_eq!(config.listen.port(), 1);
        assert!(matches!(config.captcha, CaptchaConfig::None));
    }
}
