//! What a content file's path tells: folder, language, name, and the date at its head.

use crate::diagnostic::Diagnostic;
use crate::settings::Settings;
use crate::source::SourcePath;

use super::dates::{self, WrittenDate};

/// The folder of all content, below the site's root.
const CONTENT: &str = "content/";

/// A content file's path, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    /// Its path below `content/`.
    pub below: String,
    /// The folders that hold it, below `content/`.
    pub folders: Vec<String>,
    /// Its name without extension and language code.
    pub stem: String,
    /// Language code.
    pub lang: String,
    /// Whether it is a section's file (`_index`).
    pub is_section: bool,
    /// Whether it is a page that owns its folder (`index`).
    pub is_bundle: bool,
}

impl FileName {
    /// Takes a path apart.
    ///
    /// # Errors
    /// The name bears the code of a language that the site does not have.
    pub fn of(path: &SourcePath, settings: &Settings) -> Result<Self, Diagnostic> {
        let below = path.0.strip_prefix(CONTENT).unwrap_or(&path.0).to_owned();
        let mut folders: Vec<String> = below.split('/').map(str::to_owned).collect();
        let name = folders.pop().unwrap_or_default();
        let whole = name.strip_suffix(".md").unwrap_or(&name);
        let (stem, lang) = split_language(whole, settings).map_err(|code| {
            let known: Vec<&str> = settings.languages.keys().map(String::as_str).collect();
            Diagnostic::error(format!(
                "This file's name says that its language is `{code}`, which the site does not have"
            ))
            .in_file(path.0.clone())
            .hint(format!(
                "add [languages.{code}] to {}, or rename the file; the site has {}",
                settings.config_file,
                known.join(", ")
            ))
        })?;
        Ok(Self {
            is_section: stem == "_index",
            is_bundle: stem == "index" || stem.starts_with("index."),
            below,
            folders,
            stem,
            lang,
        })
    }

    /// The folders of its address: those that hold it, without a bundle's own.
    #[must_use]
    pub fn address_folders(&self) -> &[String] {
        if self.is_bundle && !self.is_section {
            self.folders.split_last().map_or(&[], |(_, rest)| rest)
        } else {
            &self.folders
        }
    }

    /// The folder of a bundle below `content/`, with a trailing slash.
    #[must_use]
    pub fn colocated_path(&self) -> Option<String> {
        self.is_bundle
            .then(|| format!("{}/", self.folders.join("/")))
    }

    /// The date at the head of the name.
    #[must_use]
    pub fn date(&self) -> Option<WrittenDate> {
        dates::at_head_of(self.own_name()).map(|(date, _)| date)
    }

    /// The name from which the slug is made, without the date before it unless that is to be kept.
    #[must_use]
    pub fn slug_source(&self, keep_date: bool) -> &str {
        let name = self.own_name();
        match dates::at_head_of(name) {
            Some((_, Some(rest))) if !keep_date => rest,
            _ => name,
        }
    }

    /// A bundle is named by its folder.
    fn own_name(&self) -> &str {
        match self.folders.last() {
            Some(folder) if self.stem == "index" => folder,
            _ => &self.stem,
        }
    }
}

/// Name and language; the code itself if the site lacks the language. Without further languages a
/// dot is a plain character.
fn split_language(name: &str, settings: &Settings) -> Result<(String, String), String> {
    let default = || (name.to_owned(), settings.default_language.clone());
    if !settings.is_multilingual() {
        return Ok(default());
    }
    match name.split_once('.') {
        None => Ok(default()),
        Some((_, code)) if code == settings.default_language => Ok(default()),
        Some((stem, code)) if settings.language(code).is_some() => {
            Ok((stem.to_owned(), code.to_owned()))
        }
        Some((_, code)) => Err(code.to_owned()),
    }
}
