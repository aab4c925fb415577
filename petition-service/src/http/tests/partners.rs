//! Forms on sites of others: taken for the petition that names the site, and for no other.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use campaign_file::{CampaignFile, FormKind, Partner};
use serde_json::json;

use super::{Answer, SIGN, TestService, form, link, request, signer};
use crate::campaign::sample;
use crate::store::testing::{On, on_both};

on_both![
    a_partners_form_is_taken_and_leads_to_the_sites_own_page,
    what_does_not_belong_together_is_refused,
    a_partners_page_reads_answers_about_its_petition_only,
    a_form_that_needs_mending_keeps_its_partner,
];

const NORTH: &str = "https://north.example";

/// The sample with two partners, and a second petition that has none.
fn campaign() -> CampaignFile {
    let mut file = sample::file();
    let mut alone = file.forms.get("safe-online").expect("a petition").clone();
    let partner = |code: &str| Partner {
        code: code.to_owned(),
        origin: format!("https://{code}.example"),
    };
    if let Some(form) = file.forms.get_mut("safe-online")
        && let FormKind::Petition(facts) = &mut form.kind
    {
        facts.partners = vec![partner("north"), partner("south")];
    }
    for (code, language) in &mut alone.languages {
        language.page = format!("https://site.example/{code}/alone/");
    }
    file.forms.insert("alone".to_owned(), alone);
    file
}

fn from(origin: &str, path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let mut form = form(path, fields);
    let headers = form.headers_mut();
    headers.insert("origin", origin.parse().expect("a header"));
    headers.insert("sec-fetch-site", "cross-site".parse().expect("a header"));
    form
}

async fn posted(service: &TestService, origin: &str, partner: &str, email: &str) -> Answer {
    let fields = [signer(email, "fr"), vec![("partner", partner)]].concat();
    service.send(from(origin, SIGN, &fields)).await
}

async fn a_partners_form_is_taken_and_leads_to_the_sites_own_page(on: On) {
    let service = TestService::start_with(on, "", &campaign()).await;
    for (origin, partner, email) in [
        (NORTH, "north", "a@example.org"),
        (NORTH, "", "b@example.org"),
        ("https://south.example", "south", "c@example.org"),
        ("https://site.example", "", "d@example.org"),
        ("https://site.example", "unknown", "e@example.org"),
        // Shown again after a mistake, it comes from the service itself.
        ("https://site.example", "north", "f@example.org"),
    ] {
        let answer = posted(&service, origin, partner, email).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{origin} {partner}");
        let next = answer.header("location");
        assert!(next.starts_with("https://site.example/fr/"), "{next}");
        let mail = service.mail(email, "/confirm/").await;
        let confirmed = service.post(&link(&mail, "confirm"), &[]).await;
        assert_eq!(confirmed.status, StatusCode::SEE_OTHER);
    }
    let counts = service
        .store()
        .await
        .partner_counts(None)
        .await
        .expect("read");
    let found: Vec<_> = counts
        .iter()
        .map(|one| (one.partner.as_deref().unwrap_or("-"), one.count))
        .collect();
    assert_eq!(found, [("north", 3), ("-", 2), ("south", 1)]);
}

async fn what_does_not_belong_together_is_refused(on: On) {
    let service = TestService::start_with(on, "", &campaign()).await;
    for (origin, partner) in [
        ("https://evil.example", "north"),
        ("https://north.example.evil.example", "north"),
        ("http://north.example", "north"),
        ("https://north.example:8443", "north"),
        (NORTH, "south"),
        (NORTH, "other"),
        ("null", "north"),
    ] {
        let answer = posted(&service, origin, partner, "a@example.org").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin} {partner}");
    }
    let fields = signer("a@example.org", "fr");
    for path in ["/petitions/alone/sign", "/newsletters/news/subscribe"] {
        let answer = service.send(from(NORTH, path, &fields)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(service.mailer.mails().is_empty());
}

async fn a_partners_page_reads_answers_about_its_petition_only(on: On) {
    let service = TestService::start_with(on, "", &campaign()).await;
    let preflight = |path: &str, origin: &str| {
        request("OPTIONS", path)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type")
            .body(Body::empty())
            .expect("a request")
    };
    let allowed = "access-control-allow-origin";
    let answer = service.send(preflight(SIGN, NORTH)).await;
    assert_eq!(answer.header(allowed), NORTH);
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    assert!(
        answer
            .header("access-control-max-age")
            .parse::<u32>()
            .is_ok()
    );
    for (path, origin) in [
        (SIGN, "https://evil.example"),
        ("/petitions/alone/sign", NORTH),
        ("/newsletters/news/subscribe", NORTH),
        ("/confirm/abc", NORTH),
    ] {
        let answer = service.send(preflight(path, origin)).await;
        assert_eq!(answer.header(allowed), "", "{path} {origin}");
    }
    let get = |path: &str| {
        let asked = request("GET", path).header("origin", NORTH);
        asked.body(Body::empty()).expect("a request")
    };
    for (path, wanted) in [
        ("/petitions/safe-online/count", NORTH),
        ("/petitions/safe-online/signers", NORTH),
        ("/petitions/safe-online/countries", NORTH),
        ("/captcha?form=safe-online&lang=fr", NORTH),
        ("/petitions/alone/count", ""),
        ("/captcha?form=alone", ""),
        ("/captcha", ""),
        ("/healthz", ""),
    ] {
        let answer = service.send(get(path)).await;
        assert_eq!(answer.header(allowed), wanted, "{path}");
        assert!(answer.header("vary").contains("origin"), "{path}");
    }
    let body = json!({"first_name": "Anna", "last_name": "V", "email": "j@example.org",
        "consent": true, "lang": "en", "partner": "north"});
    let posted = request("POST", SIGN)
        .header("origin", NORTH)
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .expect("a request");
    let answer = service.send(posted).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    assert_eq!(answer.header(allowed), NORTH);
}

async fn a_form_that_needs_mending_keeps_its_partner(on: On) {
    let service = TestService::start_with(on, "", &campaign()).await;
    let answer = posted(&service, NORTH, "north", "no address").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let hidden = "<input type=\"hidden\" name=\"partner\" value=\"north\">";
    assert!(answer.body.contains(hidden), "{}", answer.body);
}
