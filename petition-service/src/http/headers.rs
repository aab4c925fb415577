//! Headers of every answer: what browsers may do with it.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};

/// Whose frame and script the forms show, by the captcha that is configured.
const HCAPTCHA: &str = "https://hcaptcha.com https://*.hcaptcha.com";

/// The service's pages: nothing from elsewhere but the site, whose look they wear and to whose pages
/// they lead, and the frame and script of a captcha that another company runs, if one is configured;
/// never in another site's frame. `site` is the site's origin where it is not the service's own.
fn policy(site: &str, captcha: &str) -> String {
    let frames = if captcha.is_empty() {
        "'none'"
    } else {
        captcha
    };
    format!(
        "default-src 'self' {site}; script-src 'self' {site} {captcha}; \
         style-src 'self' {site} 'unsafe-inline' {captcha}; frame-src {frames}; \
         connect-src 'self' {site} {captcha}; img-src 'self' {site} data:; \
         worker-src 'self' {site} blob:; object-src 'none'; base-uri 'none'; \
         form-action 'self' {site}; frame-ancestors 'none'"
    )
}

/// Adds what an answer does not say itself. `third_party`: whether the captcha is hCaptcha's.
pub(super) fn secure(headers: &mut HeaderMap, site: &str, third_party: bool) {
    let captcha = if third_party { HCAPTCHA } else { "" };
    if let Ok(policy) = HeaderValue::from_str(&policy(site, captcha)) {
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    let defaults: [(HeaderName, &'static str); 5] = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        // Addresses of the service hold tokens: they are told to nobody.
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ),
    ];
    for (name, value) in defaults {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}
