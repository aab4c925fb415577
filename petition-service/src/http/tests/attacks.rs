//! What an attacker tries who can send any request: each is refused, or leads nowhere.

use axum::body::Body;
use axum::http::StatusCode;

use super::{Answer, SIGN, TestService, form, link, request, signer};
use crate::captcha::altcha;
use crate::domain::{Keys, Network, TokenSecret};
use crate::store::testing::{On, on_both};
use crate::usecases::Share;

on_both![
    bodies_of_other_kinds_are_refused,
    no_spelling_of_an_address_gets_a_second_header_into_a_mail,
    no_field_or_header_says_where_to_go,
    a_link_does_only_what_it_is_for_and_only_by_post,
    ids_lead_to_no_other_place,
    each_answer_tells_browsers_to_keep_and_tell_nothing,
    a_captcha_answers_for_one_form_once,
    other_spellings_of_a_mailbox_bring_it_no_second_mail,
    who_presses_many_links_that_do_not_exist_keeps_nobody_from_pressing_one,
    cookies_bear_a_name_that_only_tls_can_set,
    stuffed_cookies_and_repeated_fields_do_no_harm,
    a_body_that_breaks_off_and_one_that_is_too_long_are_told_apart_at_every_door,
];

const FORM: &str = "application/x-www-form-urlencoded";

async fn send(service: &TestService, kind: &str, body: impl Into<Body>) -> Answer {
    let request = request("POST", SIGN).header("content-type", kind);
    service
        .send(request.body(body.into()).expect("a request"))
        .await
}

