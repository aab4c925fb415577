//! The mark of the browser that sent a form: only there a confirmation link presses its button by
//! itself.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

use super::Web;
use crate::domain::TokenSecret;

const NAME: &str = "gs_nonce";

/// Seconds that the mark lives: as long as the links that it is for.
const MAX_AGE: u32 = 7 * 24 * 3600;

/// The browser's nonce.
pub(super) fn of(headers: &HeaderMap) -> Option<TokenSecret> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == NAME)
        .and_then(|(_, value)| TokenSecret::parse(value))
}

/// The header that gives a browser its nonce.
pub(super) fn cookie(web: &Web, nonce: &TokenSecret) -> Option<HeaderValue> {
    let path = match web.base_path() {
        "" => "/",
        path => path,
    };
    let secure = if web.is_secure() { "; Secure" } else { "" };
    let text = format!(
        "{NAME}={}; Path={path}; Max-Age={MAX_AGE}; HttpOnly; SameSite=Lax{secure}",
        nonce.expose()
    );
    HeaderValue::from_str(&text).ok()
}
