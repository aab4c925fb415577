//! A petition in each state of its life, at the same addresses.

use axum::body::Body;
use axum::http::StatusCode;
use campaign_file::{CampaignFile, FormKind, PetitionState};
use serde_json::json;

use super::{SIGN, TestService, request, signer};
use crate::campaign::sample;
use crate::store::testing::On;

/// The sample with one petition for each state, named after it, and one whose first day has not come.
fn campaign() -> CampaignFile {
    let mut file = sample::file();
    let petition = file.forms.get("safe-online").expect("a petition").clone();
    for (id, state, opens) in [
        ("draft", PetitionState::Draft, None),
        ("soon", PetitionState::Open, Some("2999-01-01")),
        ("paused", PetitionState::Paused, None),
        ("closed", PetitionState::Closed, None),
        ("delivered", PetitionState::Delivered, None),
        ("won", PetitionState::Won, None),
    ] {
        let mut form = petition.clone();
        if let FormKind::Petition(facts) = &mut form.kind {
            facts.state = state;
            facts.opens = opens.map(str::to_owned);
        }
        file.forms.insert(id.to_owned(), form);
    }
    file
}

const ANSWERS: [(&str, &str); 6] = [
    ("draft", "not open yet"),
    ("soon", "not open yet"),
    ("paused", "paused"),
    ("closed", "closed"),
    ("delivered", "closed"),
    ("won", "closed"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_form_for_a_petition_that_cannot_be_signed_is_told_why_in_its_language() {
    let service = TestService::start_with(On::Sqlite, "", &campaign()).await;
    for (id, reason) in ANSWERS {
        for lang in sample::LANGUAGES {
            let path = format!("/petitions/{id}/sign");
            let answer = service.post(&path, &signer("a@example.org", lang)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{id}");
            let told = format!("{lang} error {reason}");
            assert!(answer.body.contains(&told), "{id}: {}", answer.body);
            assert!(answer.body.contains(&format!("lang=\"{lang}\"")), "{id}");
            assert!(!answer.body.contains("<form"), "nothing to send again");
            assert!(answer.body.contains("/safe-online/\""), "the way back");
            let body = json!({"email": "a@example.org", "consent": true, "lang": lang});
            let posted = request("POST", &path)
                .header("content-type", "application/json")
                .body(Body::from(body.to_string()))
                .expect("a request");
            let answer = service.send(posted).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{id}");
            let wanted = json!({"status": "invalid", "errors": [{"field": "", "message": told}]});
            assert_eq!(answer.json(), wanted, "{id}");
        }
    }
    assert!(service.mailer.mails().is_empty());
    let answer = service.post(SIGN, &signer("a@example.org", "ar")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "the open one");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_of_every_state_stay_where_they_are() {
    let service = TestService::start_with(On::Sqlite, "", &campaign()).await;
    for (id, _) in ANSWERS {
        for figure in ["count", "countries", "signers"] {
            let answer = service.get(&format!("/petitions/{id}/{figure}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{id} {figure}");
            assert_eq!(answer.json()["id"], id);
        }
    }
}
