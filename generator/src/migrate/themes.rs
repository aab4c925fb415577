//! Colour themes of the highlighter before 0.22, and the nearest of today's.

/// Old names and new ones. Where the theme itself is not there any more, one of its kind stands
/// for it.
const NEAREST: &[(&str, &str)] = &[
    ("1337", "vesper"),
    ("agola-dark", "one-dark-pro"),
    ("ascetic-white", "min-light"),
    ("axar", "vesper"),
    ("ayu-dark", "ayu-dark"),
    ("ayu-light", "github-light"),
    ("ayu-mirage", "ayu-dark"),
    ("base16-atelierdune-light", "solarized-light"),
    ("base16-ocean-dark", "nord"),
    ("base16-ocean-light", "github-light"),
    ("bbedit", "light-plus"),
    ("boron", "vitesse-dark"),
    ("charcoal", "vitesse-black"),
    ("cheerfully-light", "vitesse-light"),
    ("classic-modified", "light-plus"),
    ("demain", "github-dark"),
    ("dimmed-fluid", "github-dark-dimmed"),
    ("dracula", "dracula"),
    ("dark-plus", "dark-plus"),
    ("gray-matter-dark", "vitesse-dark"),
    ("green", "everforest-dark"),
    ("gruvbox-dark", "gruvbox-dark-medium"),
    ("gruvbox-light", "gruvbox-light-medium"),
    ("idle", "light-plus"),
    ("inspired-github", "github-light"),
    ("ir-white", "min-light"),
    ("kronuz", "monokai"),
    ("material-dark", "material-theme-darker"),
    ("material-light", "material-theme-lighter"),
    ("monokai", "monokai"),
    ("nord", "nord"),
    ("nyx-bold", "vitesse-black"),
    ("one-dark", "one-dark-pro"),
    ("OneHalfDark", "one-dark-pro"),
    ("OneHalfLight", "one-light"),
    ("railsbase16-green-screen-dark", "everforest-dark"),
    ("solarized-dark", "solarized-dark"),
    ("solarized-light", "solarized-light"),
    ("subway-madrid", "github-light"),
    ("subway-moscow", "github-light"),
    ("two-dark", "one-dark-pro"),
    ("visual-studio-dark", "dark-plus"),
    ("zenburn", "everforest-dark"),
];

/// Today's theme for an old name, and whether it is the same theme.
pub(super) fn nearest(old: &str) -> (&'static str, bool) {
    let known = NEAREST.iter().find(|(name, _)| *name == old);
    if let Some((name, new)) = known {
        return (new, name == new || new.starts_with(name));
    }
    let lower = old.to_lowercase();
    let light = ["light", "white", "day", "dawn"]
        .iter()
        .any(|word| lower.contains(word));
    (if light { "github-light" } else { "github-dark" }, false)
}
