//! "Did you mean …?": asked once, answered by a button, never decided for the visitor.

use axum::body::Body;
use axum::http::{StatusCode, header};

use super::{SIGN, TestService, request, signer};
use crate::store::testing::{On, on_both};

on_both![
    a_misspelt_address_is_asked_about_and_either_answer_is_taken,
    an_answer_holds_for_the_address_it_was_given_about,
    programs_and_newsletters_are_asked_too,
];

fn with<'a>(email: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [signer(email, "ar"), more.to_vec()].concat()
}

async fn a_misspelt_address_is_asked_about_and_either_answer_is_taken(on: On) {
    let service = TestService::start(on, "").await;
    let answer = service.post(SIGN, &with("anna@gmial.com", &[])).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for wanted in [
        "ar email question",
        "name=\"email_kept\" value=\"anna@gmial.com\"",
        "name=\"email_taken\" value=\"anna@gmail.com\"",
        "value=\"Anna\"",
        "role=\"alert\"",
        "\u{2066}anna@gmail.com\u{2069}",
    ] {
        assert!(answer.body.contains(wanted), "{wanted}: {}", answer.body);
    }
    assert!(!answer.body.contains("form problem"), "{}", answer.body);
    let (keep, take) = (
        answer.body.find("email_kept"),
        answer.body.find("email_taken"),
    );
    assert!(keep < take, "the Enter key keeps what was typed");

    let kept = with("anna@gmial.com", &[("email_kept", "anna@gmial.com")]);
    assert_eq!(
        service.post(SIGN, &kept).await.status,
        StatusCode::SEE_OTHER
    );
    service.mail("anna@gmial.com", "confirm").await;
    let taken = with("anna@gmial.com", &[("email_taken", "anna@gmail.com")]);
    assert_eq!(
        service.post(SIGN, &taken).await.status,
        StatusCode::SEE_OTHER
    );
    service.mail("anna@gmail.com", "confirm").await;
}

async fn an_answer_holds_for_the_address_it_was_given_about(on: On) {
    let service = TestService::start(on, "").await;
    let other = with("anna@hotmial.com", &[("email_kept", "anna@gmial.com")]);
    let answer = service.post(SIGN, &other).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains("value=\"anna@hotmail.com\""),
        "{}",
        answer.body
    );
    // A taken address is checked like a typed one.
    let wrong = with("anna@gmial.com", &[("email_taken", "nonsense")]);
    let answer = service.post(SIGN, &wrong).await;
    assert!(answer.body.contains("ar error email"), "{}", answer.body);
    assert!(
        answer.body.contains("value=\"nonsense\""),
        "{}",
        answer.body
    );
    // Where something else is to be mended, that comes first.
    let mut faulty = with("anna@gmial.com", &[]);
    faulty.retain(|(name, _)| *name != "first_name");
    let answer = service.post(SIGN, &faulty).await;
    assert!(answer.body.contains("ar error required"), "{}", answer.body);
    assert!(!answer.body.contains("email_taken"), "{}", answer.body);
}

async fn programs_and_newsletters_are_asked_too(on: On) {
    let service = TestService::start(on, "").await;
    let json = |kept: &str| {
        let body = format!(
            r#"{{"email": "anna@gmial.com", "consent": true, "lang": "en", "email_kept": "{kept}"}}"#
        );
        request("POST", "/newsletters/news/subscribe")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .expect("a request")
    };
    let answer = service.send(json("")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let body = answer.json();
    assert_eq!(body["status"], "invalid");
    assert_eq!(body["suggestion"], "anna@gmail.com");
    assert_eq!(body["errors"][0]["field"], "email");
    let answer = service.send(json("anna@gmial.com")).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
}
