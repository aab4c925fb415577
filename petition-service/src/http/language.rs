//! The language in which to speak to a visitor of whom only the browser is known.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

use crate::campaign::{Campaign, Voice};

/// The first language of the browser's list that the site has (`fr-CH` is served by `fr`); the
/// site's default language if it has none.
pub(super) fn voice<'c>(campaign: &'c Campaign, headers: &HeaderMap, asked: &str) -> Voice<'c> {
    let languages = &campaign.file().languages;
    if languages.contains_key(asked) {
        return campaign.voice(asked);
    }
    let listed = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    for item in listed.split(',') {
        let code = item.split(';').next().unwrap_or_default().trim();
        let primary = code.split('-').next().unwrap_or_default();
        for code in [code, primary] {
            if languages.contains_key(code) {
                return campaign.voice(code);
            }
        }
    }
    campaign.default_voice()
}
