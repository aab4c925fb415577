//! Addresses, proxies, captcha, seals: what the configuration says about the world around it.

use std::time::Duration;

use super::finding::Findings;
use crate::config::{CaptchaConfig, Config};

/// How long an answer of the service's own may take.
const WAIT: Duration = Duration::from_secs(5);

/// More mails to one mailbox within a day are too many for anybody.
const MANY_MAILS: u32 = 100;

pub(super) fn look(config: &Config, found: &mut Findings<'_>) {
    let url = &config.public_url;
    let host = url.host_str().unwrap_or_default();
    let here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    match url.scheme() {
        "https" => found.ok(format!("visitors come to {url}")),
        _ if here => found.warning(
            format!("`public_url` is {url}: for trials on this machine only"),
            "write the address that visitors see, as in \"https://site.example/service\"",
        ),
        _ => found.error(
            format!("`public_url` is {url}: names and addresses would travel in the open"),
            "let the proxy speak TLS and write https://",
        ),
    }
    let open = !config.listen.ip().is_loopback();
    let believes_all = config
        .trusted_proxies
        .iter()
        .any(|net| net.prefix_len() == 0);
    if believes_all {
        found.error(
            "`trusted_proxies` holds every address: whoever comes may say that they are somebody else, and no \
             limit holds",
            "name the proxy's own address",
        );
    } else if open && config.trusted_proxies.is_empty() {
        found.warning(
            format!(
                "it listens on {} and believes no proxy: behind one, all visitors look like one network",
                config.listen
            ),
            "listen on 127.0.0.1, or name the proxy in `trusted_proxies`",
        );
    } else {
        found.ok(format!("it listens on {}", config.listen));
    }
    if let Some(figures) = config.metrics_listen
        && !figures.ip().is_loopback()
    {
        found.warning(
            format!("`/metrics` is answered on {figures} to whoever can reach it"),
            "let a firewall close that port to visitors",
        );
    }
    let daily = config.limits.mails_per_mailbox_per_day;
    if daily > MANY_MAILS {
        found.warning(
            format!("one mailbox may get {daily} mails a day: this server can be made to bomb it"),
            "lower `limits.mails_per_mailbox_per_day`: 20 by default",
        );
    }
    if matches!(config.captcha, CaptchaConfig::None) {
        found.warning(
            "there is no captcha: programs can make this server send mails to strangers",
            "take out `captcha.provider = \"none\"`: the built-in one needs no account",
        );
    }
}

pub(super) fn seals(config: &Config, found: &mut Findings<'_>) {
    let keys = &config.sealing;
    found.ok(format!(
        "forms are sealed to the key {}; compare it with the first line of your private key's file",
        keys.all().id()
    ));
    for form in keys.forms() {
        found.ok(format!("those of `{form}` to {}", keys.of(form).id()));
    }
}

/// Whether the service answers, here and where visitors come.
pub(super) async fn answers(config: &Config, found: &mut Findings<'_>) {
    let built = reqwest::Client::builder().timeout(WAIT).no_proxy().build();
    let Ok(client) = built else {
        return;
    };
    let here = format!("http://{}/readyz", config.listen);
    match client.get(&here).send().await {
        Ok(answer) if answer.status().is_success() => {
            found.ok(format!("it answers on {}", config.listen));
        }
        Ok(answer) => {
            let status = answer.status();
            let why = answer.text().await.unwrap_or_default();
            let why: String = why.trim().replace('\n', "; ").chars().take(200).collect();
            found.error(
                format!("{here} answers {status}: {why}"),
                "if that is not this service, another program has its port; else mend what it says",
            );
        }
        Err(_) => found.warning(
            format!("nothing answers on {}", config.listen),
            "start it: `systemctl start petition-service`",
        ),
    }
    let there = format!(
        "{}/healthz",
        config.public_url.as_str().trim_end_matches('/')
    );
    match client.get(&there).send().await {
        Ok(answer) if answer.status().is_success() => found.ok(format!("{there} answers")),
        Ok(answer) => found.warning(
            format!("{there} answers {}", answer.status()),
            "see the proxy's configuration: it must hand on everything below `public_url`",
        ),
        Err(error) => found.warning(
            format!("{there} cannot be reached: {}", error.without_url()),
            "see DNS, certificate and proxy; a machine that cannot call itself may be fine all the same",
        ),
    }
}
