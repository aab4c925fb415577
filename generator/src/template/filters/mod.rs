//! Filters: Tera 1's own and Zola's. Each is a function of the value, its arguments and the scope.

mod dates;
mod lists;
mod numbers;
mod sizes;
mod text;
mod words;
mod zola;

use tera::Value;

use super::arguments::Arguments;
use super::fault::Rendering;
use super::scope::Scope;

/// A filter.
pub(super) type Filter = fn(&Value, &Arguments<'_>, &Scope<'_>) -> Rendering<Value>;

const ALL: &[(&str, Filter)] = &[
    ("abs", numbers::abs),
    ("addslashes", text::addslashes),
    ("as_str", words::as_str),
    ("base64_decode", zola::base64_decode),
    ("base64_encode", zola::base64_encode),
    ("capitalize", words::capitalize),
    ("concat", lists::concat),
    ("date", dates::date),
    ("escape", text::escape),
    ("escape_xml", text::escape_xml),
    ("filesizeformat", sizes::filesizeformat),
    ("filter", lists::filter),
    ("first", lists::first),
    ("float", numbers::float),
    ("get", lists::get),
    ("group_by", lists::group_by),
    ("indent", text::indent),
    ("int", numbers::int),
    ("join", lists::join),
    ("json_encode", words::json_encode),
    ("last", lists::last),
    ("length", words::length),
    ("linebreaksbr", text::linebreaksbr),
    ("lower", words::lower),
    ("map", lists::map),
    ("markdown", zola::markdown),
    ("nth", lists::nth),
    ("num_format", zola::num_format),
    ("pluralize", numbers::pluralize),
    ("regex_replace", zola::regex_replace),
    ("replace", text::replace),
    ("reverse", words::reverse),
    ("round", numbers::round),
    ("slice", lists::slice),
    ("slugify", words::slugify),
    ("sort", lists::sort),
    ("spaceless", text::spaceless),
    ("split", text::split),
    ("striptags", text::striptags),
    ("title", words::title),
    ("trim", words::trim),
    ("trim_end", words::trim_end),
    ("trim_end_matches", text::trim_end_matches),
    ("trim_start", words::trim_start),
    ("trim_start_matches", text::trim_start_matches),
    ("truncate", words::truncate),
    ("unique", lists::unique),
    ("upper", words::upper),
    ("urlencode", text::urlencode),
    ("urlencode_strict", text::urlencode_strict),
    ("wordcount", words::wordcount),
];

/// The filter of that name.
pub(super) fn find(name: &str) -> Option<Filter> {
    let index = ALL.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    ALL.get(index).map(|(_, filter)| *filter)
}

/// Every name, in order.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_filter_is_found_by_its_name() {
        assert!(super::names().is_sorted());
        assert!(super::names().all(|name| super::find(name).is_some()));
        assert!(super::find("nope").is_none());
    }
}
