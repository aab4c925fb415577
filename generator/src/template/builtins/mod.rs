//! The templates that every site has without writing them. What they print equals what Zola's
//! print, byte for byte.

/// Under which the built-in templates can be extended and included.
pub(super) const PREFIX: &str = "__zola_builtins/";

/// Templates by name, below [`PREFIX`].
pub(super) const ALL: &[(&str, &str)] = &[
    ("404.html", include_str!("404.html")),
    ("anchor-link.html", include_str!("anchor-link.html")),
    ("atom.xml", include_str!("atom.xml")),
    ("robots.txt", include_str!("robots.txt")),
    ("rss.xml", include_str!("rss.xml")),
    ("sitemap.xml", include_str!("sitemap.xml")),
    (
        "split_sitemap_index.xml",
        include_str!("split_sitemap_index.xml"),
    ),
    ("summary-cutoff.html", include_str!("summary-cutoff.html")),
];

/// Templates that stand under their plain name unless the site has one.
pub(super) const UNPREFIXED: &[(&str, &str)] =
    &[("internal/alias.html", include_str!("alias.html"))];
