//! Which sites may post: the browser says from where a form was sent.

use axum::http::HeaderMap;
use url::Url;

/// Origins whose forms are taken.
#[derive(Clone, Debug)]
pub(super) struct Origins {
    named: Vec<String>,
}

impl Origins {
    /// The service's own origin, and those that the operator named.
    pub(super) fn new(public_url: &Url, named: &[String]) -> Self {
        let mut origins = vec![public_url.origin().ascii_serialization()];
        origins.extend(named.iter().cloned());
        Self { named: origins }
    }

    /// Whether a posted form comes from one of them, or from the site itself (`site`, an address).
    /// Programs without a browser say nothing and are taken: they have nobody's cookies.
    pub(super) fn may_post(&self, headers: &HeaderMap, site: Option<&str>) -> bool {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        match text("origin") {
            // A form on a page with a strict referrer policy has the origin `null`: the fetch
            // metadata, which scripts cannot forge, decides.
            Some("null") | None => match text("sec-fetch-site") {
                None | Some("same-origin" | "same-site" | "none") => true,
                Some(_) => false,
            },
            Some(origin) => self.knows(origin, site),
        }
    }

    /// Whether an origin is one of them, or the site's.
    pub(super) fn knows(&self, origin: &str, site: Option<&str>) -> bool {
        let sites_own = site
            .and_then(|site| Url::parse(site).ok())
            .map(|site| site.origin().ascii_serialization());
        self.named.iter().any(|named| named == origin) || sites_own.as_deref() == Some(origin)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use url::Url;

    use super::Origins;

    fn may_post(pairs: &[(&'static str, &str)]) -> bool {
        let url = Url::parse("https://site.example/service").expect("an address");
        let origins = Origins::new(&url, &["https://partner.example".to_owned()]);
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().expect("a header"));
        }
        origins.may_post(&headers, Some("https://www.site.example/"))
    }

    #[test]
    fn forms_of_other_sites_are_refused() {
        assert!(may_post(&[("origin", "https://site.example")]));
        assert!(may_post(&[("origin", "https://www.site.example")]));
        assert!(may_post(&[("origin", "https://partner.example")]));
        assert!(may_post(&[]));
        assert!(may_post(&[
            ("origin", "null"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(!may_post(&[("origin", "https://evil.example")]));
        assert!(!may_post(&[(
            "origin",
            "https://site.example.evil.example"
        )]));
        assert!(!may_post(&[
            ("origin", "null"),
            ("sec-fetch-site", "cross-site")
        ]));
        assert!(!may_post(&[("sec-fetch-site", "cross-site")]));
    }
}
