//! hCaptcha against a local server that behaves as its documented `siteverify`.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response as HttpResponse};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;

use super::*;
use crate::captcha::altcha::tests as altcha;

const SITEKEY: &str = "5a0b8a54-3b1c-4b1f-9d70-6a51a1f4e8c2";
const SECRET: &str = "ES_0123456789abcdef0123456789abcdef";

type Calls = Arc<AtomicUsize>;

/// The token says how the server is to behave.
async fn siteverify(
    State(calls): State<Calls>,
    Form(form): Form<HashMap<String, String>>,
) -> HttpResponse {
    calls.fetch_add(1, Ordering::SeqCst);
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let codes = |codes: &[&str]| Json(json!({"success": false, "error-codes": codes}));
    if field("secret") != SECRET {
        return codes(&["invalid-input-secret"]).into_response();
    }
    if field("sitekey") != SITEKEY {
        return codes(&["sitekey-secret-mismatch"]).into_response();
    }
    let good = |host: &str| {
        Json(json!({"success": true, "challenge_ts": "2026-11-24T12:00:00Z", "hostname": host}))
    };
    match field("response") {
        "good" => good("site.example").into_response(),
        "ip" => good(if field("remoteip") == "192.0.2.7" {
            "site.example"
        } else {
            "no"
        })
        .into_response(),
        "elsewhere" => good("evil.example").into_response(),
        "dummy" => good("dummy-key-pass").into_response(),
        "no-host" => Json(json!({"success": true})).into_response(),
        "both" => Json(json!({"success": true, "hostname": "site.example",
            "error-codes": ["invalid-input-response"]}))
        .into_response(),
        "no-codes" => Json(json!({"success": false})).into_response(),
        "empty-codes" => codes(&[]).into_response(),
        "truthy" => Json(json!({"success": "true", "hostname": "site.example"})).into_response(),
        "array" => Json(json!([true])).into_response(),
        "garbage" => "<html>success: true".into_response(),
        "empty" => StatusCode::OK.into_response(),
        "500" => (StatusCode::INTERNAL_SERVER_ERROR, "oops").into_response(),
        "good-500" => (StatusCode::BAD_GATEWAY, good("site.example")).into_response(),
        "good-404" => (StatusCode::NOT_FOUND, good("site.example")).into_response(),
        "moved" => axum::response::Redirect::temporary("/good").into_response(),
        "huge" => "[".repeat(8 * 1024 * 1024).into_response(),
        "hang" => std::future::pending().await,
        listed => codes(&listed.split('+').collect::<Vec<_>>()).into_response(),
    }
}

async fn server() -> (String, Calls) {
    let calls = Calls::default();
    let app = Router::new()
        .route("/siteverify", post(siteverify))
        .route(
            "/good",
            post(async || Json(json!({"success": true, "hostname": "site.example"}))),
        )
        .with_state(calls.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/siteverify", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, calls)
}

fn config(url: &str) -> HcaptchaConfig {
    HcaptchaConfig {
        verify_url: Some(url.to_owned()),
        time_limit: Duration::from_secs(20),
        ..HcaptchaConfig::new(SITEKEY, SECRET.into(), vec!["Site.example".to_owned()])
    }
}

fn answer(token: &str) -> Answer {
    Answer {
        altcha: None,
        hcaptcha: Some(token.to_owned()),
    }
}

fn context() -> VerifyContext<'static> {
    VerifyContext {
        form_id: "safe-online",
        lang: "nl",
        remote_ip: None,
    }
}

async fn ask(hcaptcha: &impl Captcha, token: &str) -> Verdict {
    hcaptcha.verify(&answer(token), &context()).await
}

const PASSED: Verdict = Verdict::Passed { replay_mark: None };

