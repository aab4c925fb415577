//! Topics of a newsletter: chosen in the form, stored once confirmed.

use axum::http::{Request, StatusCode, header};
use sqlx::Connection;

use super::{TestService, link};
use crate::store::testing::On;

const SUBSCRIBE: &str = "/newsletters/news/subscribe";

fn reader<'a>(email: &'a str, topics: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("email", email), ("consent", "yes"), ("lang", "fr")];
    fields.extend(topics.iter().map(|topic| ("topics", *topic)));
    fields
}

/// Language and topics of the subscribers.
async fn preferences(service: &TestService) -> Vec<(Option<String>, Option<String>)> {
    let file = service.folder.path().join("data.sqlite");
    let mut conn = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display()))
        .await
        .expect("open");
    sqlx::query_as(
        "select lang, topics from subjects where state = 'confirmed' order by created_at",
    )
    .fetch_all(&mut conn)
    .await
    .expect("read")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_becomes_a_subscribers_once_confirmed() {
    let service = TestService::start(On::Sqlite, "").await;
    let some = |text: &str| Some(text.to_owned());
    service
        .post(SUBSCRIBE, &reader("a@example.org", &["research"]))
        .await;
    let mail = service.mail("a@example.org", "/confirm/").await;
    assert_eq!(preferences(&service).await, []);
    service.post(&link(&mail, "confirm"), &[]).await;

    let body =
        r#"{"email":"b@example.org","consent":true,"lang":"ar","topics":["research","news"]}"#;
    let program = Request::post(format!("/service{SUBSCRIBE}"))
        .header(header::CONTENT_TYPE, "application/json");
    let answer = service
        .send(program.body(body.into()).expect("a request"))
        .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    let mail = service.mail("b@example.org", "/confirm/").await;
    service.post(&link(&mail, "confirm"), &[]).await;

    // Who chooses nothing gets everything.
    service.post(SUBSCRIBE, &reader("c@example.org", &[])).await;
    let mail = service.mail("c@example.org", "/confirm/").await;
    service.post(&link(&mail, "confirm"), &[]).await;
    assert_eq!(
        preferences(&service).await,
        [
            (some("fr"), some("research")),
            (some("ar"), some("news,research")),
            (some("fr"), None)
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_is_gone_is_asked_about_and_the_others_stay_ticked() {
    let service = TestService::start(On::Sqlite, "").await;
    let fields = reader("a@example.org", &["news", "gone"]);
    let again = service.post(SUBSCRIBE, &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "fr error topics",
        "href=\"#gs-topics\"",
        "value=\"news\" checked",
        "fr &#60;research&#62;",
    ] {
        assert!(again.body.contains(part), "{part}: {}", again.body);
    }
    assert!(!again.body.contains("value=\"research\" checked"));
    assert!(service.mailer.mails().is_empty());
}
