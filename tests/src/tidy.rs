//! The rules of ARCHITECTURE.md, kept by reading the source.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules of the generator in the order of import: each may name those before it.
const GENERATOR_ORDER: &[&[&str]] = &[
    &["diagnostic"],
    &["fields"],
    &["source"],
    &["settings"],
    &["content"],
    &["graph"],
    &["markup"],
    &["template"],
    &["view"],
    &["campaign"],
    &["outputs"],
    &["engine"],
    &["emit"],
    &["serve"],
    &["dev"],
    &["cli"],
];

/// Modules of the petition service, likewise; those of one row do not know each other.
const SERVICE_ORDER: &[&[&str]] = &[
    &["domain"],
    &["campaign"],
    &["store", "mail", "captcha", "pages"],
    &["config"],
    &["usecases"],
    &["http", "outbox"],
    &["app"],
    &["cli"],
];

/// A word that may stand only in files below some folders, and why.
struct Confined {
    program: &'static str,
    word: &'static str,
    only_in: &'static [&'static str],
    because: &'static str,
}

const CONFINED: &[Confined] = &[
    Confined {
        program: "generator",
        word: "std::fs",
        only_in: &["source", "emit", "dev", "cli"],
        because: "reads go through `source`, writes through `emit` (rule 1)",
    },
    Confined {
        program: "generator",
        word: "tera1::",
        only_in: &["template"],
        because: "only `template` names Tera (rule 2)",
    },
    Confined {
        program: "generator",
        word: "rayon",
        only_in: &["engine", "source"],
        because: "only `engine` and `source` run in parallel (rule 3)",
    },
    Confined {
        program: "generator",
        word: "reqwest",
        only_in: &["source"],
        because: "only `source` asks other hosts (rule 1)",
    },
    Confined {
        program: "petition-service",
        word: "sqlx",
        only_in: &["store"],
        because: "only `store` holds SQL (rule 2)",
    },
    Confined {
        program: "petition-service",
        word: "Utc::now",
        only_in: &["domain"],
        because: "the clock is handed in (rule 1)",
    },
    Confined {
        program: "petition-service",
        word: "SystemTime::now",
        only_in: &["domain"],
        because: "the clock is handed in (rule 1)",
    },
    Confined {
        program: "petition-service",
        word: "lettre",
        only_in: &["mail"],
        because: "only `mail` speaks SMTP",
    },
    Confined {
        program: "petition-service",
        word: "dangerous_new_pre_encoded",
        only_in: &[],
        because: "it would let text into a mail's headers unencoded",
    },
];

struct Source {
    /// Relative to the program's `src`.
    path: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the workspace")
        .to_owned()
}

fn sources(program: &str) -> Vec<Source> {
    let src = root().join(program).join("src");
    let mut found = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a source folder is readable") {
            let path = entry.expect("an entry is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let relative = path.strip_prefix(&src).expect("below src");
                found.push(Source {
                    path: relative.to_string_lossy().replace('\\', "/"),
                    text: fs::read_to_string(&path).expect("source is UTF-8"),
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no sources in {program}");
    found
}

impl Source {
    /// The top-level module that the file belongs to.
    fn module(&self) -> &str {
        self.path
            .split(['/', '.'])
            .next()
            .expect("split yields one part at least")
    }

    fn is_test(&self) -> bool {
        self.path.contains("tests") || self.path.contains("testing")
    }

    /// The code lines that ship: without comments and without the tests at the file's end.
    fn shipped_lines(&self) -> Vec<&str> {
        if self.is_test() {
            return Vec::new();
        }
        self.text
            .lines()
            .take_while(|line| line.trim() != "#[cfg(test)]")
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect()
    }
}

fn ranks(order: &[&[&'static str]]) -> BTreeMap<&'static str, usize> {
    let mut ranks = BTreeMap::new();
    for (rank, row) in order.iter().enumerate() {
        for module in *row {
            ranks.insert(*module, rank);
        }
    }
    ranks
}

fn wrong_imports(program: &str, order: &[&[&'static str]]) -> Vec<String> {
    let ranks = ranks(order);
    let mut wrong = Vec::new();
    for source in sources(program) {
        let Some(own) = ranks.get(source.module()) else {
            assert!(
                matches!(source.module(), "lib" | "main"),
                "{program}/src/{}: its module stands in no row of the import order",
                source.path
            );
            continue;
        };
        for line in source.shipped_lines() {
            for rest in line.split("crate::").skip(1) {
                let module: String = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                let allowed = module == source.module()
                    || ranks.get(module.as_str()).is_none_or(|rank| rank < own);
                if !allowed {
                    wrong.push(format!(
                        "{program}/src/{}: `{}` may not import `{module}`: {}",
                        source.path,
                        source.module(),
                        line.trim()
                    ));
                }
            }
        }
    }
    wrong
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn modules_import_downwards_only() {
    let mut wrong = wrong_imports("generator", GENERATOR_ORDER);
    wrong.extend(wrong_imports("petition-service", SERVICE_ORDER));
    none(&wrong);
}

#[test]
fn words_stand_only_where_they_belong() {
    let mut faults = Vec::new();
    for confined in CONFINED {
        for source in sources(confined.program) {
            if confined.only_in.contains(&source.module()) {
                continue;
            }
            for line in source.shipped_lines() {
                if line.contains(confined.word) {
                    faults.push(format!(
                        "{}/src/{}: `{}`: {}",
                        confined.program, source.path, confined.word, confined.because
                    ));
                }
            }
        }
    }
    none(&faults);
}

#[test]
fn every_file_says_what_it_holds_and_is_short() {
    let mut faults = Vec::new();
    for program in ["campaign-file", "generator", "petition-service", "tests"] {
        for source in sources(program) {
            let place = format!("{program}/src/{}", source.path);
            if !source.text.starts_with("//! ") {
                faults.push(format!("{place}: the first line must be a `//!` sentence"));
            }
            let lines = source.text.lines().count();
            if lines > 400 {
                faults.push(format!("{place}: {lines} lines, 400 at most"));
            }
        }
    }
    none(&faults);
}

#[test]
fn names_say_what_a_file_holds() {
    const VAGUE: [&str; 7] = [
        "utils", "util", "common", "helpers", "helper", "misc", "types",
    ];
    let mut faults = Vec::new();
    for program in ["campaign-file", "generator", "petition-service", "tests"] {
        for source in sources(program) {
            let vague = source
                .path
                .split(['/', '.'])
                .any(|part| VAGUE.contains(&part));
            if vague {
                faults.push(format!("{program}/src/{}: a vague name", source.path));
            }
        }
    }
    none(&faults);
}

#[test]
fn the_campaign_files_schema_is_current() {
    let committed = fs::read_to_string(root().join("docs/campaign.schema.json"))
        .expect("docs/campaign.schema.json is committed");
    let current = serde_json::to_string_pretty(&campaign_file::json_schema())
        .expect("a schema is JSON")
        + "\n";
    assert!(
        committed == current,
        "docs/campaign.schema.json is stale: run \
         `cargo run -p campaign-file --example schema > docs/campaign.schema.json`"
    );
}
