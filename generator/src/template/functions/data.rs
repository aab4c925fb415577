//! `load_data`: files, texts and what other hosts hold, as values.

use std::path::Path;

use tera::Value;

use super::formats::{FORMATS, media_type, parse};
use crate::diagnostic::Diagnostic;
use crate::source::{self, Request};
use crate::template::arguments::Arguments;
use crate::template::fault::Rendering;
use crate::template::files;
use crate::template::scope::Scope;

pub(super) fn load_data(args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Value> {
    let required = args.flag("required", true)?;
    let (path, url, literal) = (args.text("path")?, args.text("url")?, args.text("literal")?);
    let format = args.text("format")?;
    match (path, url, literal) {
        (Some(path), None, None) => from_file(path, format, required, args, scope),
        (None, Some(url), None) => {
            let format = known(format.unwrap_or("plain"), args)?;
            from_host(url, format, required, args, scope)
        }
        (None, None, Some(text)) => {
            let format = known(format.unwrap_or("plain"), args)?;
            Ok(parse(text, format, "").map_err(of_literal)?)
        }
        _ if !required => Ok(Value::none()),
        _ => Err(args.fault("needs either a `path`, an `url` or a `literal`")),
    }
}

/// A literal is no file: its lines are told in words, and the place is that of the call.
fn of_literal(mut fault: Diagnostic) -> Diagnostic {
    if let Some(line) = fault.line.take() {
        fault.message = format!("{}, on line {line} of the literal", fault.message);
    }
    (fault.file, fault.column) = (None, None);
    fault
}

fn from_file(
    path: &str,
    format: Option<&str>,
    required: bool,
    args: &Arguments<'_>,
    scope: &Scope<'_>,
) -> Rendering<Value> {
    let found = files::find(scope.settings, scope.files, path).map_err(|reason| {
        args.fault(format!("cannot load: {reason}"))
            .hint("name a file below the folder of the site")
    })?;
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

fn from_host(
    url: &str,
    format: &'static str,
    required: bool,
    args: &Arguments<'_>,
    scope: &Scope<'_>,
) -> Rendering<Value> {
    let request = request(url, format, args)?;
    match scope.files.remote(&request) {
        Ok(text) => Ok(scope
            .files
            .parsed(&request, format, || parse(&text, format, url))?),
        Err(_) if !required => Ok(Value::none()),
        Err(reason) => Err(args
            .fault(format!("cannot fetch `{url}`: {reason}"))
            .hint("try the address in a browser; with required=false the site is built without")),
    }
}

fn request(url: &str, format: &'static str, args: &Arguments<'_>) -> Rendering<Request> {
    let post = match args.text("method")? {
        None => false,
        Some(method) if method.eq_ignore_ascii_case("get") => false,
        Some(method) if method.eq_ignore_ascii_case("post") => true,
        Some(method) => {
            return Err(args
                .fault(format!("cannot ask with the method `{method}`"))
                .hint("write method=\"get\" or method=\"post\""));
        }
    };
    let mut headers = vec![("Accept".to_owned(), media_type(format).to_owned())];
    if let Some(lines) = args.get("headers") {
        let lines = args
            .list(lines)
            .map_err(|fault| fault.hint("write headers=[\"accept=application/json\"]"))?;
        for line in lines {
            let (name, value) = line
                .as_str()
                .and_then(|line| line.split_once('='))
                .ok_or_else(|| {
                    args.fault("wants `headers` as a list of \"Name=value\"")
                        .hint("write headers=[\"accept=application/json\"]")
                })?;
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    let body = if post {
        args.text("body")?.map(str::to_owned)
    } else {
        None
    };
    if post && let Some(kind) = args.text("content_type")? {
        headers.push(("Content-Type".to_owned(), kind.to_owned()));
    }
    Ok(Request {
        post,
        url: url.to_owned(),
        headers,
        body,
    })
}

fn known(format: &str, args: &Arguments<'_>) -> Rendering<&'static str> {
    let lower = format.to_ascii_lowercase();
    FORMATS
        .into_iter()
        .find(|known| *known == lower)
        .ok_or_else(|| {
            args.fault(format!("cannot read the format `{format}`"))
                .hint(format!("it reads {}", FORMATS.join(", ")))
        })
}
