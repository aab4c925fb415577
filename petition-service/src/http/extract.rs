//! What handlers ask for in their arguments, and the answers when it is not there.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use super::posted::Posted;
use super::{Web, answers};
use crate::campaign::Campaign;

/// The campaign in use. Without one the service is only starting, and says so.
pub(super) struct InUse(pub(super) Arc<Campaign>);

impl FromRequestParts<Web> for InUse {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let campaign = web.service().campaign.current();
        campaign
            .map(Self)
            .ok_or_else(|| answers::starting(web, &parts.headers))
    }
}

/// A posted form, whole and readable.
pub(super) struct Sent(pub(super) Posted);

impl FromRequest<Web> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let headers = request.headers().clone();
        let refused = |status, key| answers::problem(web, &headers, "", status, key);
        let body = Bytes::from_request(request, web).await;
        let body = body.map_err(|fault| match fault.status() {
            status @ StatusCode::PAYLOAD_TOO_LARGE => refused(status, "error_too_large"),
            // It broke off, or its parts are not what they say.
            _ => refused(StatusCode::BAD_REQUEST, "error_bad_request"),
        })?;
        Posted::read(&headers, &body)
            .map(Self)
            .map_err(|_| refused(StatusCode::BAD_REQUEST, "error_bad_request"))
    }
}
