//! What is refused, limited, or for the webmaster alone.

use axum::body::Body;
use axum::http::StatusCode;

use super::{SIGN, TestService, form, link, request, signer};
use crate::campaign::sample;
use crate::store::testing::{On, on_both};

on_both![
    links_that_lead_nowhere,
    counts_may_be_cached_and_asked_for_by_named_sites,
    forms_of_other_sites_and_too_large_ones_are_refused,
    programs_are_told_what_is_wrong_in_json,
    a_network_gets_only_so_many_challenges,
    one_network_cannot_use_up_what_is_there_for_browsers_without_scripts,
    one_network_cannot_take_all_and_cannot_pretend_to_be_another,
    without_scripts_a_form_is_taken_on_a_small_budget,
    for_the_webmaster,
    a_service_on_a_host_of_its_own_may_wear_the_sites_look,
    nobody_signs_in_a_language_whose_consent_text_does_not_exist,
    who_signed_in_a_language_that_the_form_lost_can_still_withdraw,
    pages_may_ask_another_company_only_if_its_captcha_is_configured,
];

async fn links_that_lead_nowhere(on: On) {
    let service = TestService::start(on, "").await;
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

async fn counts_may_be_cached_and_asked_for_by_named_sites(on: On) {
    let service = TestService::start(on, "").await;
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

async fn forms_of_other_sites_and_too_large_ones_are_refused(on: On) {
    let service = TestService::start(on, "limits.body_bytes = 2048").await;
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

async fn programs_are_told_what_is_wrong_in_json(on: On) {
    let service = TestService::start(on, "limits.body_bytes = 2048").await;
    let json = |path: &str, origin: &str, body: String| {
        request("POST", path)
            .header("content-type", "application/json")
            .header("origin", origin)
            .body(Body::from(body))
            .expect("a request")
    };
    let site = "https://site.example";
    for (path, origin, body, status) in [
        (SIGN, site, "[1]".to_owned(), "bad_request"),
        (SIGN, "https://evil.example", "{}".to_owned(), "forbidden"),
        ("/petitions/none/sign", site, "{}".to_owned(), "not_found"),
        (SIGN, site, "x".repeat(4096), "too_large"),
        ("/nothing", site, "{}".to_owned(), "not_found"),
    ] {
        let answer = service.send(json(path, origin, body)).await;
        assert!(answer.status.is_client_error());
        assert_eq!(answer.json()["status"], status, "{path}");
        assert!(answer.json()["message"].is_string());
    }
}

async fn a_network_gets_only_so_many_challenges(on: On) {
    let service = TestService::start(
        on,
        "captcha.provider = \"altcha\"\ncaptcha.altcha.cost = 10\nlimits.per_network_per_hour = 1",
    )
    .await;
    let ask = async |network: &str| {
        let asked = request("GET", "/captcha/altcha?form=safe-online")
            .header("x-forwarded-for", network)
            .body(Body::empty())
            .expect("a request");
        service.send(asked).await
    };
    for _ in 0..5 {
        assert_eq!(ask("192.0.2.7").await.status, StatusCode::OK);
    }
    assert_eq!(ask("192.0.2.8").await.status, StatusCode::OK, "a neighbour");
    let limited = ask("192.0.2.7").await;
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(limited.header("retry-after"), "");
    // The script that asks can read why there is none.
    let none = service.get("/captcha/altcha?form=nothing&lang=fr").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    assert_eq!(none.json()["status"], "not_found");
    assert_eq!(none.json()["message"], "fr error not found");
    assert_eq!(ask("198.51.100.1").await.status, StatusCode::OK);
}

async fn one_network_cannot_use_up_what_is_there_for_browsers_without_scripts(on: On) {
    let service = TestService::start(
        on,
        "captcha.provider = \"altcha\"\nlimits.unproven_per_hour = 20",
    )
    .await;
    let sign = async |network: &str, email: &str| {
        let mut request = form(SIGN, &signer(email, "fr"));
        let network = network.parse().expect("a header");
        request.headers_mut().insert("x-forwarded-for", network);
        service.send(request).await.status
    };
    for number in 0..2 {
        let email = format!("s{number}@example.org");
        assert_eq!(sign("192.0.2.7", &email).await, StatusCode::SEE_OTHER);
    }
    let third = sign("192.0.2.9", "s2@example.org").await;
    assert_eq!(third, StatusCode::UNPROCESSABLE_ENTITY, "a tenth of it");
    let other = sign("198.51.100.1", "s3@example.org").await;
    assert_eq!(other, StatusCode::SEE_OTHER);
}

async fn one_network_cannot_take_all_and_cannot_pretend_to_be_another(on: On) {
    let service = TestService::start(on, "limits.per_network_per_hour = 2").await;
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

async fn without_scripts_a_form_is_taken_on_a_small_budget(on: On) {
    let service = TestService::start(
        on,
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
    let mut second = form(SIGN, &signer("two@example.org", "fr"));
    second
        .headers_mut()
        .insert("x-forwarded-for", "198.51.100.1".parse().expect("a header"));
    let second = service.send(second).await;
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

async fn for_the_webmaster(on: On) {
    let service = TestService::start(on, "").await;
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

async fn a_service_on_a_host_of_its_own_may_wear_the_sites_look(on: On) {
    let service = TestService::start(on, "public_url = \"https://sign.example\"").await;
    let policy = service.get("/healthz").await;
    let policy = policy.header("content-security-policy");
    for part in [
        "form-action 'self' https://site.example;",
        "style-src 'self' https://site.example ",
        "script-src 'self' https://site.example ",
    ] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    assert!(!policy.contains("evil"));
}

/// The sample whose petition lacks French.
fn without_french() -> campaign_file::CampaignFile {
    let mut file = sample::file();
    let petition = file.forms.get_mut("safe-online").expect("the petition");
    petition.languages.remove("fr");
    file
}

async fn nobody_signs_in_a_language_whose_consent_text_does_not_exist(on: On) {
    let service = TestService::start_with(on, "", &without_french()).await;
    let answer = service.post(SIGN, &signer("x@example.org", "fr")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("fr error language"), "{}", answer.body);
    for (code, stands) in [("nl", true), ("en", true), ("ar", true), ("fr", false)] {
        let link = format!("hreflang=\"{code}\"");
        assert_eq!(answer.body.contains(&link), stands, "{code}");
    }
    let json = r#"{"email": "x@example.org", "first_name": "X", "consent": "yes", "lang": "fr"}"#;
    let sent = request("POST", SIGN).header("content-type", "application/json");
    let told = service
        .send(sent.body(Body::from(json)).expect("a request"))
        .await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(told.json()["errors"][0]["field"], "lang");
    assert_eq!(
        told.json()["languages"],
        serde_json::json!(["ar", "en", "nl"])
    );
    // A language that nobody speaks, or none at all, is no consent either.
    for lang in ["", "xx"] {
        let answer = service.post(SIGN, &signer("x@example.org", lang)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{lang}");
    }
    let mut program = form(SIGN, &signer("x@example.org", "fr"));
    let json = "application/json".parse().expect("a header");
    program.headers_mut().insert("accept", json);
    let answer = service.send(program).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json()["errors"][0]["field"], "lang");
    assert!(service.mailer.mails().is_empty(), "nothing is stored");
    let taken = service.post(SIGN, &signer("x@example.org", "en")).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER);
}

async fn who_signed_in_a_language_that_the_form_lost_can_still_withdraw(on: On) {
    let service = TestService::start(on, "").await;
    service.post(SIGN, &signer("x@example.org", "fr")).await;
    let mail = service.mail("x@example.org", "/confirm/").await;
    service.post(&link(&mail, "confirm"), &[]).await;
    service.count_becomes(1).await;
    let json = without_french().to_json().expect("JSON");
    std::fs::write(service.folder.path().join("campaign.json"), json).expect("written");
    let again = signer("y@example.org", "fr");
    for _ in 0..200 {
        if service.post(SIGN, &again).await.status == StatusCode::UNPROCESSABLE_ENTITY {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    let page = service.get(&link(&mail, "withdraw")).await;
    assert_eq!(page.status, StatusCode::OK);
    let left = service.post(&link(&mail, "withdraw"), &[]).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER);
    service.count_becomes(0).await;
}

async fn pages_may_ask_another_company_only_if_its_captcha_is_configured(on: On) {
    let ours = TestService::start(on, "captcha.provider = \"altcha\"").await;
    let policy = ours.get("/nothing").await;
    let policy = policy.header("content-security-policy");
    assert!(!policy.contains("hcaptcha"), "{policy}");
    assert!(policy.contains("frame-src 'none'"), "{policy}");
    let theirs = TestService::start(
        on,
        "captcha.provider = \"hcaptcha\"\ncaptcha.hcaptcha.sitekey = \"10000000-ffff-ffff-ffff-000000000001\"\n\
         captcha.hcaptcha.secret = \"0x0000000000000000000000000000000000000000\"\n\
         captcha.hcaptcha.hostnames = [\"site.example\"]\ncaptcha.hcaptcha.allow_test_keys = true",
    )
    .await;
    let policy = theirs.get("/nothing").await;
    let policy = policy.header("content-security-policy");
    assert!(
        policy.contains("frame-src https://hcaptcha.com"),
        "{policy}"
    );
}
