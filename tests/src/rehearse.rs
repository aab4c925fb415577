//! A rehearsal runs whole, on a copy of a configuration whose mail server and captcha nobody may
//! reach, and leaves nothing behind.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use petition_service::domain::seal::PrivateKey;

use crate::support::programs::{groundswell, program, said, site};

#[test]
fn a_rehearsal_shows_figures_and_leaves_nothing_behind() {
    let site = site();
    let built = groundswell(site.path(), &["build"]);
    assert!(built.status.success(), "{}", said(&built));
    let settings = format!(
        r#"
public_url = "https://kinderbaken.example/service"
campaign_file = "campaign.json"
database.url = "sqlite:petition.sqlite"
sealing.public_key = "{}"
secrets.key = "0123456789abcdef0123456789abcdef"
mail = {{ host = "mail.invalid", username = "u", password = "p", sender = "petitions@kinderbaken.example" }}
captcha = {{ provider = "altcha" }}
"#,
        PrivateKey::generate().public()
    );
    fs::write(site.path().join("service.toml"), settings).expect("written");
    let before = names(site.path());
    let rehearsed = rehearse(
        site.path(),
        &["--seconds", "1", "--visitors", "8", "--json"],
    );
    assert!(rehearsed.status.success(), "{}", said(&rehearsed));
    let figures: serde_json::Value =
        serde_json::from_slice(&rehearsed.stdout).expect("figures as JSON");
    for name in [
        "signs_per_second",
        "signs_per_second_with_counts",
        "sign_median_ms",
        "sign_p99_ms",
        "count_p99_ms",
        "confirms_per_second",
        "mails_per_second",
        "mail_lag_longest_s",
    ] {
        let figure = figures[name].as_f64();
        assert!(
            figure.is_some_and(|figure| figure > 0.0),
            "{name}: {figures}"
        );
    }
    assert_eq!(
        names(site.path()),
        before,
        "the real database is not even made"
    );

    let unknown = rehearse(site.path(), &["--form", "nothing-here"]);
    assert!(!unknown.status.success());
    assert!(said(&unknown).contains("no petition `nothing-here`"));
    fs::remove_file(site.path().join("campaign.json")).expect("removed");
    let unbuilt = rehearse(site.path(), &[]);
    assert!(
        said(&unbuilt).contains("build the site first"),
        "{}",
        said(&unbuilt)
    );
}

fn rehearse(folder: &Path, arguments: &[&str]) -> std::process::Output {
    Command::new(program("petition-service"))
        .args(["rehearse", "--config"])
        .arg(folder.join("service.toml"))
        .args(arguments)
        .output()
        .expect("petition-service runs")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("readable");
    entries
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}
