//! What a browser that sent a form is given: the mark by which a link knows it again (only there a
//! confirmation presses its button by itself), and the token with which its tab waits.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

use super::Web;
use crate::domain::TokenSecret;

/// The names of the cookies.
struct Names {
    nonce: &'static str,
    wait: &'static str,
}

/// Browsers take a name with this beginning only over TLS, so nobody on the way can plant one.
const SECURE: Names = Names {
    nonce: "__Secure-gs_nonce",
    wait: "__Secure-gs_wait",
};

/// For trials without TLS.
const PLAIN: Names = Names {
    nonce: "gs_nonce",
    wait: "gs_wait",
};

fn names(web: &Web) -> &'static Names {
    if web.is_secure() { &SECURE } else { &PLAIN }
}

/// The browser's nonce.
pub(super) fn nonce(web: &Web, headers: &HeaderMap) -> Option<TokenSecret> {
    of(headers, names(web).nonce)
}

/// What the browser waits with.
pub(super) fn wait(web: &Web, headers: &HeaderMap) -> Option<TokenSecret> {
    of(headers, names(web).wait)
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
    let names = names(web);
    [(names.nonce, nonce), (names.wait, wait)]
        .map(header)
        .into_iter()
        .flatten()
}
