//! `GET /petitions/{id}/signers` and `GET /petitions/{id}/countries`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use campaign_file::{FormKind, PetitionFacts};
use serde_json::{Value, json};

use super::{Web, answers};
use crate::domain::publishable;

/// Caches may show names and countries that are this old: both change by the batch. A name that was
/// withdrawn is gone from them within minutes.
const FRESH: &str = "public, max-age=60, stale-while-revalidate=120";

/// The newest of those who want to be named.
pub(super) async fn signers(
    State(web): State<Web>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(facts) = facts(&web, &id) else {
        return not_found();
    };
    // An editor who takes the box away wants no names on the page.
    if !facts.show_name {
        return fresh(&json!({"id": id, "signers": []}));
    }
    let service = web.service();
    let recent = service.store.recent_signers(&id, service.clock.now());
    match web.0.signers.get(&id, recent).await {
        Ok(signers) => {
            let signers: Vec<Value> = signers
                .iter()
                .map(|one| json!({"name": one.name, "country": one.country, "day": one.day}))
                .collect();
            fresh(&json!({"id": id, "signers": signers}))
        }
        Err(error) => answers::unavailable(&web, &headers, "", true, &error),
    }
}

/// How many signed in which country, as far as the public may know.
pub(super) async fn countries(
    State(web): State<Web>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if facts(&web, &id).is_none() {
        return not_found();
    }
    let counted = web.service().store.counted_by_country(&id);
    match web.0.countries.get(&id, counted).await {
        Ok(counted) => {
            let told = publishable::countries(&counted);
            let listed: Vec<Value> = told
                .listed
                .iter()
                .map(|(country, count)| json!({"country": country, "count": count}))
                .collect();
            fresh(&json!({"id": id, "countries": listed, "other": told.other}))
        }
        Err(error) => answers::unavailable(&web, &headers, "", true, &error),
    }
}

/// The facts of a petition; none: there is no such petition.
pub(super) fn facts(web: &Web, id: &str) -> Option<PetitionFacts> {
    let campaign = web.service().campaign.current()?;
    match &campaign.file().forms.get(id)?.kind {
        FormKind::Petition(facts) => Some(facts.clone()),
        FormKind::Newsletter(_) => None,
    }
}

pub(super) fn not_found() -> Response {
    let body = json!({"status": "not_found"});
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

fn fresh(body: &Value) -> Response {
    ([(CACHE_CONTROL, FRESH)], Json(body)).into_response()
}
