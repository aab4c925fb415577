//! Headers of every answer: what browsers may do with it.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};

/// The service's pages: nothing from elsewhere but hCaptcha's frame and script, where a form shows
/// them; never in another site's frame.
const POLICY: &str = "default-src 'self'; \
    script-src 'self' https://hcaptcha.com https://*.hcaptcha.com; \
    style-src 'self' 'unsafe-inline' https://hcaptcha.com https://*.hcaptcha.com; \
    frame-src https://hcaptcha.com https://*.hcaptcha.com; \
    connect-src 'self' https://hcaptcha.com https://*.hcaptcha.com; \
    img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// Adds what an answer does not say itself.
pub(super) fn secure(headers: &mut HeaderMap) {
    let defaults: [(HeaderName, &'static str); 6] = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        // Addresses of the service hold tokens: they are told to nobody.
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, POLICY),
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
