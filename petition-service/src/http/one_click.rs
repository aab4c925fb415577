//! The button of mail programs (RFC 8058): a POST that holds one pair and is answered to nobody.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;

const NAME: &str = "List-Unsubscribe";
const VALUE: &str = "One-Click";

/// Whether a body holds the pair, as the fields of a form or as its parts: the standard allows
/// both.
pub(super) fn is_in(headers: &HeaderMap, body: &[u8]) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    match boundary(kind) {
        Some(boundary) => String::from_utf8_lossy(body)
            .split(&format!("--{boundary}"))
            .any(is_the_part),
        None => url::form_urlencoded::parse(body)
            .any(|(name, value)| name == NAME && value.trim() == VALUE),
    }
}

/// What stands between the parts of a `multipart/form-data` body.
fn boundary(kind: &str) -> Option<&str> {
    let mut parts = kind.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parts
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))
        .map(|(_, value)| value.trim().trim_matches('"'))
        .filter(|value| !value.is_empty())
}

fn is_the_part(part: &str) -> bool {
    let Some((head, value)) = part
        .split_once("\r\n\r\n")
        .or_else(|| part.split_once("\n\n"))
    else {
        return false;
    };
    let named = head
        .split([';', '\r', '\n'])
        .filter_map(|item| item.split_once('='))
        .any(|(key, name)| key.trim() == "name" && name.trim().trim_matches('"') == NAME);
    named && value.trim() == VALUE
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::is_in;

    fn found(kind: &str, body: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", kind.parse().expect("a header"));
        is_in(&headers, body.as_bytes())
    }

    #[test]
    fn the_pair_is_found_in_either_kind_of_body() {
        let form = "application/x-www-form-urlencoded";
        assert!(found(form, "List-Unsubscribe=One-Click"));
        assert!(found(form, "a=b&List-Unsubscribe=One%2DClick\r\n"));
        assert!(!found(form, "List-Unsubscribe=Two-Clicks"));
        assert!(!found(form, ""));
        let parts = "--x1\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\n\
                     One-Click\r\n--x1--\r\n";
        assert!(found("multipart/form-data; boundary=x1", parts));
        assert!(found(
            "Multipart/Form-Data; charset=utf-8; Boundary=\"x1\"",
            parts
        ));
        assert!(!found("multipart/form-data; boundary=x2", parts));
        assert!(!found("multipart/form-data", parts));
        let other = parts.replace("List-Unsubscribe", "Unsubscribe");
        assert!(!found("multipart/form-data; boundary=x1", &other));
    }
}
