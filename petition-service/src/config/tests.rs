//! Configurations, right and wrong.

use std::path::Path;

use toml::Table;

use super::{CaptchaConfig, environment, layered, read};

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
            "listen = \"here\"\n[captcha]\nprovider = \"nothing\"\n[captcha.altcha]\ncost = 20001\n[database]",
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
        "captcha.altcha.cost",
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
