//! Answers: pages in the visitor's language, redirects, JSON.

use axum::Json;
use axum::http::header::{ACCEPT, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use super::{Web, language};
use crate::campaign::Campaign;
use crate::pages::{self, Mistake};
use crate::store::StoreError;

/// Seconds after which to ask again when the service cannot answer.
const AGAIN: u64 = 30;

/// Before there is a campaign file, which holds the words of all languages.
const STARTING: &str = "This service is starting. Please try again in a moment.";

/// Whether a program asks, to be answered in JSON: it sent some, or wants it first of all.
pub(super) fn to_program(headers: &HeaderMap) -> bool {
    [CONTENT_TYPE, ACCEPT].iter().any(|name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("application/json"))
    })
}

/// To another page, by GET.
pub(super) fn see_other(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        // Addresses come from the site's build, which makes sound ones.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What went wrong, by the key of its text: a page, or JSON for a program.
pub(super) fn problem(
    web: &Web,
    headers: &HeaderMap,
    lang: &str,
    status: StatusCode,
    key: &'static str,
) -> Response {
    if to_program(headers) {
        return problem_for_program(web, headers, lang, status, key);
    }
    let campaign = web.service().campaign.current();
    let voice = campaign
        .as_deref()
        .map(|campaign| language::voice(campaign, headers, lang));
    let message = voice.map_or(STARTING, |voice| voice.text(key));
    (status, Html(pages::problem(voice, "", message))).into_response()
}

/// The same, always as JSON.
pub(super) fn problem_for_program(
    web: &Web,
    headers: &HeaderMap,
    lang: &str,
    status: StatusCode,
    key: &'static str,
) -> Response {
    let campaign = web.service().campaign.current();
    let message = campaign.as_deref().map_or(STARTING, |campaign| {
        language::voice(campaign, headers, lang).text(key)
    });
    let body = json!({"status": name(status), "message": message});
    (status, Json(body)).into_response()
}

fn name(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "bad_request",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        _ => "error",
    }
}

/// There is no campaign file yet: nothing is done.
pub(super) fn starting(web: &Web, headers: &HeaderMap) -> Response {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    retry_after(
        problem(web, headers, "", status, "error_unavailable"),
        AGAIN,
    )
}

/// It took too long: a body that never ends, or something that hangs.
pub(super) fn too_slow(web: &Web, headers: &HeaderMap) -> Response {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let page = problem(web, headers, "", status, "error_unavailable");
    retry_after(page, AGAIN)
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
    let others = campaign.languages_of(form_id);
    if json {
        let languages: Vec<&str> = others.iter().map(|form| form.voice.code).collect();
        let mistake = json!({"field": "lang", "message": message});
        let body = json!({"status": "invalid", "errors": [mistake], "languages": languages});
        return (status, Json(body)).into_response();
    }
    let page = pages::other_languages(voice, message, &others);
    (status, Html(page)).into_response()
}

/// The database is not there, and the form is kept until it is.
pub(super) fn kept(campaign: &Campaign, headers: &HeaderMap, lang: &str, json: bool) -> Response {
    let voice = language::voice(campaign, headers, lang);
    let status = StatusCode::ACCEPTED;
    let message = voice.text("kept");
    if json {
        return (status, Json(json!({"status": "kept", "message": message}))).into_response();
    }
    let page = pages::problem(Some(voice), voice.text("kept_title"), message);
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
    let response = if json {
        (status, Json(json!({"status": "unavailable"}))).into_response()
    } else {
        problem(web, headers, lang, status, "error_unavailable")
    };
    retry_after(response, AGAIN)
}

/// The database did not do what a link's button was to do. A person is led to the site's own page
/// about that, which says that the link stays good.
pub(super) fn link_failed(web: &Web, headers: &HeaderMap, error: &StoreError) -> Response {
    match web.service().campaign.current() {
        Some(campaign) if !to_program(headers) => {
            tracing::error!(%error, "the database did not answer");
            see_other(&language::voice(&campaign, headers, "").language.steps.error)
        }
        _ => unavailable(web, headers, "", false, error),
    }
}

/// Adds when to ask again.
pub(super) fn retry_after(mut response: Response, seconds: u64) -> Response {
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// What is to be mended, for a program.
pub(super) fn invalid(status: StatusCode, mistakes: &[Mistake]) -> Response {
    let errors: Vec<_> = mistakes.iter().map(error).collect();
    (status, Json(json!({"status": "invalid", "errors": errors}))).into_response()
}

/// A question about the address, for a program: it sends the form again with the suggested address,
/// or with `email_kept`.
pub(super) fn doubtful(status: StatusCode, mistake: &Mistake, suggestion: &str) -> Response {
    let body = json!({"status": "invalid", "errors": [error(mistake)], "suggestion": suggestion});
    (status, Json(body)).into_response()
}

fn error(mistake: &Mistake) -> serde_json::Value {
    json!({"field": mistake.field, "message": mistake.message})
}
