//! The tab that waits, as browsers, programs and attackers use it.

use axum::body::Body;
use axum::http::{StatusCode, header};
use sqlx::Connection;

use super::{Answer, SIGN, TestService, form, link, request, signer};
use crate::store::testing::{On, on_both};

on_both![
    the_tab_moves_on_when_the_link_is_opened_elsewhere,
    a_code_is_typed_in_any_digits_by_people_and_programs,
    nothing_tells_a_wrong_code_from_a_form_that_was_dropped,
    another_sites_page_types_no_codes_and_networks_have_a_share,
];

/// The pair of a cookie that an answer sets.
fn cookie(answer: &Answer, name: &str) -> String {
    let all = answer.headers.get_all("set-cookie").iter();
    let all = all.filter_map(|value| value.to_str().ok());
    let mut found = all.filter(|value| value.starts_with(&format!("{name}=")));
    let found = found.next_back().expect("the cookie");
    found.split(';').next().expect("a pair").to_owned()
}

/// All about an answer's cookies but their values.
fn looks(answer: &Answer) -> Vec<String> {
    let all = answer.headers.get_all("set-cookie").iter();
    let all = all.filter_map(|value| value.to_str().ok());
    let look = |value: &str| {
        let (name, rest) = value.split_once('=').expect("a pair");
        let (secret, about) = rest.split_once(';').expect("attributes");
        format!("{name} {} {about}", secret.len())
    };
    all.map(look).collect()
}

async fn state(service: &TestService, cookie: &str) -> serde_json::Value {
    let asked = request("GET", "/waiting").header("cookie", cookie);
    let answer = service
        .send(asked.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()
}

async fn post(service: &TestService, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let mut request = form(path, fields);
    if !cookie.is_empty() {
        let cookie = cookie.parse().expect("a header");
        request.headers_mut().insert(header::COOKIE, cookie);
    }
    service.send(request).await
}

/// The six digits of a mail, as it writes them.
fn code(text: &str) -> String {
    let (before, after) = text.split_once('\u{a0}').expect("a code");
    let begin = before.len().checked_sub(3).expect("digits");
    let halves = (before.get(begin..), after.get(..3));
    let (Some(one), Some(other)) = halves else {
        panic!("no digits");
    };
    format!("{one}\u{a0}{other}")
}

async fn the_tab_moves_on_when_the_link_is_opened_elsewhere(on: On) {
    let service = TestService::start(on, "").await;
    let signed = service.post(SIGN, &signer("anna@example.org", "fr")).await;
    let wait = cookie(&signed, "__Secure-gs_wait");
    assert_eq!(
        state(&service, &wait).await,
        serde_json::json!({"state": "pending"})
    );
    assert_eq!(
        state(&service, "a=b").await,
        serde_json::json!({"state": "expired"})
    );
    let mail = service.mail("anna@example.org", "/confirm/").await;
    let confirm = link(&mail, "confirm");
    service.post(&confirm, &[]).await;
    let next = "https://site.example/fr/signed/#share-safe-online";
    let moved = serde_json::json!({"state": "confirmed", "next": next});
    assert_eq!(state(&service, &wait).await, moved);
    // The link once more: no button, the same page.
    let again = service.get(&confirm).await;
    assert_eq!(
        (again.status, again.header("location")),
        (StatusCode::SEE_OTHER, next)
    );
}

async fn a_code_is_typed_in_any_digits_by_people_and_programs(on: On) {
    let service = TestService::start(on, "").await;
    let signed = service.post(SIGN, &signer("anna@example.org", "ar")).await;
    let wait = cookie(&signed, "__Secure-gs_wait");
    let mail = service.mail("anna@example.org", "/confirm/").await;
    let arabic: String = code(&mail.text)
        .chars()
        .map(|c| {
            c.to_digit(10)
                .and_then(|d| char::from_u32(0x660 + d))
                .unwrap_or(' ')
        })
        .collect();
    let typed = post(&service, "/code", &wait, &[("code", &arabic)]).await;
    let next = "https://site.example/ar/signed/#share-safe-online";
    assert_eq!(
        (typed.status, typed.header("location")),
        (StatusCode::SEE_OTHER, next)
    );
    service.count_becomes(1).await;

    let fields = [
        ("email", "reader@example.org"),
        ("consent", "yes"),
        ("lang", "nl"),
    ];
    let subscribed = service.post("/newsletters/news/subscribe", &fields).await;
    let wait = cookie(&subscribed, "__Secure-gs_wait");
    let mail = service.mail("reader@example.org", "/confirm/").await;
    let body = serde_json::json!({"code": code(&mail.text)}).to_string();
    let typed = request("POST", "/code")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::COOKIE, &wait);
    let typed = service
        .send(typed.body(Body::from(body)).expect("a request"))
        .await;
    assert_eq!(typed.status, StatusCode::OK);
    assert_eq!(typed.json()["next"], "https://site.example/subscribed/");
    service.mail("reader@example.org", "/unsubscribe/").await;
}

