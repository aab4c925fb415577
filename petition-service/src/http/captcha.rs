//! `GET /captcha` and `GET /captcha/altcha`.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::Web;

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

/// A challenge to solve.
pub(super) async fn challenge(State(web): State<Web>, Query(asked): Query<Asked>) -> Response {
    let known = web
        .service()
        .campaign
        .current()
        .is_some_and(|campaign| campaign.file().forms.contains_key(&asked.form));
    if !known {
        return StatusCode::NOT_FOUND.into_response();
    }
    match web.service().captcha.challenge(&asked.form, &asked.lang) {
        Some(challenge) => Json(challenge).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
