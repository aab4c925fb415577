//! What a browser that sent a form is given: the mark by which a link knows it again (only there a
//! confirmation presses its button by itself), and the token with which its tab waits.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

use super::Web;
use crate::domain::TokenSecret;

const NONCE: &str = "gs_nonce";
const WAIT: &str = "gs_wait";

/// The browser's nonce.
pub(super) fn nonce(headers: &HeaderMap) -> Option<TokenSecret> {
    of(headers, NONCE)
}

/// What the browser waits with.
pub(super) fn wait(headers: &HeaderMap) -> Option<TokenSecret> {
    of(headers, WAIT)
}

fn of(headers: &HeaderMap, wanted: &str) -> Option<TokenSecret> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .and_then(|(_, value)| TokenSecret::parse(value))
}

/// The headers that give a browser its nonce and what it waits with.
pub(super) fn given(
    web: &Web,
    nonce: &TokenSecret,
    wait: &TokenSecret,
) -> impl Iterator<Item = HeaderValue> {
    let path = match web.base_path() {
        "" => "/",
        path => path,
    };
    let secure = if web.is_secure() { "; Secure" } else { "" };
    // As long as the links that they are for.
    let max_age = u64::from(web.0.confirm_days) * 24 * 3600;
    let header = |(name, token): (&str, &TokenSecret)| {
        let text = format!(
            "{name}={}; Path={path}; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}",
            token.expose()
        );
        HeaderValue::from_str(&text).ok()
    };
    [(NONCE, nonce), (WAIT, wait)]
        .map(header)
        .into_iter()
        .flatten()
}
