//! Paths to absolute addresses.

use super::Settings;

impl Settings {
    /// The absolute address of a path (`/news/a/` or `news/a/`): one slash between base and path, and
    /// one at the end unless the path names a feed's file, is empty or holds a `#`.
    #[must_use]
    pub fn permalink(&self, path: &str) -> String {
        let is_feed = || {
            self.default_settings()
                .feed_filenames
                .iter()
                .any(|name| path.ends_with(name.as_str()))
        };
        let tail = if path.ends_with('/') || path.is_empty() || path.contains('#') || is_feed() {
            ""
        } else {
            "/"
        };
        let base = &self.base_url;
        match (base.ends_with('/'), path.strip_prefix('/')) {
            (true, Some(rest)) => format!("{base}{rest}{tail}"),
            (true, None) | (false, Some(_)) => format!("{base}{path}{tail}"),
            (false, None) => format!("{base}/{path}{tail}"),
        }
    }

    /// Puts a language's code before a path, unless it is the default language's
    /// (`news/a` becomes `/fr/news/a`, `/news/a` for the default).
    #[must_use]
    pub fn path_in_language(&self, lang: &str, path: &str) -> String {
        let path = path.trim_start_matches('/');
        if lang == self.default_language {
            format!("/{path}")
        } else {
            format!("/{lang}/{path}")
        }
    }
}
