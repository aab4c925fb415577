//! Functions: Tera 1's own and Zola's.

mod addresses;
mod avif;
mod basics;
mod bibtex;
mod data;
mod exif;
mod formats;
mod hashes;
mod images;
mod pages;
mod svg;

pub(super) use pages::below_content;

use tera::Value;

use super::arguments::Arguments;
use super::fault::Rendering;
use super::scope::Scope;

/// A function.
#[derive(Clone, Copy)]
pub(super) struct Function {
    pub(super) call: fn(&Arguments<'_>, &Scope<'_>) -> Rendering<Value>,
    /// Whether its result is printed as it is.
    pub(super) safe: bool,
}

const fn plain(call: fn(&Arguments<'_>, &Scope<'_>) -> Rendering<Value>) -> Function {
    Function { call, safe: false }
}

const fn safe(call: fn(&Arguments<'_>, &Scope<'_>) -> Rendering<Value>) -> Function {
    Function { call, safe: true }
}

const ALL: &[(&str, Function)] = &[
    ("get_env", plain(basics::get_env)),
    ("get_hash", plain(hashes::get_hash)),
    ("get_image_metadata", plain(images::get_image_metadata)),
    ("get_page", plain(pages::get_page)),
    ("get_random", plain(basics::get_random)),
    ("get_section", plain(pages::get_section)),
    ("get_taxonomy", plain(pages::get_taxonomy)),
    ("get_taxonomy_term", plain(pages::get_taxonomy_term)),
    ("get_taxonomy_url", safe(addresses::get_taxonomy_url)),
    ("get_url", safe(addresses::get_url)),
    ("load_data", plain(data::load_data)),
    ("now", plain(basics::now)),
    ("range", plain(basics::range)),
    ("resize_image", plain(images::resize_image)),
    // The oracle's cases call a function that hands back what it is given.
    #[cfg(test)]
    ("ret", plain(basics::ret)),
    ("throw", plain(basics::throw)),
    ("trans", plain(basics::trans)),
];

/// `get_image_metadata` of Zola 0.23.
pub(super) const DESCRIBED_IMAGE: Function = plain(images::get_described_image);

/// The function of that name.
pub(super) fn find(name: &str) -> Option<Function> {
    let index = ALL.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    ALL.get(index).map(|(_, function)| *function)
}

/// Every name, in order.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_function_is_found_by_its_name() {
        assert!(super::names().is_sorted());
        assert!(super::names().all(|name| super::find(name).is_some()));
        assert!(super::find("nope").is_none());
    }
}
