//! `get_url` and `get_taxonomy_url`.

use sha2::{Digest, Sha256};
use tera::Value;

use super::hashes::hex;
use super::pages::{in_language, no_taxonomy};
use crate::fields::nearest;
use crate::graph::SectionId;
use crate::settings::Dialect;
use crate::source;
use crate::template::arguments::Arguments;
use crate::template::fault::{Fault, Rendering};
use crate::template::files;
use crate::template::scope::Scope;

/// Hexadecimal digits of a file's hash that keep caches from serving an old one.
const CACHEBUST: usize = 20;

pub(super) fn get_url(args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Value> {
    let path = args.required_text("path")?;
    let lang = args.text("lang")?;
    if let Some(file) = path.strip_prefix("@/") {
        return internal(file, lang, args, scope);
    }
    let settings = scope.settings;
    let mut whole = path.to_owned();
    if let Some(lang) = lang.filter(|lang| *lang != settings.default_language) {
        // Zola passes over one character, whatever it is.
        let mut rest = path.chars();
        rest.next();
        let has_code = rest.as_str().starts_with(lang);
        if !has_code {
            whole = format!("{lang}/{path}");
        }
    }
    let mut permalink = settings.permalink(&whole);
    if !args.flag("trailing_slash", false)? && permalink.ends_with('/') {
        permalink.pop();
    }
    if args.flag("cachebust", false)? {
        let hash = file_hash(path, args, scope)?;
        permalink.push_str("?h=");
        permalink.push_str(hash.get(..CACHEBUST).unwrap_or(&hash));
    }
    Ok(Value::from(permalink))
}

/// The address of a content file, with the part after `#` kept.
fn internal(
    written: &str,
    lang: Option<&str>,
    args: &Arguments<'_>,
    scope: &Scope<'_>,
) -> Rendering<Value> {
    let (path, fragment) = match written.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment)),
        None => (written, None),
    };
    if let Some(lang) = lang
        && scope.settings.language(lang).is_none()
    {
        return Err(no_language(args, lang, scope));
    }
    let file = in_language(path, lang, scope);
    let page = scope.graph.pages.get(file.as_str());
    let section = scope.graph.sections.get(&SectionId(file.as_str().into()));
    let found = page
        .map(|page| &page.permalink)
        .or_else(|| section.map(|section| &section.permalink));
    let asset = || match scope.graph.dialect {
        Dialect::Zola022 => None,
        Dialect::Zola023 => scope.graph.asset(path),
    };
    let Some(permalink) = found.cloned().or_else(asset) else {
        let fault = args.fault(format!("finds no content file `@/{file}`"));
        let pages = scope.graph.pages.keys().map(|id| &*id.0);
        let sections = scope.graph.sections.keys().map(|id| &*id.0);
        return Err(match nearest(&file, pages.chain(sections)) {
            Some(near) => fault.hint(format!("did you mean `@/{near}`?")),
            None => fault.hint("write the path of a file below content/ after @/"),
        });
    };
    Ok(Value::from(match fragment {
        Some(fragment) => format!("{permalink}#{fragment}"),
        None => permalink,
    }))
}

/// A language that the site does not have.
pub(super) fn no_language(args: &Arguments<'_>, lang: &str, scope: &Scope<'_>) -> Fault {
    let known: Vec<&str> = scope
        .settings
        .languages
        .keys()
        .map(String::as_str)
        .collect();
    args.fault(format!("knows no language `{lang}`")).hint(format!(
        "write one of the site's languages ({}), or add [languages.{lang}] to the configuration",
        known.join(", ")
    ))
}

fn file_hash(path: &str, args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<String> {
    if let Some(made) = scope.files.made(path) {
        return Ok(hex(&Sha256::digest(&made)));
    }
    let file = files::find(scope.settings, scope.files, path)
        .map_err(|reason| {
            args.fault(format!("cannot hash: {reason}"))
                .hint("name a file below the folder of the site")
        })?
        .ok_or_else(|| {
            args.fault(format!("finds no file `{path}` to hash"))
                .hint("write its path below static/, or take cachebust away")
        })?;
    let value = scope.files.loaded(&file.disk_path, "sha256", || {
        let bytes = source::read_bytes(&file.disk_path, &file.label)?;
        Ok(Value::from(hex(&Sha256::digest(&bytes))))
    })?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}

pub(super) fn get_taxonomy_url(args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Value> {
    let kind = args.required_text("kind")?;
    let name = args.required_text("name")?;
    let required = args.flag("required", true)?;
    let settings = scope.settings;
    let lang = args.text("lang")?.unwrap_or(&settings.default_language);
    let taxonomy = scope
        .graph
        .taxonomies
        .get(lang)
        .and_then(|taxonomies| taxonomies.iter().find(|taxonomy| taxonomy.name == kind));
    let Some(taxonomy) = taxonomy else {
        if required {
            return Err(no_taxonomy(args, kind, lang, scope));
        }
        return Ok(Value::none());
    };
    let slug = settings.slugify.taxonomies.path(name);
    taxonomy
        .terms
        .iter()
        .find(|term| term.slug == slug)
        .map(|term| Value::from(term.permalink.as_str()))
        .ok_or_else(|| {
            args.fault(format!("finds no term `{name}` of `{kind}`"))
                .hint("give the term to a page, or write the name of one that a page has")
        })
}
