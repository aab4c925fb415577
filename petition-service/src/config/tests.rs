//! Configurations, right and wrong.

use std::path::Path;

use toml::Table;

use super::{CaptchaConfig, environment, layered, parse, read};
use crate::domain::seal::PrivateKey;

const SOUND: &str = r#"
public_url = "https://site.example/service/"
campaign_file = "campaign.json"
trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]
[database]
path = "data.sqlite"
[sealing]
public_key = "gwpk1F8zFqgZiL8JaOXWB4P-QJ8gF_Qnz__OViz_6Lkco_yH1Y-qh"
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
    assert_eq!(config.database.file(), Some(Path::new("/srv/data.sqlite")));
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
fn without_a_public_key_there_is_no_service() {
    let key = PrivateKey::generate();
    let (public, secret) = (key.public().to_string(), key.expose());
    let line = |line: &str| SOUND.replace("[secrets]", &format!("{line}\n[secrets]"));
    let config = read(
        &table(&line(&format!("forms = {{ safe-online = \"{public}\" }}"))),
        Path::new(""),
    )
    .expect("sound");
    assert_eq!(config.sealing.of("safe-online"), &key.public());
    assert_ne!(config.sealing.of("news"), &key.public());
    assert_eq!(config.sealing.forms().collect::<Vec<_>>(), ["safe-online"]);

    let own = format!("forms = {{ a = \"{}\", b = 1 }}", *secret);
    let absent = SOUND.replace("public_key", "publik_key");
    for (text, wanted) in [
        (absent, ["keygen", "publik_key"]),
        (
            line(&own),
            [
                "`sealing.forms.a`: this is a private key",
                "`sealing.forms.b`",
            ],
        ),
    ] {
        let problems = problems(&text);
        assert_eq!(problems.len(), 2, "{problems:?}");
        for wanted in wanted {
            assert!(problems.iter().any(|p| p.contains(wanted)), "{problems:?}");
        }
        assert!(!problems.join(" ").contains(&*secret));
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
    let variables = variables.map(|(name, value)| (name.into(), value.into()));
    let above = environment(variables.into_iter()).expect("text");
    let config = read(&layered(table(SOUND), above), Path::new("")).expect("sound");
    assert_eq!(config.smtp.port, Some(2600));
    assert_eq!(config.listen.port(), 1);
    assert!(matches!(config.captcha, CaptchaConfig::None));
}

fn problems(text: &str) -> Vec<String> {
    read(&table(text), Path::new("")).expect_err("wrong")
}

#[test]
fn a_mistake_that_would_end_every_mail_is_named_at_the_start() {
    let wrong = SOUND.replace(
        "port = 2525",
        "port = 70000\nreply_to = \"vragen\"\nsender_name = \"a\\nb\"",
    );
    let problems = problems(&wrong);
    assert_eq!(problems.len(), 3, "{problems:?}");
    for wanted in [
        "`mail.port` must be a whole number from 1 to 65535",
        "`mail.reply_to`",
        "`mail.sender_name`",
    ] {
        assert!(problems.iter().any(|p| p.contains(wanted)), "{problems:?}");
    }
}

#[test]
fn a_link_to_confirm_cannot_be_good_for_longer_than_there_are_days() {
    for days in ["0", "366", "4000000000"] {
        let problems = problems(&format!("confirm_days = {days}\n{SOUND}"));
        assert!(
            problems.iter().all(|p| p.contains("confirm_days")),
            "{days}: {problems:?}"
        );
    }
}

#[test]
fn a_missing_sitekey_hides_no_other_mistake() {
    let hcaptcha = "[captcha]\nprovider = \"hcaptcha\"\n[captcha.hcaptcha]\nsecret = \"x\"\n";
    let problems = problems(&format!("{SOUND}{hcaptcha}"));
    assert_eq!(problems.len(), 3, "{problems:?}");
    for wanted in [
        "hcaptcha.sitekey` is missing",
        "secret is not one",
        "hostnames",
    ] {
        assert!(problems.iter().any(|p| p.contains(wanted)), "{problems:?}");
    }
}

#[test]
fn the_proxy_on_this_machine_is_believed_unless_told_otherwise() {
    let trusted = |listen: &str, own: Option<&str>| {
        let rest = SOUND.replace("trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]", "");
        let own = own.map_or_else(String::new, |own| format!("trusted_proxies = {own}"));
        let text = format!("listen = \"{listen}\"\n{own}\n{rest}");
        let config = read(&table(&text), Path::new("")).expect("sound");
        let networks = config.trusted_proxies.iter().map(ToString::to_string);
        networks.collect::<Vec<_>>()
    };
    let here = ["127.0.0.0/8", "::1/128"];
    assert_eq!(trusted("127.0.0.1:8080", None), here);
    assert_eq!(trusted("[::1]:8080", None), here);
    assert!(trusted("0.0.0.0:8080", None).is_empty());
    assert!(trusted("127.0.0.1:8080", Some("[]")).is_empty());
}

#[test]
fn a_line_that_is_no_toml_is_not_shown() {
    let text = SOUND.replace(
        "\"0123456789abcdef0123456789abcdef\"",
        "abc123secret-unquoted",
    );
    let fault = parse(&text).expect_err("no TOML");
    assert!(fault.starts_with("line 10: "), "{fault}");
    assert!(!fault.contains("abc123"), "{fault}");
}

#[cfg(unix)]
#[test]
fn only_variables_of_ours_must_be_text() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    let no_text = || OsString::from_vec(vec![0xff]);
    let theirs = [(no_text(), no_text()), ("PATH".into(), no_text())];
    assert!(
        environment(theirs.into_iter())
            .expect("not looked at")
            .is_empty()
    );
    let ours = [("PETITION_SERVICE__LISTEN".into(), no_text())];
    let fault = environment(ours.into_iter()).expect_err("no text");
    assert!(fault.contains("PETITION_SERVICE__LISTEN"), "{fault}");
}

#[test]
fn a_database_is_a_file_or_a_server_and_its_password_stays_hidden() {
    let with = |database: &str| SOUND.replace("path = \"data.sqlite\"", database);
    let read = |database: &str| read(&table(&with(database)), Path::new("/srv"));
    let file = |database: &str| read(database).expect("sound").database;
    let other = Path::new("/srv/other.sqlite");
    assert_eq!(file("url = \"sqlite:other.sqlite\"").file(), Some(other));
    let usual = Path::new("/srv/petitions.sqlite");
    assert_eq!(file("").file(), Some(usual));
    let server = file("url = \"postgres://anna:secret@localhost/petitions\"");
    assert_eq!(server.file(), None);
    assert!(!format!("{server:?}").contains("secret"));
    for wrong in [
        "url = \"secret.sqlite\"",
        "url = \"postgres://x\"\npath = \"data.sqlite\"",
        "url_file = \"nowhere\"",
    ] {
        let problems = read(wrong).expect_err("wrong");
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains("`database."), "{problems:?}");
        assert!(!problems[0].contains("secret"), "{problems:?}");
    }
}
