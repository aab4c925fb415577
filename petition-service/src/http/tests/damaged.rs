//! The campaign file is damaged, of another version or gone, while visitors sign and at the start.

use std::fs;
use std::path::Path;
use std::time::Duration;

use axum::http::StatusCode;

use super::{SIGN, TestService, link, signer};
use crate::campaign::sample;
use crate::store::testing::On;

/// What became of it, how, and what is said of it.
type Damage = (&'static str, fn(&Path, &str), &'static str);

const DAMAGES: [Damage; 8] = [
    ("cut off", |file, good| put(file, half(good)), " at line "),
    (
        "of an older version",
        |file, good| put(file, &older(good)),
        "version 0, this program reads version 1",
    ),
    (
        "of a newer release",
        |file, good| put(file, &strange(good)),
        "unknown field `mood`, ",
    ),
    (
        "gone",
        |file, _| fs::remove_file(file).expect("removed"),
        "No such file",
    ),
    ("empty", |file, _| put(file, ""), " at line 1 column 0"),
    (
        "no text",
        |file, _| fs::write(file, [0xff; 4096]).expect("written"),
        "not UTF-8",
    ),
    (
        "another file",
        |file, _| put(file, "<!doctype html>"),
        " at line 1 column 1",
    ),
    (
        "without its default language",
        |file, good| put(file, &no_default(good)),
        "the default language `xx`",
    ),
];

fn put(file: &Path, text: &str) {
    fs::write(file, text).expect("written");
}

fn half(good: &str) -> &str {
    good.get(..good.len() / 2).expect("ASCII there")
}

fn older(good: &str) -> String {
    good.replacen("\"version\": 1", "\"version\": 0", 1)
}

fn strange(good: &str) -> String {
    good.replacen("\"site\": {", "\"site\": {\n    \"mood\": 1,", 1)
}

fn no_default(good: &str) -> String {
    good.replacen(
        "\"default_language\": \"nl\"",
        "\"default_language\": \"xx\"",
        1,
    )
}

/// What the service says is wrong, once it says this.
async fn said(service: &TestService, what: &str) -> String {
    for _ in 0..400 {
        let problem = service.service.campaign.problem().unwrap_or_default();
        if problem.contains(what) {
            return problem;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!(
        "{what} is not said, but {:?}",
        service.service.campaign.problem()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_good_file_stays_in_use_and_no_request_fails() {
    let service = TestService::start(On::Sqlite, "").await;
    let file = service.folder.path().join("campaign.json");
    let good = fs::read_to_string(&file).expect("readable");
    for (number, (damage, harm, words)) in DAMAGES.into_iter().enumerate() {
        harm(&file, &good);
        let problem = said(&service, words).await;
        assert!(problem.contains("campaign.json"), "{damage}: {problem}");
        // Signing, its mail, confirming, the count: all of it as ever.
        let email = format!("anna{number}@example.org");
        let signed = service.post(SIGN, &signer(&email, "nl")).await;
        assert_eq!(
            signed.status,
            StatusCode::SEE_OTHER,
            "{damage}: {}",
            signed.body
        );
        let mail = service.mail(&email, "/confirm/").await;
        let page = service.get(&link(&mail, "confirm")).await;
        assert_eq!(page.status, StatusCode::OK, "{damage}");
        let done = service.post(&link(&mail, "confirm"), &[]).await;
        assert!(done.header("location").contains("/signed/"), "{damage}");
        assert_eq!(
            service.get("/readyz").await.status,
            StatusCode::OK,
            "{damage}"
        );
    }
    service.count_becomes(DAMAGES.len() as i64).await;
    let mut next = sample::file();
    next.forms.remove("safe-online").expect("there");
    service.write_campaign(&next);
    service.until(SIGN, StatusCode::NOT_FOUND).await;
    assert_eq!(
        service.service.campaign.problem(),
        None,
        "a good one is taken up"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_without_a_good_file_says_why_and_takes_no_form_until_there_is_one() {
    for (damage, harm, words) in DAMAGES {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("campaign.json");
        let good = sample::file().to_json().expect("JSON");
        put(&file, &good);
        harm(&file, &good);
        let service = TestService::open(folder, "").await;
        let problem = service.service.campaign.problem().expect("a problem");
        assert!(
            problem.contains(words) && problem.contains("campaign.json"),
            "{damage}: {problem}"
        );
        let refused = service.post(SIGN, &signer("anna@example.org", "nl")).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{damage}");
        let ready = service.get("/readyz").await;
        assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE, "{damage}");
        put(&file, &good);
        service.until(SIGN, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
}
