//! What the public is told: names, countries, and the count as a file.

use std::time::Duration;

use axum::http::StatusCode;
use campaign_file::{CampaignFile, FormKind};
use serde_json::{Value, json};

use super::{SIGN, TestService, link, signer};
use crate::campaign::sample;
use crate::domain::Clock;
use crate::store::testing::{On, on_both};

on_both![
    who_said_yes_is_named_until_they_withdraw,
    no_name_is_shown_before_its_batch_ends_nor_where_none_are_asked_for,
    countries_are_told_in_tens_and_the_count_is_a_file_too,
];

fn with_names() -> CampaignFile {
    let mut file = sample::file();
    if let Some(form) = file.forms.get_mut("safe-online")
        && let FormKind::Petition(facts) = &mut form.kind
    {
        facts.show_name = true;
    }
    file
}

/// Signs, and confirms by the mail's link. Where the signature can be withdrawn.
async fn signed(
    service: &TestService,
    email: &str,
    more: &[(&'static str, &'static str)],
) -> String {
    let fields = [signer(email, "ar"), more.to_vec()].concat();
    let answer = service.post(SIGN, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let mail = service.mail(email, "/confirm/").await;
    let answer = service.post(&link(&mail, "confirm"), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    link(&mail, "withdraw")
}

/// Asks until the answer is that: figures are read about once a second.
async fn becomes(service: &TestService, path: &str, wanted: &Value) {
    for _ in 0..200 {
        if service.get(path).await.json() == *wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{}, not {wanted}", service.get(path).await.body);
}

const SIGNERS: &str = "/petitions/safe-online/signers";

async fn who_said_yes_is_named_until_they_withdraw(on: On) {
    let service =
        TestService::start_with(on, "limits.names_every_minutes = 0", &with_names()).await;
    let none = json!({"id": "safe-online", "signers": []});
    assert_eq!(service.get(SIGNERS).await.json(), none);
    signed(&service, "shy@example.org", &[]).await;
    let more = [("show_name", "yes"), ("country", "BE")];
    let withdraw = signed(&service, "anna@example.org", &more).await;
    let mut wanted = json!({"id": "safe-online", "signers": [
        {"name": "Anna V.", "country": "BE"},
    ]});
    // The day is all that is told of the time.
    wanted["signers"][0]["day"] = Clock::system().now().date_naive().to_string().into();
    becomes(&service, SIGNERS, &wanted).await;
    let answer = service.get(SIGNERS).await;
    assert!(
        answer
            .header("cache-control")
            .starts_with("public, max-age=")
    );
    service.post(&withdraw, &[]).await;
    becomes(&service, SIGNERS, &none).await;
}

async fn no_name_is_shown_before_its_batch_ends_nor_where_none_are_asked_for(on: On) {
    let service = TestService::start_with(on, "", &with_names()).await;
    signed(&service, "anna@example.org", &[("show_name", "yes")]).await;
    service.count_becomes(1).await;
    let store = service.store().await;
    let later = Clock::system().now() + chrono::TimeDelta::minutes(16);
    let waiting = store.recent_signers("safe-online", later).await;
    assert_eq!(waiting.expect("read").len(), 1);
    let none = json!({"id": "safe-online", "signers": []});
    assert_eq!(service.get(SIGNERS).await.json(), none);

    let service = TestService::start(on, "limits.names_every_minutes = 0").await;
    signed(&service, "anna@example.org", &[("show_name", "yes")]).await;
    service.count_becomes(1).await;
    assert_eq!(service.get(SIGNERS).await.json(), none);
    let answer = service.get("/petitions/news/signers").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

async fn countries_are_told_in_tens_and_the_count_is_a_file_too(on: On) {
    let settings = "public_folder = \"public\"\nlimits.per_network_per_hour = 1000";
    let service = TestService::start_with(on, settings, &sample::file()).await;
    let file = service
        .folder
        .path()
        .join("public/petitions/safe-online/count.json");
    let on_disk = || {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        serde_json::from_str::<Value>(&text).unwrap_or_default()
    };
    for _ in 0..200 {
        if on_disk()["count"] == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(on_disk()["count"], 0, "also before the first signature");
    for number in 0..22 {
        let country = if number < 12 {
            "NL"
        } else if number < 19 {
            "BE"
        } else {
            "SR"
        };
        signed(
            &service,
            &format!("s{number}@example.org"),
            &[("country", country)],
        )
        .await;
    }
    let path = "/petitions/safe-online/countries";
    let wanted = json!({"id": "safe-online", "other": 10,
        "countries": [{"country": "NL", "count": 10}]});
    becomes(&service, path, &wanted).await;
    service.count_becomes(22).await;
    let route = "/petitions/safe-online/count";
    for _ in 0..200 {
        if on_disk() == service.get(route).await.json() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(on_disk(), service.get(route).await.json());
    assert_eq!(on_disk()["goal"], 1000);
    let folder = service.folder.path().join("public/petitions");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["safe-online"], "newsletters have no count");
    assert_eq!(
        service.get("/petitions/news/countries").await.status,
        StatusCode::NOT_FOUND
    );
}
