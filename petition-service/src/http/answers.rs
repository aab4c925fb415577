//! Answers: pages in the visitor's language, redirects, JSON.

use axum::Json;
use axum::http::header::{LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use super::{Web, language};
use crate::campaign::Campaign;
use crate::pages::{self, Mistake};
use crate::store::StoreError;

/// To another page, by GET.
pub(super) fn see_other(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        // Addresses come from the site's build, which makes sound ones.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A page that says what went wrong, by the key of its text.
pub(super) fn problem(
    web: &Web,
    headers: &HeaderMap,
    lang: &str,
    status: StatusCode,
    key: &'static str,
) -> Response {
    let campaign = web.service().campaign.current();
    let page = match &campaign {
        Some(campaign) => {
            let voice = language::voice(campaign, headers, lang);
            pages::problem(Some(voice), "", voice.text(key))
        }
        None => pages::problem(
            None,
            "",
            "This service is starting. Please try again in a moment.",
        ),
    };
    (status, Html(page)).into_response()
}

/// The form does not exist in the visitor's language: says so in it, and where the form does exist.
pub(super) fn wrong_language(
    campaign: &Campaign,
    form_id: &str,
    headers: &HeaderMap,
    lang: &str,
    json: bool,
) -> Response {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let voice = language::voice(campaign, headers, lang);
    let message = voice.text("error_language");
    if json {
        let mistake = Mistake {
            field: "lang".to_owned(),
            message: message.to_owned(),
        };
        return invalid(status, &[mistake]);
    }
    let page = pages::other_languages(voice, message, &campaign.languages_of(form_id));
    (status, Html(page)).into_response()
}

/// The database did not do it.
pub(super) fn unavailable(
    web: &Web,
    headers: &HeaderMap,
    lang: &str,
    json: bool,
    error: &StoreError,
) -> Response {
    tracing::error!(%error, "the database did not answer");
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let mut response = if json {
        (status, Json(json!({"status": "unavailable"}))).into_response()
    } else {
        problem(web, headers, lang, status, "error_unavailable")
    };
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static("30"));
    response
}

/// What is to be mended, for a program.
pub(super) fn invalid(status: StatusCode, mistakes: &[Mistake]) -> Response {
    let errors: Vec<_> = mistakes
        .iter()
        .map(|mistake| json!({"field": mistake.field, "message": mistake.message}))
        .collect();
    (status, Json(json!({"status": "invalid", "errors": errors}))).into_response()
}
