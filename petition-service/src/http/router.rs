//! All addresses, and what holds for each of them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use url::Url;

use super::{
    Web, answers, captcha, count, headers, health, join, links, partner, public, rights, strangers,
    waiting,
};
use crate::captcha::Provider;
use crate::config::Limits;
use crate::pages::CONFIRM_SCRIPT;

/// What the links in mails lead to.
fn of_links(web: &Web) -> Router<Web> {
    Router::new()
        .route(
            "/confirm/{token}",
            get(links::open_confirm).post(links::confirm),
        )
        .route("/confirm/{token}/again", post(waiting::resend_for_link))
        .route(
            "/withdraw/{token}",
            get(links::open_withdraw).post(links::withdraw),
        )
        .route(
            "/unsubscribe/{token}",
            get(links::open_unsubscribe).post(links::unsubscribe),
        )
        .route(
            "/manage/{token}",
            get(rights::open_manage).post(rights::manage),
        )
        .route(
            "/export/{token}",
            get(rights::open_export).post(rights::export),
        )
        .route(
            "/erase/{token}",
            get(rights::open_erase).post(rights::erase),
        )
        .route_layer(from_fn_with_state(web.clone(), strangers::look_first))
}

/// The router; its paths are relative to the service's own address.
pub fn router(web: Web, limits: &Limits) -> Router {
    Router::new()
        .route("/petitions/{id}/sign", post(join::sign))
        .route("/newsletters/{id}/subscribe", post(join::subscribe))
        .route("/petitions/{id}/count", get(count::count))
        .route("/petitions/{id}/signers", get(public::signers))
        .route("/petitions/{id}/countries", get(public::countries))
        .route("/captcha", get(captcha::provider))
        .route("/captcha/altcha", get(captcha::challenge))
        .route("/waiting", get(waiting::waiting))
        .route("/code", post(waiting::code))
        .route("/resend", post(waiting::resend))
        .merge(of_links(&web))
        .route("/assets/confirm.js", get(confirm_script))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(limits.body_bytes))
        .layer(from_fn_with_state(
            (web.clone(), limits.request_time),
            in_time,
        ))
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(web.clone(), in_our_words))
        .layer(cors(web.clone()))
        .layer(from_fn_with_state(web.clone(), secure))
        .layer(from_fn_with_state(web.clone(), log))
        .with_state(web)
}

/// The figures: for an address of their own, which is not public.
pub fn metrics_router(web: Web) -> Router {
    Router::new()
        .route("/metrics", get(health::metrics))
        .with_state(web)
}

/// Only the site, the sites that the operator named, and a petition's partners may read answers from
/// their pages. No cookies go along (no credentials are allowed), and caches tell origins apart (`Vary`).
fn cors(web: Web) -> CorsLayer {
    let allowed = AllowOrigin::predicate(move |origin, parts| {
        let campaign = web.service().campaign.current();
        let campaign = campaign.as_deref();
        let site = campaign.map(|campaign| campaign.file().site.base_url.as_str());
        origin.to_str().is_ok_and(|origin| {
            web.0.origins.knows(origin, site)
                || campaign.is_some_and(|campaign| partner::may_read(campaign, origin, parts))
        })
    });
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([CONTENT_TYPE])
        .max_age(Duration::from_secs(3600))
}

async fn confirm_script() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, CONFIRM_SCRIPT).into_response()
}

async fn not_found(State(web): State<Web>, headers: HeaderMap) -> Response {
    answers::problem(&web, &headers, "", StatusCode::NOT_FOUND, "error_not_found")
}

async fn wrong_method(State(web): State<Web>, headers: HeaderMap) -> Response {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    answers::problem(&web, &headers, "", status, "error_bad_request")
}

/// What the framework refuses by itself it says in English and to programmers: an address that is not
/// text, a question asked twice, a time limit, a panic. A person may have followed a mangled link.
async fn in_our_words(State(web): State<Web>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let is_check = request.uri().path().ends_with("/readyz");
    let response = next.run(request).await;
    let kind = response.headers().get(CONTENT_TYPE);
    let is_plain = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    match response.status() {
        status @ StatusCode::BAD_REQUEST if is_plain => {
            answers::problem(&web, &headers, "", status, "error_bad_request")
        }
        status @ (StatusCode::INTERNAL_SERVER_ERROR | StatusCode::SERVICE_UNAVAILABLE)
            if is_plain && !is_check =>
        {
            answers::problem(&web, &headers, "", status, "error_unavailable")
        }
        _ => response,
    }
}

async fn secure(State(web): State<Web>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let site = web
        .service()
        .campaign
        .current()
        .and_then(|campaign| Url::parse(&campaign.file().site.base_url).ok())
        .map(|site| site.origin())
        .filter(|site| *site != web.0.public_url.origin())
        .map(|site| site.ascii_serialization())
        .unwrap_or_default();
    let third_party = matches!(
        web.service().captcha.provider(""),
        Provider::Hcaptcha { .. }
    );
    headers::secure(response.headers_mut(), &site, third_party);
    response
}

/// Whoever waited too long is told so in words.
async fn in_time(
    State((web, limit)): State<(Web, Duration)>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers().clone();
    let answer = tokio::time::timeout(limit, next.run(request)).await;
    answer.unwrap_or_else(|_| answers::too_slow(&web, &headers))
}

/// Logs the address' pattern, never the address: tokens stand in addresses.
async fn log(State(web): State<Web>, request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let trusted = &web.0.trusted_proxies;
        web.0.unheard.notice(peer.ip(), request.headers(), trusted);
    }
    let start = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    let status = response.status();
    let milliseconds = start.elapsed().as_millis();
    tracing::info!(%method, route, status = status.as_u16(), milliseconds, "answered");
    metrics::counter!("requests", "route" => route, "status" => status.as_u16().to_string())
        .increment(1);
    if status.is_server_error() {
        response
            .headers_mut()
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

/// The address of whoever is connected.
pub(super) struct Peer(pub(super) IpAddr);

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(
            info.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip()),
        ))
    }
}
