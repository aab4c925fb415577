//! The templates that every site of Zola 0.23 has without writing them.

/// Under which the built-in templates can be extended and included.
pub(super) const PREFIX: &str = "__zola_builtins/";

/// Templates by whole name.
pub(super) const ALL: &[(&str, &str)] = &[
    (
        "__zola_builtins/404.html",
        include_str!("../builtins/404.html"),
    ),
    (
        "__zola_builtins/anchor-link.html",
        include_str!("../builtins/anchor-link.html"),
    ),
    ("__zola_builtins/atom.xml", include_str!("atom.xml")),
    (
        "__zola_builtins/robots.txt",
        include_str!("../builtins/robots.txt"),
    ),
    ("__zola_builtins/rss.xml", include_str!("rss.xml")),
    (
        "__zola_builtins/sitemap.xml",
        include_str!("../builtins/sitemap.xml"),
    ),
    (
        "__zola_builtins/split_sitemap_index.xml",
        include_str!("../builtins/split_sitemap_index.xml"),
    ),
    (
        "__zola_builtins/summary-cutoff.html",
        include_str!("../builtins/summary-cutoff.html"),
    ),
    (
        "internal/alias.html",
        include_str!("../builtins/alias.html"),
    ),
];

/// The whole name of a built-in template.
pub(super) fn find(name: &str) -> Option<&'static str> {
    let prefixed = format!("{PREFIX}{name}");
    ALL.iter()
        .map(|(known, _)| *known)
        .find(|known| *known == name || *known == prefixed)
}