#[tokio::test]
async fn only_a_good_answer_for_our_host_passes() {
    let (url, _) = server().await;
    let hcaptcha = Hcaptcha::new(config(&url)).unwrap();
    assert_eq!(ask(&hcaptcha, "good").await, PASSED);
    let elsewhere = Verdict::Refused(RefusedReason::Elsewhere);
    for token in ["elsewhere", "dummy", "ip"] {
        assert_eq!(ask(&hcaptcha, token).await, elsewhere, "{token}");
    }
    let with_ip = VerifyContext {
        remote_ip: Some(IpAddr::from([192, 0, 2, 7])),
        ..context()
    };
    assert_eq!(hcaptcha.verify(&answer("ip"), &with_ip).await, PASSED);
    let none = hcaptcha.verify(&Answer::default(), &context()).await;
    assert_eq!(none, Verdict::Refused(RefusedReason::Missing));
    let long = "x".repeat(LONGEST_TOKEN + 1);
    assert_eq!(
        ask(&hcaptcha, &long).await,
        Verdict::Refused(RefusedReason::Malformed)
    );
}

#[tokio::test]
async fn each_documented_code_has_its_verdict() {
    let (url, _) = server().await;
    let hcaptcha = Hcaptcha::new(config(&url)).unwrap();
    for (code, reason) in [
        ("missing-input-response", RefusedReason::Missing),
        ("invalid-input-response", RefusedReason::Wrong),
        ("expired-input-response", RefusedReason::Expired),
        ("already-seen-response", RefusedReason::Used),
        ("invalid-or-already-seen-response", RefusedReason::Used),
    ] {
        assert_eq!(
            ask(&hcaptcha, code).await,
            Verdict::Refused(reason),
            "{code}"
        );
    }
    for code in [
        "bad-request",
        "missing-remoteip",
        "invalid-remoteip",
        "not-using-dummy-passcode",
        "sitekey-secret-mismatch",
        "missing-input-secret",
        "invalid-input-secret",
    ] {
        let settings = UnavailableReason::Settings(code.to_owned());
        assert_eq!(ask(&hcaptcha, code).await, Verdict::Unavailable(settings));
    }
    let unknown = UnavailableReason::Unknown("brand-new".to_owned());
    let mixed = "invalid-input-response+brand-new+bad-request";
    assert_eq!(ask(&hcaptcha, mixed).await, Verdict::Unavailable(unknown));
    let settings = UnavailableReason::Settings("bad-request".to_owned());
    let mixed = "invalid-input-response+bad-request";
    assert_eq!(ask(&hcaptcha, mixed).await, Verdict::Unavailable(settings));
}

#[tokio::test]
async fn what_cannot_be_read_is_no_success() {
    let (url, _) = server().await;
    for token in [
        "no-host",
        "both",
        "no-codes",
        "empty-codes",
        "truthy",
        "array",
        "garbage",
        "empty",
        "500",
        "good-500",
        "good-404",
        "moved",
        "huge",
    ] {
        let hcaptcha = Hcaptcha::new(config(&url)).unwrap();
        let verdict = ask(&hcaptcha, token).await;
        assert!(
            matches!(verdict, Verdict::Unavailable(_)),
            "{token}: {verdict:?}"
        );
    }
}

#[tokio::test]
async fn a_hang_ends_with_the_time_limit() {
    let (url, _) = server().await;
    let mut config = config(&url);
    config.time_limit = Duration::from_millis(50);
    let hcaptcha = Hcaptcha::new(config).unwrap();
    let timeout = Verdict::Unavailable(UnavailableReason::Timeout);
    assert_eq!(ask(&hcaptcha, "hang").await, timeout);
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", free.local_addr().unwrap());
    drop(free);
    let hcaptcha = Hcaptcha::new(config(&url)).unwrap();
    let unreachable = Verdict::Unavailable(UnavailableReason::Unreachable);
    assert_eq!(ask(&hcaptcha, "good").await, unreachable);
}

#[tokio::test]
async fn five_failures_give_the_provider_a_rest() {
    let (url, calls) = server().await;
    let hcaptcha = Hcaptcha::new(config(&url)).unwrap();
    for _ in 0..5 {
        ask(&hcaptcha, "500").await;
    }
    let resting = Verdict::Unavailable(UnavailableReason::Resting);
    assert_eq!(ask(&hcaptcha, "good").await, resting);
    assert_eq!(calls.load(Ordering::SeqCst), 5, "no sixth call");
}

