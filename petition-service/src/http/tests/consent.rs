//! Consent is given to the text that was shown.

use axum::http::StatusCode;
use campaign_file::ConsentText;

use super::{SIGN, TestService, signer};
use crate::store::testing::On;

fn with<'a>(email: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [signer(email, "fr"), more.to_vec()].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_has_changed_is_shown_and_asked_about_again() {
    let service = TestService::start(On::Sqlite, "").await;
    let old = ConsentText::hash("What stood there yesterday");
    let fields = with("a@example.org", &[("consent_sha256", &old)]);
    let answer = service.post(SIGN, &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("fr error consent changed"));
    let new = ConsentText::hash("Consent \"fr\" & more");
    assert!(answer.body.contains(&format!("value=\"{new}\"")));
    assert!(!answer.body.contains(" checked"), "{}", answer.body);

    let fields = with("a@example.org", &[("consent_sha256", &new)]);
    let answer = service.post(SIGN, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newsletters_text_counts_only_for_those_who_want_it() {
    let service = TestService::start(On::Sqlite, "").await;
    let old = ConsentText::hash("Yesterday's letter");
    let fields = with("a@example.org", &[("newsletter_sha256", &old)]);
    let answer = service.post(SIGN, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let wanted = [fields, vec![("newsletter", "yes")]].concat();
    let answer = service.post(SIGN, &wanted).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.body.matches(" checked").count(), 1, "consent only");
}
