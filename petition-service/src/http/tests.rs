//! The addresses, tried as browsers, programs and attackers try them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::app::App;
use crate::campaign::sample;
use crate::config;
use crate::domain::Clock;
use crate::mail::Mail;
use crate::mail::memory::MemoryMailer;

/// The real service on a database of its own, with a mailbox in memory.
struct TestService {
    router: Router,
    mailer: Arc<MemoryMailer>,
    stop: CancellationToken,
    _tasks: JoinSet<()>,
    folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

impl TestService {
    async fn start(settings: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let json = sample::file().to_json().expect("JSON");
        std::fs::write(folder.path().join("campaign.json"), json).expect("written");
        let base = r#"
            public_url = "https://site.example/service"
            campaign_file = "campaign.json"
            counts_file = "counts.json"
            trusted_proxies = ["10.0.0.0/8"]
            cors_origins = ["https://partner.example"]
            database.path = "data.sqlite"
            secrets.key = "0123456789abcdef0123456789abcdef"
            mail = { host = "localhost", security = "none", sender = "p@site.example" }
            captcha.provider = "none"
        "#;
        let table = config::layered(base.parse().expect("TOML"), settings.parse().expect("TOML"));
        let config = config::read(&table, folder.path()).expect("sound");
        let mailer = Arc::new(MemoryMailer::new());
        let app = App::open_with(config, mailer.clone(), None, Clock::system())
            .await
            .expect("open");
        let stop = CancellationToken::new();
        let tasks = app.spawn_background(&stop);
        Self {
            router: Router::new().nest("/service", app.router()),
            mailer,
            stop,
            _tasks: tasks,
            folder,
        }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let mut request = request;
        let peer: SocketAddr = "10.0.0.1:5555".parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.expect("a body");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).expect("text"),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path).body(Body::empty()).expect("a request"))
            .await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(form(path, fields)).await
    }

    /// The newest mail to an address whose text holds `part`.
    async fn mail(&self, to: &str, part: &str) -> Mail {
        for _ in 0..200 {
            let found = self
                .mailer
                .mails()
                .into_iter()
                .rev()
                .find(|mail| mail.to.expose() == to && mail.text.contains(part));
            if let Some(mail) = found {
                return mail;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no mail to {to} with {part}");
    }

    async fn count(&self) -> i64 {
        let answer = self.get("/petitions/safe-online/count").await;
        answer.json()["count"].as_i64().expect("a number")
    }

    async fn count_becomes(&self, wanted: i64) {
        for _ in 0..200 {
            if self.count().await == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the count is {}, not {wanted}", self.count().await);
    }
}

impl Drop for TestService {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(format!("/service{path}"))
}

fn form(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    request("POST", path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .expect("a request")
}

const SIGN: &str = "/petitions/safe-online/sign";

fn signer<'a>(email: &'a str, lang: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("first_name", "Anna"),
        ("last_name", "de Vries"),
        ("email", email),
        ("consent", "yes"),
        ("lang", lang),
        ("form_page", "https://site.example/safe-online/"),
    ]
}

/// The path of the first link of that kind in a mail, below the service.
fn link(mail: &Mail, kind: &str) -> String {
    let start = format!("https://site.example/service/{kind}/");
    let (_, rest) = mail.text.split_once(&start).expect("a link");
    let token = rest.split_whitespace().next().expect("a token");
    format!("/{kind}/{token}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_from_form_to_count() {
    let service = TestService::start("").await;
    let answer = service.post(SIGN, &signer("anna@example.org", "fr")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(
        answer.header("location"),
        "https://site.example/fr/check-mail/"
    );
    let cookie = answer.header("set-cookie").to_owned();
    for part in [
        "gs_nonce=",
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
        assert_eq!(done.header("location"), "https://site.example/fr/signed/");
    }
    service.count_becomes(1).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn programs_speak_json_and_get_the_same() {
    let service = TestService::start("").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn every_mistake_is_shown_at_once_in_the_visitors_language() {
    let service = TestService::start("").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn known_and_unknown_addresses_get_the_same_answer() {
    let service = TestService::start("").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_newsletter_from_form_to_one_click() {
    let service = TestService::start("").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn links_that_lead_nowhere() {
    let service = TestService::start("").await;
    let token = "A".repeat(43);
    for path in [
        "/confirm/x".to_owned(),
        format!("/confirm/{token}"),
        format!("/withdraw/{token}"),
        "/nothing".to_owned(),
    ] {
        let answer = service.get(&path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains("nl error not found"), "{path}");
    }
    let answer = service.post(&format!("/confirm/{token}"), &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(
        service.get(SIGN).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_may_be_cached_and_asked_for_by_named_sites() {
    let service = TestService::start("").await;
    let ask = |origin: &str, tag: &str| {
        request("GET", "/petitions/safe-online/count")
            .header("origin", origin)
            .header("if-none-match", tag)
            .body(Body::empty())
            .expect("a request")
    };
    let answer = service.send(ask("https://partner.example", "")).await;
    assert_eq!(answer.json()["goal"], 1000);
    assert!(
        answer
            .header("cache-control")
            .starts_with("public, max-age")
    );
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://partner.example"
    );
    let tag = answer.header("etag").to_owned();
    let again = service.send(ask("https://evil.example", &tag)).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert_eq!(again.header("access-control-allow-origin"), "");
    assert_eq!(
        service.get("/petitions/news/count").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_other_sites_and_too_large_ones_are_refused() {
    let service = TestService::start("limits.body_bytes = 2048").await;
    let mut foreign = form(SIGN, &signer("x@example.org", "en"));
    foreign
        .headers_mut()
        .insert("origin", "https://evil.example".parse().expect("a header"));
    assert_eq!(service.send(foreign).await.status, StatusCode::FORBIDDEN);
    let large = "x".repeat(4096);
    let answer = service
        .post(SIGN, &[("comment", &large), ("lang", "fr")])
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_network_cannot_take_all_and_cannot_pretend_to_be_another() {
    let service = TestService::start("limits.per_network_per_hour = 2").await;
    let mut last = StatusCode::OK;
    for number in 0..3 {
        let mut request = form(SIGN, &signer("x@example.org", "en"));
        let hops = format!("{number}.{number}.{number}.{number}, 192.0.2.7");
        request
            .headers_mut()
            .insert("x-forwarded-for", hops.parse().expect("a header"));
        last = service.send(request).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let mut other = form(SIGN, &signer("x@example.org", "en"));
    other
        .headers_mut()
        .insert("x-forwarded-for", "198.51.100.1".parse().expect("a header"));
    assert_eq!(service.send(other).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_a_form_is_taken_on_a_small_budget() {
    let service = TestService::start(
        "captcha.provider = \"altcha\"\ncaptcha.altcha.cost = 10\nlimits.unproven_per_hour = 1",
    )
    .await;
    let captcha = service
        .get("/captcha?form=safe-online&lang=fr")
        .await
        .json();
    assert_eq!(captcha["provider"], "altcha");
    let address = captcha["challenge_url"]
        .as_str()
        .expect("an address")
        .to_owned();
    let challenge = service
        .get(address.strip_prefix("/service").expect("ours"))
        .await;
    assert_eq!(challenge.status, StatusCode::OK);
    let first = service.post(SIGN, &signer("one@example.org", "fr")).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    let second = service.post(SIGN, &signer("two@example.org", "fr")).await;
    assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(second.body.contains("fr error captcha unavailable"));
    let wrong = [
        signer("three@example.org", "fr"),
        vec![("altcha", "garbage")],
    ]
    .concat();
    let answer = service.post(SIGN, &wrong).await;
    assert!(answer.body.contains("fr error captcha"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn for_the_webmaster() {
    let service = TestService::start("").await;
    assert_eq!(service.get("/healthz").await.body, "ok\n");
    assert_eq!(service.get("/readyz").await.status, StatusCode::OK);
    let answer = service.get("/healthz").await;
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(
        answer
            .header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
}
