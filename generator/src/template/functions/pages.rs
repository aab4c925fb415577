//! `get_page`, `get_section` and the taxonomies.

use tera::Value;

use crate::fields::nearest;
use crate::template::arguments::Arguments;
use crate::template::fault::{Fault, Rendering};
use crate::template::scope::{Scope, SiteLookup};

/// The file of a page or section in a language: the code stands before the last dot. A whole path
/// on disk, as `translations` hand it out, is taken too.
pub(super) fn in_language(path: &str, lang: Option<&str>, scope: &Scope<'_>) -> String {
    let path = below_content(path, scope);
    match (lang, path.rsplit_once('.')) {
        (Some(lang), Some((stem, extension))) if lang != scope.settings.default_language => {
            format!("{stem}.{lang}.{extension}")
        }
        _ => path.to_owned(),
    }
}

/// A whole path on disk as the path below `content/`; any other as it is.
pub(in crate::template) fn below_content<'p>(path: &'p str, scope: &Scope<'_>) -> &'p str {
    let content = scope.settings.root().join("content");
    let below = std::path::Path::new(path).strip_prefix(content).ok();
    below.and_then(std::path::Path::to_str).unwrap_or(path)
}

fn site<'a>(args: &Arguments<'_>, scope: &Scope<'a>) -> Rendering<&'a dyn SiteLookup> {
    scope.site.ok_or_else(|| {
        args.fault("cannot be used in a shortcode: the other pages are not rendered yet")
            .hint("ask for it in the page's template instead")
    })
}

/// What stands for a page that may be missing. Zola knows no `required` here and stops at the miss:
/// a site that has all its translations is the same in both.
fn null_unless(required: bool) -> Option<Value> {
    (!required).then(Value::none)
}

pub(super) fn get_page(args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Value> {
    let path = args.required_text("path")?;
    let file = in_language(path, args.text("lang")?, scope);
    let required = args.flag("required", true)?;
    let found = site(args, scope)?.page(&file);
    found.or_else(|| null_unless(required)).ok_or_else(|| {
        let fault = args.fault(format!("finds no page `{file}`"));
        let files = scope.graph.pages.keys().map(|id| &*id.0);
        match nearest(&file, files) {
            Some(near) => fault.hint(format!("did you mean `{near}`?")),
            None => fault.hint("write the file's path below content/, without @/"),
        }
    })
}

pub(super) fn get_section(args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Value> {
    let path = args.required_text("path")?;
    let file = in_language(path, args.text("lang")?, scope);
    let metadata_only = args
        .get("metadata_only")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let required = args.flag("required", true)?;
    let found = site(args, scope)?.section(&file, metadata_only);
    found.or_else(|| null_unless(required)).ok_or_else(|| {
        let fault = args.fault(format!("finds no section `{file}`"));
        let files = scope.graph.sections.keys().map(|id| &*id.0);
        match nearest(&file, files) {
            Some(near) => fault.hint(format!("did you mean `{near}`?")),
            None => fault.hint("write the path of its _index.md below content/"),
        }
    })
}

/// A taxonomy that a language does not have.
pub(super) fn no_taxonomy(
    args: &Arguments<'_>,
    kind: &str,
    lang: &str,
    scope: &Scope<'_>,
) -> Fault {
    let fault = args.fault(format!(
        "finds no taxonomy `{kind}` in the language `{lang}`"
    ));
    let known = scope.graph.taxonomies.get(lang).into_iter().flatten();
    match nearest(kind, known.map(|taxonomy| taxonomy.name.as_str())) {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault.hint(format!(
            "add [[taxonomies]] with name = \"{kind}\" to the configuration, or add required=false"
        )),
    }
}

pub(super) fn get_taxonomy(args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Value> {
    let kind = args.required_text("kind")?;
    let required = args.flag("required", true)?;
    let lang = args
        .text("lang")?
        .unwrap_or(&scope.settings.default_language);
    match site(args, scope)?.taxonomy(kind, lang) {
        Some(taxonomy) => Ok(taxonomy),
        None if !required => Ok(Value::none()),
        None => Err(no_taxonomy(args, kind, lang, scope)),
    }
}

pub(super) fn get_taxonomy_term(args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Value> {
    let kind = args.required_text("kind")?;
    let term = args.required_text("term")?;
    let required = args.flag("required", true)?;
    let include_pages = args.flag("include_pages", true)?;
    let lang = args
        .text("lang")?
        .unwrap_or(&scope.settings.default_language);
    match site(args, scope)?.taxonomy_term(kind, term, lang, include_pages) {
        Some(term) => Ok(term),
        None if !required => Ok(Value::none()),
        None => Err(args
            .fault(format!(
                "finds no term `{term}` of `{kind}` in the language `{lang}`"
            ))
            .hint("give it to a page, or add required=false and ask with `if`")),
    }
}
