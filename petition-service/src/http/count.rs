//! `GET /petitions/{id}/count`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use campaign_file::FormKind;
use chrono::SecondsFormat;
use serde_json::json;

use super::{Web, answers};
use crate::domain::goal;

/// Caches may show a number that is this old: visitors do not see it climb one by one.
const FRESH: &str = "public, max-age=10, stale-while-revalidate=60";

pub(super) async fn count(
    State(web): State<Web>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let campaign = web.service().campaign.current();
    let facts = campaign
        .as_deref()
        .and_then(|campaign| campaign.file().forms.get(&id))
        .and_then(|form| match &form.kind {
            FormKind::Petition(facts) => Some(facts),
            FormKind::Newsletter(_) => None,
        });
    let Some(facts) = facts else {
        let body = json!({"status": "not_found"});
        return (StatusCode::NOT_FOUND, Json(body)).into_response();
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
    let count = u64::try_from(counted.total).unwrap_or(0);
    let goal = goal::shown(&facts.goals, count);
    let as_of = counted
        .at
        .map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    let tag = format!("\"{count}-{goal}-{}\"", as_of.as_deref().unwrap_or("0"));
    let known = headers
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| known.trim_start_matches("W/") == tag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Json(json!({"id": id, "count": count, "goal": goal, "as_of": as_of})).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(FRESH));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    response
}
