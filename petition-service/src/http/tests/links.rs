//! The links in mails when all is not as it was when they were sent.

use axum::body::Body;
use axum::http::StatusCode;
use sqlx::Connection;

use super::{SIGN, TestService, link, request, signer};
use crate::campaign::sample;
use crate::store::testing::{On, on_both};

on_both![
    a_petition_that_left_the_site_can_still_be_withdrawn_from,
    a_mail_programs_button_may_send_parts,
];

/// Signs and gives the paths that the mail holds: to confirm and to withdraw.
async fn signed(service: &TestService, email: &str) -> (String, String) {
    service.post(SIGN, &signer(email, "fr")).await;
    let mail = service.mail(email, "/confirm/").await;
    (link(&mail, "confirm"), link(&mail, "withdraw"))
}

async fn a_petition_that_left_the_site_can_still_be_withdrawn_from(on: On) {
    let service = TestService::start(on, "").await;
    let (confirm, withdraw) = signed(&service, "anna@example.org").await;
    let mut file = sample::file();
    file.forms.remove("safe-online");
    service.write_campaign(&file);
    service.until(SIGN, StatusCode::NOT_FOUND).await;

    let page = service.get(&confirm).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("fr confirm petition button"));
    service.post(&confirm, &[]).await;
    let page = service.get(&withdraw).await;
    assert_eq!(page.status, StatusCode::OK);
    for part in [
        "lang=\"fr\"",
        "fr form gone intro",
        "fr withdraw button",
        "https://site.example/fr/\"",
        &format!("action=\"/service{withdraw}\""),
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    let gone = service.post(&withdraw, &[]).await;
    assert_eq!(
        gone.header("location"),
        "https://site.example/fr/withdrawn/"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_campaign_a_link_does_nothing() {
    let service = TestService::start(On::Sqlite, "").await;
    let (confirm, withdraw) = signed(&service, "anna@example.org").await;
    let folder = service.end().await;
    std::fs::remove_file(folder.path().join("campaign.json")).expect("removed");

    let service = TestService::open(folder, "").await;
    for path in [&confirm, &withdraw] {
        for answer in [service.get(path).await, service.post(path, &[]).await] {
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert_eq!(answer.header("retry-after"), "30");
        }
    }
    service.write_campaign(&sample::file());
    service.until(SIGN, StatusCode::UNPROCESSABLE_ENTITY).await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(service.count().await, 0, "it was not confirmed");
    let done = service.post(&confirm, &[]).await;
    assert_eq!(
        done.header("location"),
        "https://site.example/fr/signed/#share-safe-online"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_database_fails_a_person_is_led_to_the_page_that_says_so() {
    let service = TestService::start(On::Sqlite, "").await;
    let (confirm, withdraw) = signed(&service, "anna@example.org").await;
    let file = service.folder.path().join("data.sqlite");
    let mut database = sqlx::SqliteConnection::connect(&file.display().to_string())
        .await
        .expect("open");
    sqlx::query("alter table tokens rename to gone")
        .execute(&mut database)
        .await
        .expect("renamed");
    for path in [&confirm, &withdraw] {
        let answer = service.post(path, &[]).await;
        assert_eq!(answer.header("location"), "https://site.example/error/");
    }
    let leave = withdraw.replace("withdraw", "unsubscribe");
    let one_click = service
        .post(&leave, &[("List-Unsubscribe", "One-Click")])
        .await;
    assert_eq!(one_click.status, StatusCode::SERVICE_UNAVAILABLE);
}

async fn a_mail_programs_button_may_send_parts(on: On) {
    let service = TestService::start(on, "").await;
    let fields = [
        ("lang", "fr"),
        ("email", "news@example.org"),
        ("consent", "yes"),
    ];
    service.post("/newsletters/news/subscribe", &fields).await;
    let mail = service.mail("news@example.org", "/confirm/").await;
    service.post(&link(&mail, "confirm"), &[]).await;
    let welcome = service.mail("news@example.org", "/unsubscribe/").await;
    let body = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\n\
                One-Click\r\n--b--\r\n";
    let parts = request("POST", &link(&welcome, "unsubscribe"))
        .header("content-type", "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .expect("a request");
    assert_eq!(service.send(parts).await.status, StatusCode::OK);
}
