//! What goes well.

use std::time::Duration;

use axum::body::Body;
use axum::http::{StatusCode, header};

use super::{SIGN, TestService, link, request, signer};
use crate::store::testing::{On, on_both};

on_both![
    a_signature_from_form_to_count,
    programs_speak_json_and_get_the_same,
    every_mistake_is_shown_at_once_in_the_visitors_language,
    known_and_unknown_addresses_get_the_same_answer,
    a_newsletter_from_form_to_one_click,
];

async fn a_signature_from_form_to_count(on: On) {
    let service = TestService::start(on, "").await;
    let answer = service.post(SIGN, &signer("anna@example.org", "fr")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(
        answer.header("location"),
        "https://site.example/fr/check-mail/"
    );
    let cookie = answer.header("set-cookie").to_owned();
    for part in [
        "__Secure-gs_nonce=",
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
        "Path=/service",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let mail = service.mail("anna@example.org", "/confirm/").await;
    let confirm = link(&mail, "confirm");

    // Scanners follow links: nothing happens.
    let page = service.get(&confirm).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("lang=\"fr\"") && !page.body.contains("data-auto-post"));
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(service.count().await, 0);

    // The browser that sent the form presses the button by itself.
    let nonce = cookie.split(';').next().expect("a pair");
    let same = request("GET", &confirm)
        .header("cookie", nonce)
        .body(Body::empty())
        .expect("a request");
    assert!(service.send(same).await.body.contains("data-auto-post"));

    for _ in 0..2 {
        let done = service.post(&confirm, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        assert_eq!(
            done.header("location"),
            "https://site.example/fr/signed/#share-safe-online"
        );
    }
    service.count_becomes(1).await;
    let counted = async || service.get("/petitions/safe-online/count").await.json();
    let as_of = counted().await["as_of"].clone();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert!(as_of.is_string());
    assert_eq!(counted().await["as_of"], as_of, "when it was added up");
    let counts = std::fs::read_to_string(service.folder.path().join("counts.json"));
    assert_eq!(
        counts.expect("readable").trim(),
        r#"{"safe-online":{"count":1}}"#
    );

    let withdraw = link(&mail, "withdraw");
    assert_eq!(service.get(&withdraw).await.status, StatusCode::OK);
    let gone = service.post(&withdraw, &[]).await;
    assert_eq!(
        gone.header("location"),
        "https://site.example/fr/withdrawn/"
    );
    service.count_becomes(0).await;
}

async fn programs_speak_json_and_get_the_same(on: On) {
    let service = TestService::start(on, "").await;
    let body = r#"{"first_name":"A","last_name":"B","email":"json@example.org","consent":true,"lang":"en"}"#;
    let json = |body: &'static str| {
        request("POST", SIGN)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .expect("a request")
    };
    let answer = service.send(json(body)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(answer.json()["next"], "https://site.example/en/check-mail/");
    let answer = service.send(json(r#"{"email":"nope","lang":"en"}"#)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let value = answer.json();
    let fields: Vec<&str> = value["errors"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|error| error["field"].as_str())
        .collect();
    assert_eq!(fields, ["first_name", "last_name", "email", "consent"]);
    assert_eq!(
        service.send(json("[1]")).await.status,
        StatusCode::BAD_REQUEST
    );
}

async fn every_mistake_is_shown_at_once_in_the_visitors_language(on: On) {
    let service = TestService::start(on, "").await;
    let answer = service
        .post(
            SIGN,
            &[("lang", "ar"), ("first_name", "<b>"), ("email", "x")],
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "dir=\"rtl\"",
        "ar error required",
        "ar error email",
        "ar error consent",
    ] {
        assert!(answer.body.contains(part), "{part}: {}", answer.body);
    }
    assert!(!answer.body.contains("<b>\""), "what was typed is escaped");
    assert!(
        answer
            .body
            .contains("action=\"/service/petitions/safe-online/sign\"")
    );
    assert!(service.mailer.mails().is_empty());
}

async fn known_and_unknown_addresses_get_the_same_answer(on: On) {
    let service = TestService::start(on, "").await;
    let first = service.post(SIGN, &signer("same@example.org", "en")).await;
    let again = service.post(SIGN, &signer("same@example.org", "en")).await;
    assert_eq!(first.status, again.status);
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(first.body, again.body);
    let trapped = [signer("bot@example.org", "en"), vec![("website", "x")]].concat();
    let bot = service.post(SIGN, &trapped).await;
    assert_eq!((bot.status, bot.body), (first.status, first.body));
    service.mail("same@example.org", "/confirm/").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(
        service.mailer.mails().len(),
        1,
        "one mail, and none to the bot"
    );
}

async fn a_newsletter_from_form_to_one_click(on: On) {
    let service = TestService::start(on, "").await;
    let fields = [
        ("email", "news@example.org"),
        ("consent", "yes"),
        ("lang", "nl"),
    ];
    let answer = service.post("/newsletters/news/subscribe", &fields).await;
    assert_eq!(
        answer.header("location"),
        "https://site.example/check-mail/"
    );
    let mail = service.mail("news@example.org", "/confirm/").await;
    let done = service.post(&link(&mail, "confirm"), &[]).await;
    assert_eq!(done.header("location"), "https://site.example/subscribed/");
    let welcome = service.mail("news@example.org", "/unsubscribe/").await;
    assert_eq!(
        welcome.header("list-unsubscribe-post"),
        Some("List-Unsubscribe=One-Click")
    );
    let leave = link(&welcome, "unsubscribe");
    assert!(
        welcome
            .header("list-unsubscribe")
            .is_some_and(|value| value.contains(&leave))
    );
    assert_eq!(service.get(&leave).await.status, StatusCode::OK);
    for _ in 0..2 {
        let done = service
            .post(&leave, &[("List-Unsubscribe", "One-Click")])
            .await;
        assert_eq!(done.status, StatusCode::OK);
    }
}
