//! `/healthz`, `/readyz` and `/metrics`: for the webmaster and their tools.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::Web;

/// The work in the background, as far as it has broken off. Clones share it.
#[derive(Clone, Default)]
pub struct Background(Arc<Mutex<Vec<&'static str>>>);

impl Background {
    /// This part of it ended before it was told to.
    pub fn broke_off(&self, part: &'static str) {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.push(part);
    }

    /// The parts that broke off, by name.
    #[must_use]
    pub fn broken(&self) -> Vec<&'static str> {
        let parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.clone()
    }
}

/// The program runs.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The program can do its work: a campaign is loaded, the database takes writes, and all that works
/// in the background does.
pub(super) async fn readyz(State(web): State<Web>) -> Response {
    let mut problems = Vec::new();
    if !web.service().campaign.is_ready() {
        problems.push("there is no campaign file yet".to_owned());
    }
    if let Err(error) = web.service().store.ready().await {
        problems.push(error.to_string());
    }
    for part in web.background().broken() {
        problems.push(format!("{part}: this part of the service broke off"));
    }
    if problems.is_empty() {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, problems.join("\n") + "\n").into_response()
    }
}

/// Figures in Prometheus' text format.
pub(super) async fn metrics(State(web): State<Web>) -> Response {
    let service = web.service();
    if let Ok(stats) = service.store.stats(service.clock.now()).await {
        metrics::gauge!("outbox_waiting").set(stats.waiting as f64);
        metrics::gauge!("outbox_given_up").set(stats.given_up as f64);
        metrics::gauge!("outbox_oldest_seconds")
            .set(stats.oldest.map_or(0.0, |oldest| oldest.as_secs_f64()));
    }
    metrics::gauge!("campaign_file_refused").set(if service.campaign.problem().is_some() {
        1.0
    } else {
        0.0
    });
    match &web.0.metrics {
        Some(handle) => (
            [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
            handle.render(),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