async fn bodies_of_other_kinds_are_refused(on: On) {
    let service = TestService::start(on, "").await;
    let nested = "[".repeat(10_000);
    for (kind, body) in [
        ("text/plain", &b"email=a@b.example"[..]),
        ("multipart/form-data; boundary=x", b"--x--"),
        (
            "application/xml",
            b"<!DOCTYPE a SYSTEM \"file:///etc/passwd\">",
        ),
        ("application/json", b"{\"email\":\"\xc0\xaf\"}"),
        ("application/json", b"{\"email\":"),
        ("application/json", b"{\"lang\":{}}"),
        ("application/json", b"{\"topics\":[[\"news\"]]}"),
        ("application/json", nested.as_bytes()),
        ("", b"email=a@b.example"),
    ] {
        let answer = send(&service, kind, body.to_vec()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{kind}");
        assert!(answer.header("content-type").contains("charset=utf-8") || kind.ends_with("json"));
    }
}

async fn no_spelling_of_an_address_gets_a_second_header_into_a_mail(on: On) {
    let service = TestService::start(on, "").await;
    for email in [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example\nBcc: c@d.example",
        "a@b.example,c@d.example",
        "a@b.example;c@d.example",
        "<a@b.example> c@d.example",
        "\"a\r\nBcc: x\"@b.example",
        "a@b.example\0",
        "a@b.example\u{2028}Bcc: c@d.example",
        "a%0d%0aBcc:c@d.example",
        "a(@c.example)@b.example",
        "|/bin/sh@[127.0.0.1]",
    ] {
        let answer = service.post(SIGN, &signer(email, "en")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{email:?}");
    }
    assert!(service.mailer.mails().is_empty());
}

async fn no_field_or_header_says_where_to_go(on: On) {
    let service = TestService::start(on, "").await;
    let mut fields = signer("open@b.example", "en");
    fields.retain(|(name, _)| *name != "form_page");
    for name in ["next", "redirect", "redir", "return_to", "url", "form_page"] {
        fields.push((name, "https://evil.example/"));
    }
    let mut sent = form(&format!("{SIGN}?next=https://evil.example/"), &fields);
    for name in [
        "host",
        "x-forwarded-host",
        "x-original-url",
        "x-rewrite-url",
        "forwarded",
    ] {
        let value = "evil.example".parse().expect("a header");
        sent.headers_mut().insert(name, value);
    }
    let answer = service.send(sent).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(
        answer
            .header("location")
            .starts_with("https://site.example/")
    );
    let mail = service.mail("open@b.example", "/confirm/").await;
    assert!(!mail.text.contains("evil") && !mail.html.contains("evil"));
}

async fn a_link_does_only_what_it_is_for_and_only_by_post(on: On) {
    let service = TestService::start(on, "").await;
    service.post(SIGN, &signer("link@b.example", "en")).await;
    let mail = service.mail("link@b.example", "/confirm/").await;
    let confirm = link(&mail, "confirm");
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let asked = request(method, &confirm)
            .header("x-http-method-override", "POST")
            .header("x-method-override", "POST")
            .body(Body::empty());
        let answer = service.send(asked.expect("a request")).await;
        let refused = matches!(answer.status.as_u16(), 200 | 405);
        assert!(refused, "{method} {}", answer.status);
    }
    service.get(&format!("{confirm}?_method=POST")).await;
    for purpose in ["withdraw", "unsubscribe"] {
        let forged = confirm.replace("/confirm/", &format!("/{purpose}/"));
        let answer = service.post(&forged, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{forged}");
    }
    // One letter more, one less, others.
    let mut shorter = confirm.clone();
    shorter.pop();
    for forged in [
        format!("{confirm}A"),
        shorter,
        confirm.to_uppercase().replace("/CONFIRM/", "/confirm/"),
        format!("{confirm}/"),
        format!("{confirm}%00"),
    ] {
        let answer = service.post(&forged, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{forged}");
    }
    assert_eq!(service.count().await, 0);
    assert_eq!(
        service.post(&confirm, &[]).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        service.post(&confirm, &[]).await.status,
        StatusCode::SEE_OTHER
    );
    service.count_becomes(1).await;
}

async fn ids_lead_to_no_other_place(on: On) {
    let service = TestService::start(on, "").await;
    for (path, status) in [
        ("/petitions/..%2f..%2fetc%2fpasswd/count", 404),
        ("/petitions/%2e%2e/count", 404),
        ("/petitions/safe-online%00/count", 404),
        ("/petitions/%ff/count", 400),
        ("/confirm/%ff", 400),
        ("/confirm/..%2f..%2fetc", 404),
        ("/captcha?form=a&form=b", 400),
    ] {
        let answer = service.get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        let by_us = answer.header("content-type").starts_with("text/plain");
        assert!(!by_us, "{path}: {}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}

async fn each_answer_tells_browsers_to_keep_and_tell_nothing(on: On) {
    let service = TestService::start(on, "").await;
    service.post(SIGN, &signer("head@b.example", "en")).await;
    let mail = service.mail("head@b.example", "/confirm/").await;
    let mut answers = Vec::new();
    for path in [
        link(&mail, "confirm"),
        link(&mail, "withdraw"),
        "/x".to_owned(),
    ] {
        answers.push(service.get(&path).await);
    }
    answers.push(service.post(SIGN, &[]).await);
    answers.push(service.post(SIGN, &signer("two@b.example", "en")).await);
    for answer in answers {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("object-src 'none'"));
        assert!(!policy.contains("script-src 'self' 'unsafe"), "{policy}");
    }
}

async fn a_captcha_answers_for_one_form_once(on: On) {
    let service =
        TestService::start(on, "captcha.provider = \"altcha\"\ncaptcha.altcha.cost = 1").await;
    let solved = async |form: &str| {
        let asked = format!("/captcha/altcha?form={form}");
        altcha::tests::solve(&service.get(&asked).await.json())
    };
    let sign = async |email: &str, answer: &str| {
        let mut fields = signer(email, "en");
        fields.push(("altcha", answer));
        service.post(SIGN, &fields).await.status
    };
    let elsewhere = solved("news").await;
    let elsewhere = elsewhere.altcha.as_deref().expect("an answer");
    assert_eq!(
        sign("a@b.example", elsewhere).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let right = solved("safe-online").await;
    let right = right.altcha.as_deref().expect("an answer");
    assert_eq!(sign("a@b.example", right).await, StatusCode::SEE_OTHER);
    assert_eq!(
        sign("c@b.example", right).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

async fn other_spellings_of_a_mailbox_bring_it_no_second_mail(on: On) {
    let service = TestService::start(on, "").await;
    for email in [
        "jan.jansen@gmail.com",
        "janjansen@gmail.com",
        "JANJANSEN@GMAIL.COM",
        "j.a.n.jansen+petition@googlemail.com",
        "jan.jansen+1@gmail.com",
    ] {
        let answer = service.post(SIGN, &signer(email, "en")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{email}");
    }
    service.mail("jan.jansen@gmail.com", "/confirm/").await;
    // A mail to another mailbox comes after all that were to come before it.
    service.post(SIGN, &signer("last@b.example", "en")).await;
    service.mail("last@b.example", "/confirm/").await;
    assert_eq!(service.mailer.mails().len(), 2);
}

async fn who_presses_many_links_that_do_not_exist_keeps_nobody_from_pressing_one(on: On) {
    let service = TestService::start(on, "limits.per_network_per_hour = 2").await;
    let press = async |path: &str| {
        let sent = request("POST", path).header("x-forwarded-for", "192.0.2.7");
        let answer = service
            .send(sent.body(Body::empty()).expect("a request"))
            .await;
        answer.status
    };
    service.post(SIGN, &signer("link@b.example", "en")).await;
    let mail = service.mail("link@b.example", "/confirm/").await;
    // Ten may miss; those that follow are looked at first, and told the same.
    for number in 0..30 {
        let purposes = ["confirm", "withdraw", "unsubscribe", "export", "erase"];
        let purpose = purposes[number % purposes.len()];
        let made_up = format!("/{purpose}/{}", TokenSecret::generate().expose());
        assert_eq!(press(&made_up).await, StatusCode::NOT_FOUND, "{number}");
    }
    let network = Network::of(
        &Keys::new(b"0123456789abcdef0123456789abcdef"),
        "192.0.2.7/32",
        "192.0.2.0/24",
    );
    assert!(service.service.is_used_up(Share::Strange, &network));
    let confirm = link(&mail, "confirm");
    assert_eq!(press(&confirm).await, StatusCode::SEE_OTHER);
    service.count_becomes(1).await;
    let withdraw = link(&mail, "withdraw");
    assert_eq!(press(&withdraw).await, StatusCode::SEE_OTHER);
}

async fn cookies_bear_a_name_that_only_tls_can_set(on: On) {
    for (url, beginning, secure) in [
        ("https://site.example/service", "__Secure-gs_", true),
        ("http://localhost/service", "gs_", false),
    ] {
        let settings = format!("public_url = \"{url}\"");
        let service = TestService::start(on, &settings).await;
        let taken = service.post(SIGN, &signer("a@b.example", "en")).await;
        let cookies: Vec<_> = taken.headers.get_all("set-cookie").iter().collect();
        assert_eq!(cookies.len(), 2);
        for cookie in cookies {
            let cookie = cookie.to_str().expect("text");
            assert!(cookie.starts_with(beginning), "{cookie}");
            assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
        }
    }
}

async fn stuffed_cookies_and_repeated_fields_do_no_harm(on: On) {
    let service = TestService::start(on, "").await;
    let stuffed = "__Secure-gs_nonce=x; ".repeat(300) + "__Secure-gs_nonce=";
    let twice = [signer("a@b.example", "en"), signer("c@b.example", "en")].concat();
    let mut sent = form(SIGN, &twice);
    let headers = sent.headers_mut();
    headers.insert("cookie", stuffed.parse().expect("a header"));
    assert_eq!(service.send(sent).await.status, StatusCode::SEE_OTHER);
    let many: Vec<_> = (0..5000).map(|n| format!("f{n}=")).collect();
    let many = send(&service, FORM, many.join("&")).await;
    assert_eq!(many.status, StatusCode::UNPROCESSABLE_ENTITY);
    service.mail("c@b.example", "/confirm/").await;
    assert_eq!(service.mailer.mails().len(), 1, "one form, one mail");
}

async fn a_body_that_breaks_off_and_one_that_is_too_long_are_told_apart_at_every_door(on: On) {
    let service = TestService::start(on, "limits.body_bytes = 1024").await;
    for path in [
        "/petitions/safe-online/sign",
        "/newsletters/news/subscribe",
        "/code",
        "/resend",
    ] {
        let post = || request("POST", path).header("content-type", FORM);
        let parts = [
            Ok("lang=en&code=1"),
            Err(std::io::Error::other("it broke off")),
        ];
        let broken = Body::from_stream(futures_util::stream::iter(parts));
        let answer = service.send(post().body(broken).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        let long = Body::from("x".repeat(2000));
        let answer = service.send(post().body(long).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}
