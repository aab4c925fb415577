//! `GET /captcha` and `GET /captcha/altcha`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::router::Peer;
use super::{Web, answers};
use crate::usecases::Share;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    form: String,
    #[serde(default)]
    lang: String,
}

/// Which captcha the page's script is to show.
pub(super) async fn provider(State(web): State<Web>, Query(asked): Query<Asked>) -> Response {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("form", &asked.form)
        .append_pair("lang", &asked.lang)
        .finish();
    let challenge_url = format!("{}/captcha/altcha?{query}", web.base_path());
    Json(web.service().captcha.provider(&challenge_url)).into_response()
}

/// A challenge to solve. Making one costs us work too, so a network gets only so many.
pub(super) async fn challenge(
    State(web): State<Web>,
    Peer(peer): Peer,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let known = web
        .service()
        .campaign
        .current()
        .is_some_and(|campaign| campaign.file().forms.contains_key(&asked.form));
    if !known {
        return none(&web, &headers, &asked.lang);
    }
    let network = web.network(peer, &headers);
    if let Err(wait) = web.service().share(Share::Challenges, &network) {
        metrics::counter!("challenges_limited").increment(1);
        let body = Json(json!({"status": "rate_limited"}));
        let response = (StatusCode::TOO_MANY_REQUESTS, body).into_response();
        return answers::retry_after(response, wait.as_secs().max(1));
    }
    let captcha = Arc::clone(&web.service().captcha);
    let lang = asked.lang.clone();
    let made = tokio::task::spawn_blocking(move || captcha.challenge(&asked.form, &asked.lang));
    match made.await {
        Ok(Some(challenge)) => Json(challenge).into_response(),
        Ok(None) => none(&web, &headers, &lang),
        Err(error) => {
            tracing::error!(%error, "a challenge could not be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// There is no challenge for such a form. It is a script that asks, whatever it says that it accepts.
fn none(web: &Web, headers: &HeaderMap, lang: &str) -> Response {
    answers::problem_for_program(web, headers, lang, StatusCode::NOT_FOUND, "error_not_found")
}
