//! The least that a build of a site could cost: reads every Markdown file of a content folder, turns
//! it into HTML with pulldown-cmark, and writes as many files with as many bytes as a list says, on
//! all cores. No links, no templates, no checks.
//!
//! `floor CONTENT LIST OUT`: `LIST` has a line for each file to write, `<bytes> <path below OUT>`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use pulldown_cmark::{Options, Parser, html};
use rayon::prelude::*;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [content, list, out] = arguments.as_slice() else {
        return Err("usage: floor CONTENT LIST OUT".into());
    };
    let mut sources = Vec::new();
    markdown_files(Path::new(content), &mut sources)?;
    let bodies: Vec<String> = sources
        .par_iter()
        .map(|path| rendered(path))
        .collect::<io::Result<_>>()?;
    let list = fs::read_to_string(list)?;
    let files = list
        .lines()
        .map(|line| entry(line, Path::new(out)))
        .collect::<Result<Vec<_>, Failure>>()?;
    for folder in files
        .iter()
        .filter_map(|(_, path)| path.parent())
        .collect::<BTreeSet<_>>()
    {
        fs::create_dir_all(folder)?;
    }
    files
        .par_iter()
        .enumerate()
        .try_for_each(|(index, (bytes, path))| {
            // Some body goes into each file, so that none of the work above can be left out.
            let body = bodies
                .get(index % bodies.len().max(1))
                .map_or("", String::as_str);
            write_filled(path, body.as_bytes(), *bytes)
        })?;
    Ok(())
}

fn markdown_files(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            markdown_files(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    Ok(())
}

/// The HTML of a file's text after its TOML front matter.
fn rendered(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    let body = text
        .strip_prefix("+++")
        .and_then(|rest| rest.split_once("\n+++"))
        .map_or(&*text, |(_, body)| body);
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    let mut html = String::with_capacity(body.len() * 2);
    html::push_html(&mut html, Parser::new_ext(body, options));
    Ok(html)
}

fn entry(line: &str, out: &Path) -> Result<(usize, PathBuf), Failure> {
    let (bytes, path) = line
        .split_once(' ')
        .ok_or_else(|| format!("not `<bytes> <path>`: {line}"))?;
    Ok((bytes.parse()?, out.join(path)))
}

/// Writes `bytes` bytes: the body, cut or filled up with blanks.
fn write_filled(path: &Path, body: &[u8], bytes: usize) -> io::Result<()> {
    let mut filled = Vec::with_capacity(bytes);
    filled.extend_from_slice(body.get(..bytes).unwrap_or(body));
    filled.resize(bytes, b' ');
    fs::File::create(path)?.write_all(&filled)
}
