//! Addresses to which a visitor is sent.

/// Whether an address can stand in the header of a redirect: absolute, `http` or `https`, with a
/// host, and nothing but visible ASCII (all else is percent-encoded, a host's letters are `xn--…`).
pub(crate) fn can_be_led_to(address: &str) -> bool {
    let rest = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some_and(|host| !host.is_empty()) && address.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::can_be_led_to;

    #[test]
    fn a_redirect_can_hold_every_address_that_passes() {
        for good in [
            "https://site.example/",
            "http://127.0.0.1:1111/fr/merci/",
            "https://site.example/%D8%B4/?a=b#c",
        ] {
            assert!(can_be_led_to(good), "{good}");
        }
        for bad in [
            "",
            "/thanks/",
            "https://",
            "https:///thanks/",
            "ftp://site.example/",
            "javascript:alert(1)",
            "https://site.example/\u{634}\u{643}/",
            "https://site.example/a b/",
            "https://site.example/\r\nSet-Cookie: a=b",
        ] {
            assert!(!can_be_led_to(bad), "{bad}");
        }
    }
}
