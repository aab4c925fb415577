//! `GET /petitions/{id}/count`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{Web, answers, public};
use crate::usecases::Count;

/// Caches may show a number that is this old: visitors do not see it climb one by one.
const FRESH: &str = "public, max-age=10, stale-while-revalidate=60";

pub(super) async fn count(
    State(web): State<Web>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(facts) = public::facts(&web, &id) else {
        return public::not_found();
    };
    let counted = match web
        .0
        .counted
        .get(&id, web.service().store.counted(&id))
        .await
    {
        Ok(counted) => counted,
        Err(error) => return answers::unavailable(&web, &headers, "", true, &error),
    };
    let told = Count::of(&id, &facts, counted);
    let tag = told.tag();
    let known = headers
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| known.trim_start_matches("W/") == tag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Json(told.to_json()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(FRESH));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    response
}
