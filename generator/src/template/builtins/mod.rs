//! The templates that every site has without writing them.

/// Under which the built-in templates can be extended and included.
pub(super) const PREFIX: &str = "__zola_builtins/";

/// Templates by name, below [`PREFIX`].
pub(super) const ALL: &[(&str, &str)] = &[];

/// Templates that stand under their plain name unless the site has one.
pub(super) const UNPREFIXED: &[(&str, &str)] = &[];
