//! `load_data`: files and texts as values.

use std::path::Path;

use tera::Value;

use crate::diagnostic::Diagnostic;
use crate::fields::{Faults, parse_toml, parse_yaml};
use crate::source;
use crate::template::arguments::Arguments;
use crate::template::fault::Rendering;
use crate::template::files;
use crate::template::scope::Scope;
use crate::template::values;

const FORMATS: [&str; 5] = ["json", "plain", "toml", "yaml", "yml"];

pub(super) fn load_data(args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Value> {
    let required = args.flag("required", true)?;
    let (path, literal) = (args.text("path")?, args.text("literal")?);
    if let Some(url) = args.text("url")? {
        if !required {
            return Ok(Value::none());
        }
        return Err(args
            .fault(format!(
                "cannot fetch `{url}`: this version reads files only"
            ))
            .hint("save it as a file of the site and give its `path`"));
    }
    let format = args.text("format")?;
    match (path, literal) {
        (Some(path), None) => from_file(path, format, required, args, scope),
        (None, Some(text)) => {
            let format = known(format.unwrap_or("plain"), args)?;
            Ok(parse(text, format, "a literal of load_data")?)
        }
        _ if !required => Ok(Value::none()),
        _ => Err(args.fault("needs either a `path`, an `url` or a `literal`")),
    }
}

fn from_file(
    path: &str,
    format: Option<&str>,
    required: bool,
    args: &Arguments<'_>,
    scope: &Scope<'_>,
) -> Rendering<Value> {
    let found = files::find(scope.settings, path)
        .map_err(|reason| args.fault(format!("cannot load: {reason}")))?;
    let Some(file) = found else {
        if !required {
            return Ok(Value::none());
        }
        return Err(args
            .fault(format!("finds no file `{path}`"))
            .hint("write its path below the site's folder, or add required=false"));
    };
    let extension = Path::new(path)
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    let format = match format {
        Some(format) => known(format, args)?,
        None => FORMATS
            .into_iter()
            .find(|known| extension.eq_ignore_ascii_case(known))
            .unwrap_or("plain"),
    };
    Ok(scope.files.loaded(&file.disk_path, format, || {
        let text = source::read_text(&file.disk_path, &file.label)?;
        parse(&text, format, &file.label)
    })?)
}

fn known(format: &str, args: &Arguments<'_>) -> Rendering<&'static str> {
    let lower = format.to_ascii_lowercase();
    FORMATS
        .into_iter()
        .find(|known| *known == lower)
        .ok_or_else(|| {
            args.fault(format!("cannot read the format `{format}`"))
                .hint(format!("this version reads {}", FORMATS.join(", ")))
        })
}

fn parse(text: &str, format: &str, label: &str) -> Result<Value, Diagnostic> {
    let mut faults = Faults::of(label);
    let node = match format {
        "toml" => parse_toml(text, 1, &mut faults).map(|node| node.to_value(true)),
        "yaml" | "yml" => parse_yaml(text, 1, &mut faults).map(|node| node.to_value(false)),
        "json" => {
            let value: serde_json::Value = serde_json::from_str(text).map_err(|error| {
                Diagnostic::error(format!("This is not valid JSON: {error}"))
                    .in_file(label)
                    .at(error.line(), error.column().max(1))
            })?;
            return Ok(values::from_json(&value));
        }
        _ => return Ok(Value::from(text)),
    };
    node.ok_or_else(|| {
        faults
            .found
            .into_iter()
            .next()
            .unwrap_or_else(|| Diagnostic::error("This file cannot be read").in_file(label))
    })
}