async fn nothing_tells_a_wrong_code_from_a_form_that_was_dropped(on: On) {
    let service = TestService::start(on, "").await;
    let taken = service.post(SIGN, &signer("anna@example.org", "en")).await;
    let mail = service.mail("anna@example.org", "/confirm/").await;
    let bot = [signer("bot@example.org", "en"), vec![("website", "x")]].concat();
    let dropped = service.post(SIGN, &bot).await;
    assert_eq!(looks(&taken), looks(&dropped));
    assert_eq!(looks(&taken).len(), 2);
    let (wait, nothing) = (
        cookie(&taken, "__Secure-gs_wait"),
        cookie(&dropped, "__Secure-gs_wait"),
    );
    assert_eq!(
        state(&service, &wait).await,
        state(&service, &nothing).await
    );

    let right = code(&mail.text);
    let flipped = if right.starts_with('9') { "0" } else { "9" };
    let wrong = format!("{flipped}{}", right.get(1..).expect("digits"));
    let answer = async |cookie: &str, code: &str| {
        let answer = post(&service, "/code", cookie, &[("code", code), ("lang", "en")]).await;
        let mut headers: Vec<_> = answer.headers.iter().collect();
        headers.sort_by_key(|(name, _)| name.as_str().to_owned());
        (answer.status, format!("{headers:?}"), answer.body)
    };
    let expected = answer("", &wrong).await;
    assert_eq!(expected.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(expected.2.contains("en error code") && expected.2.contains("/service/code"));
    for _ in 0..5 {
        assert_eq!(answer(&wait, &wrong).await, expected);
    }
    assert_eq!(answer(&wait, &right).await, expected, "spent");
    assert_eq!(answer(&nothing, &right).await, expected);
    assert_eq!(answer(&wait, "nonsense").await, expected);
    let again = async |cookie: &str| {
        let answer = post(&service, "/resend", cookie, &[("lang", "en")]).await;
        (
            answer.status,
            answer.header("location").to_owned(),
            answer.body,
        )
    };
    let resent = again(&wait).await;
    assert_eq!(resent.1, "https://site.example/en/check-mail/#resent");
    assert_eq!(again(&nothing).await, resent);
    assert_eq!(again("").await, resent);
    // The link still works.
    service.post(&link(&mail, "confirm"), &[]).await;
    service.count_becomes(1).await;
}

async fn another_sites_page_types_no_codes_and_networks_have_a_share(on: On) {
    let service = TestService::start(on, "limits.per_network_per_hour = 1").await;
    let foreign = |path| {
        let mut request = form(path, &[("code", "123456")]);
        let origin = "https://evil.example".parse().expect("a header");
        request.headers_mut().insert("origin", origin);
        request
    };
    for path in ["/code", "/resend"] {
        assert_eq!(
            service.send(foreign(path)).await.status,
            StatusCode::FORBIDDEN
        );
    }
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(
            post(&service, "/code", "", &[("code", "123456")])
                .await
                .status,
        );
    }
    assert_eq!(statuses.pop(), Some(StatusCode::TOO_MANY_REQUESTS));
    assert!(
        statuses
            .iter()
            .all(|status| *status == StatusCode::UNPROCESSABLE_ENTITY)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_whose_time_is_over_leads_to_a_new_mail() {
    let service = TestService::start(On::Sqlite, "").await;
    service.post(SIGN, &signer("anna@example.org", "fr")).await;
    let first = service.mail("anna@example.org", "/confirm/").await;
    let old = link(&first, "confirm");
    let file = service.folder.path().join("data.sqlite");
    let mut database = sqlx::SqliteConnection::connect(&file.display().to_string())
        .await
        .expect("opened");
    // As if it had lain for a week.
    for aged in [
        "update tokens set expires_at = 1",
        "update subjects set last_mail_at = 1",
    ] {
        sqlx::query(aged)
            .execute(&mut database)
            .await
            .expect("aged");
    }
    let page = service.get(&old).await;
    assert_eq!(page.status, StatusCode::OK);
    let again = format!("action=\"/service{old}/again\"");
    assert!(page.body.contains(&again), "{}", page.body);
    assert!(page.body.contains("fr late button") && page.body.contains("lang=\"fr\""));
    assert!(!page.body.contains("anna"), "nobody is named");
    assert!(!page.body.contains("confirm.js"), "nothing presses it");
    // Looking sends nothing, and the old link confirms nothing.
    service.post(&old, &[]).await;
    assert_eq!(
        (service.mailer.mails().len(), service.count().await),
        (1, 0)
    );

    let asked = service.post(&format!("{old}/again"), &[]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    assert!(asked.header("location").ends_with("/check-mail/#resent"));
    let unknown = format!("/confirm/{}/again", "A".repeat(43));
    let unknown = service.post(&unknown, &[]).await;
    assert_eq!(
        (unknown.status, unknown.header("location")),
        (asked.status, asked.header("location"))
    );
    for _ in 0..200 {
        if service.mailer.mails().len() > 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    let new = link(
        &service.mail("anna@example.org", "/confirm/").await,
        "confirm",
    );
    assert_ne!(new, old);
    service.post(&new, &[]).await;
    service.count_becomes(1).await;
}
