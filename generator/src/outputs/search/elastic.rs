//! The index for elasticlunr.

use elasticlunr::lang::from_code;
use elasticlunr::{Index, IndexBuilder};

use super::rows::Row;
use crate::diagnostic::Diagnostic;
use crate::settings::SearchSettings;

/// The index as JSON.
///
/// # Errors
/// Elasticlunr does not know the language.
pub(super) fn index(
    lang: &str,
    search: &SearchSettings,
    rows: &[Row],
) -> Result<String, Diagnostic> {
    let language = from_code(lang).ok_or_else(|| {
        Diagnostic::error(format!(
            "Elasticlunr cannot index the language `{lang}`"
        ))
        .hint("set index_format = \"fuse_json\" in [search], or take the language's build_search_index away")
    })?;
    let mut builder = IndexBuilder::with_language(language);
    for (wanted, name) in [
        (search.include_title, "title"),
        (search.include_description, "description"),
        (search.include_date, "date"),
    ] {
        if wanted {
            builder = builder.add_field(name);
        }
    }
    if search.include_path {
        builder = builder.add_field_with_tokenizer("path", Box::new(path_words));
    }
    if search.include_content {
        builder = builder.add_field("body");
    }
    let mut index: Index = builder.build();
    for row in rows {
        let fields = [
            &row.title,
            &row.description,
            &row.date,
            &row.path,
            &row.body,
        ];
        index.add_doc(&row.url, fields.into_iter().flatten().map(String::as_str));
    }
    Ok(index.to_json())
}

fn path_words(path: &str) -> Vec<String> {
    path.split(|c: char| c.is_whitespace() || c == '-' || c == '/')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}
