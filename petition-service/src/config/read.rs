//! From tables to a checked configuration.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use ipnet::IpNet;
use toml::{Table, Value};
use url::Url;

use super::reader::Reader;
use super::sealing::sealing;
use super::sections::{captcha, database, journal, limits, mail, secret};
use super::{Config, PREFIX};

/// Where the service listens if it is not told.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// The longest time for a confirmation, in days: until then the data of someone who never asked for
/// it may lie here.
const LONGEST_CONFIRM: u32 = 365;

/// The configuration in a table. Paths are relative to `folder`.
///
/// # Errors
/// Everything that is wrong, a sentence each, without secrets.
pub fn read(table: &Table, folder: &Path) -> Result<Config, Vec<String>> {
    let mut problems = Vec::new();
    let mut top = Reader::top(table);
    let public_url = public_url(&mut top, &mut problems);
    let before = problems.len();
    let listen = address(&mut top, "listen", &mut problems)
        .or_else(|| (problems.len() == before).then_some(LISTEN));
    let metrics_listen = address(&mut top, "metrics_listen", &mut problems);
    let campaign_file = top.required(
        "campaign_file",
        "the path of the campaign.json that the site's build writes",
        &mut problems,
    );
    let counts_file = top.path("counts_file", &mut problems);
    let public_folder = top.path("public_folder", &mut problems);
    let trusted_proxies = trusted_proxies(&mut top, listen, &mut problems);
    let cors_origins = origins(&mut top, &mut problems);
    let confirm_days = top.number("confirm_days", 7, 1..=LONGEST_CONFIRM, &mut problems);
    let database = database(&mut top, folder, &mut problems);
    let journal = journal(&mut top, database.as_ref(), folder, &mut problems);
    let secret = secret(&mut top, folder, &mut problems);
    let sealing = sealing(&mut top, &mut problems);
    let mail = mail(&mut top, folder, &mut problems);
    let captcha = captcha(&mut top, folder, &mut problems);
    let limits = limits(&mut top, &mut problems);
    top.finish(&mut problems);
    match (
        public_url,
        listen,
        campaign_file,
        database,
        secret,
        sealing,
        mail,
        captcha,
    ) {
        (
            Some(public_url),
            Some(listen),
            Some(campaign_file),
            Some(database),
            Some(secret),
            Some(sealing),
            Some((smtp, sender)),
            Some(captcha),
        ) if problems.is_empty() => Ok(Config {
            public_url,
            listen,
            metrics_listen,
            campaign_file: folder.join(campaign_file),
            counts_file: counts_file.map(|file| folder.join(file)),
            public_folder: public_folder.map(|public| folder.join(public)),
            database,
            journal,
            secret,
            sealing,
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

/// The table in a file's text.
///
/// # Errors
/// What is no TOML, with its line. The line itself is left out: it may hold a secret.
pub fn parse(text: &str) -> Result<Table, String> {
    text.parse::<Table>().map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map(|before| before.matches('\n').count() + 1);
        let place = line.map_or_else(String::new, |line| format!("line {line}: "));
        format!("{place}{}", error.message())
    })
}

/// The environment's part: `PETITION_SERVICE__MAIL__HOST` is `mail.host`.
///
/// # Errors
/// The name of a variable of ours that is no text. What others hold is not looked at.
pub fn environment(variables: impl Iterator<Item = (OsString, OsString)>) -> Result<Table, String> {
    let mut table = Table::new();
    for (name, value) in variables {
        let Some(path) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else {
            continue;
        };
        let Ok(value) = value.into_string() else {
            return Err(format!("the variable {PREFIX}{path} is not UTF-8"));
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
    Ok(table)
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

fn address(
    top: &mut Reader<'_>,
    key: &'static str,
    problems: &mut Vec<String>,
) -> Option<SocketAddr> {
    let address = top.text(key, problems)?.parse().ok();
    if address.is_none() {
        problems.push(format!(
            "`{key}` must be an address with a port, as in \"{LISTEN}\""
        ));
    }
    address
}

/// Whoever listens on loopback stands behind a proxy on the same machine: unless the operator says
/// otherwise, that proxy is believed. Nobody else can connect.
fn trusted_proxies(
    top: &mut Reader<'_>,
    listen: Option<SocketAddr>,
    problems: &mut Vec<String>,
) -> Vec<IpNet> {
    if !top.is_set("trusted_proxies") && listen.is_some_and(|listen| listen.ip().is_loopback()) {
        // Asked for all the same, so that it is known as a key.
        top.list("trusted_proxies", problems);
        return [
            IpNet::new_assert(Ipv4Addr::new(127, 0, 0, 0).into(), 8),
            IpNet::new_assert(Ipv6Addr::LOCALHOST.into(), 128),
        ]
        .to_vec();
    }
    networks(top, problems)
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