#[tokio::test]
async fn odd_tokens_do_not_switch_the_provider_off() {
    let (url, _) = server().await;
    let hcaptcha = Hcaptcha::new(config(&url)).unwrap();
    for token in ["bad-request", "brand-new", "sitekey-secret-mismatch"].repeat(3) {
        ask(&hcaptcha, token).await;
    }
    assert!(!hcaptcha.ails());
    assert_eq!(ask(&hcaptcha, "good").await, PASSED);
}

#[tokio::test]
async fn only_so_many_calls_wait_at_once() {
    let (url, calls) = server().await;
    let mut config = config(&url);
    config.calls_at_once = 1;
    let hcaptcha = Arc::new(Hcaptcha::new(config).unwrap());
    let waiting = hcaptcha.clone();
    let first = tokio::spawn(async move { ask(waiting.as_ref(), "hang").await });
    while calls.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let busy = Verdict::Unavailable(UnavailableReason::Busy);
    assert_eq!(ask(hcaptcha.as_ref(), "good").await, busy);
    first.abort();
    assert!(first.await.is_err());
    assert_eq!(ask(hcaptcha.as_ref(), "good").await, PASSED);
}

#[tokio::test]
async fn altcha_stands_in_only_while_hcaptcha_ails() {
    let (url, _) = server().await;
    let hcaptcha = Hcaptcha::new(config(&url)).unwrap();
    let stand_in = altcha::provider("secret");
    let solved = altcha::solve(&stand_in.challenge("safe-online", "nl").unwrap());
    let both = HcaptchaWithFallback::new(hcaptcha, stand_in);

    assert!(matches!(both.provider("/c"), Provider::Hcaptcha { .. }));
    assert_eq!(both.challenge("safe-online", "nl"), None);
    let missing = Verdict::Refused(RefusedReason::Missing);
    assert_eq!(both.verify(&solved, &context()).await, missing);

    let unreachable = Verdict::Unavailable(UnavailableReason::Unreachable);
    assert_eq!(ask(&both, "500").await, unreachable);
    assert!(matches!(both.provider("/c"), Provider::Altcha { .. }));
    assert!(both.challenge("safe-online", "nl").is_some());
    let passed = both.verify(&solved, &context()).await;
    assert!(matches!(
        passed,
        Verdict::Passed {
            replay_mark: Some(_)
        }
    ));
    let two = Answer {
        hcaptcha: Some("500".to_owned()),
        ..solved.clone()
    };
    let passed = both.verify(&two, &context()).await;
    assert!(matches!(
        passed,
        Verdict::Passed {
            replay_mark: Some(_)
        }
    ));

    assert_eq!(ask(&both, "good").await, PASSED);
    assert!(matches!(both.provider("/c"), Provider::Hcaptcha { .. }));
}

#[tokio::test]
async fn all_mistakes_in_the_settings_are_named() {
    let bad = HcaptchaConfig {
        verify_url: Some("http://site.example/".to_owned()),
        time_limit: Duration::ZERO,
        ..HcaptchaConfig::new("x", "é".into(), vec![" ".to_owned()])
    };
    assert_eq!(bad.problems().len(), 5);
    for secret in ["", "0", "ES", "ES_", "ééé", "0x12"] {
        let bad = HcaptchaConfig::new(SITEKEY, secret.into(), vec!["a".to_owned()]);
        assert_eq!(bad.problems().len(), 1, "{secret}");
    }
}

#[tokio::test]
async fn test_keys_must_be_allowed() {
    let (url, _) = server().await;
    let mut config = config(&url);
    config.sitekey = TEST_SITEKEYS[0].to_owned();
    assert_eq!(config.problems().len(), 1);
    config.allow_test_keys = true;
    assert_eq!(config.problems(), Vec::<String>::new());

    config.sitekey = SITEKEY.to_owned();
    let hcaptcha = Hcaptcha::new(config).unwrap();
    assert_eq!(ask(&hcaptcha, "dummy").await, PASSED);
}
