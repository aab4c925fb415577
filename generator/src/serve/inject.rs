//! Puts the live script into a page.

/// Where the live script lives.
pub(super) const SCRIPT_PATH: &str = "/__groundswell/live.js";

/// The page with the live script before its last `</body>`, or at its end.
pub(super) fn with_script(page: &[u8]) -> Vec<u8> {
    let tag = format!("<script src=\"{SCRIPT_PATH}\" defer></script>");
    let at = page
        .windows(b"</body>".len())
        .rposition(|window| window.eq_ignore_ascii_case(b"</body>"))
        .unwrap_or(page.len());
    let (before, after) = page.split_at(at);
    [before, tag.as_bytes(), after].concat()
}

#[cfg(test)]
mod tests {
    use super::with_script;

    #[test]
    fn the_script_stands_before_the_last_end_of_body() {
        let page = with_script(b"<body><code>&lt;/body></code></BODY></html>");
        let text = String::from_utf8(page).unwrap();
        assert!(text.ends_with("defer></script></BODY></html>"), "{text}");
    }

    #[test]
    fn a_page_without_body_gets_it_at_its_end() {
        assert!(with_script(b"<p>x").ends_with(b"</script>"));
    }
}
