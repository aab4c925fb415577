//! The rules of ARCHITECTURE.md, kept by reading the source.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The folders of the crates.
const CRATES: &str = "campaign-file generator petition-service tests tests/postgres";

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
    &["migrate"],
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

/// Words that may stand only in some files, and why.
struct Confined {
    program: &'static str,
    words: &'static [&'static str],
    /// Modules (`source`) and files (`cli/init.rs`).
    only_in: &'static [&'static str],
    because: &'static str,
}

const CONFINED: &[Confined] = &[
    Confined {
        program: "generator",
        words: &["std::fs", "fs::", "{fs", " fs,"],
        only_in: &[
            "source",
            "emit",
            "cli/init.rs",
            "cli/migrate.rs",
            "dev/secrets.rs",
            "dev/service.rs",
        ],
        because: "reads go through `source`, writes through `emit` (rule 1)",
    },
    Confined {
        program: "generator",
        words: &["petition_service"],
        only_in: &["dev"],
        because: "only `dev` runs the service",
    },
    Confined {
        program: "generator",
        words: &["tera1::", "tera1 "],
        only_in: &["template"],
        because: "only `template` names Tera 1 (rule 2)",
    },
    Confined {
        program: "generator",
        words: &[
            "tera::{",
            "tera::value",
            "tera::Map",
            "tera::Tera",
            "tera::Context",
            "tera::Kwargs",
        ],
        only_in: &["template", "view"],
        because: "elsewhere only `tera::Value` is named (rule 2)",
    },
    Confined {
        program: "generator",
        words: &["stderr()", "stdout()"],
        only_in: &["cli"],
        because: "only `cli` prints (rule 3)",
    },
    Confined {
        program: "generator",
        words: &["rayon"],
        only_in: &["engine", "graph", "source", "view", "emit"],
        because: "only stages that go over the whole site share work among threads (rule 3)",
    },
    Confined {
        program: "generator",
        words: &["thread::spawn", "thread::Builder", "spawn_blocking"],
        only_in: &["serve", "dev/mailbox/smtp.rs"],
        because: "only `serve` and the mailbox start threads of their own (rule 3)",
    },
    Confined {
        program: "generator",
        words: &["reqwest"],
        only_in: &["source"],
        because: "only `source` asks other hosts (rule 1)",
    },
    Confined {
        program: "petition-service",
        words: &["sqlx"],
        only_in: &["store"],
        because: "only `store` holds SQL (rule 2)",
    },
    Confined {
        program: "petition-service",
        words: &["Utc::now", "SystemTime::now"],
        only_in: &["domain"],
        because: "the clock is handed in (rule 1)",
    },
    Confined {
        program: "petition-service",
        words: &["lettre"],
        only_in: &["mail"],
        because: "only `mail` speaks SMTP",
    },
    Confined {
        program: "petition-service",
        words: &["dangerous_new_pre_encoded"],
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

    /// The code lines that ship: without comments and without what is only compiled for tests.
    fn shipped_lines(&self) -> Vec<&str> {
        if self.is_test() {
            return Vec::new();
        }
        shipped_lines(&self.text)
    }
}

/// Leaves out comments and the item after each `#[cfg(test)]`. How far an item goes is told by the
/// indentation that rustfmt gives it.
fn shipped_lines(text: &str) -> Vec<&str> {
    let mut shipped = Vec::new();
    let mut lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            shipped.push(line);
            continue;
        }
        let indentation: String = line.chars().take_while(|c| c.is_whitespace()).collect();
        let closing = format!("{indentation}}}");
        for line in lines.by_ref() {
            let attribute = line.trim_start().starts_with("#[");
            let head = line.strip_prefix(&indentation).unwrap_or_default();
            let whole = !head.starts_with(' ') && (head.ends_with(';') || head.ends_with("{}"));
            if !attribute && (whole || line == closing || line == format!("{closing};")) {
                break;
            }
        }
    }
    shipped
}

/// The modules of the same program that code names after `crate::`, those of a group too.
fn named_modules(code: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let mut modules = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            modules.push(word(rest));
            continue;
        };
        let (mut depth, mut from) = (0, 0);
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    modules.push(word(group.get(from..at).unwrap_or_default()));
                    from = at + 1;
                    if c == '}' {
                        break;
                    }
                }
                _ => {}
            }
        }
    }
    modules.retain(|module| !module.is_empty());
    modules
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
        for module in named_modules(&source.shipped_lines().join("\n")) {
            let allowed = module == source.module()
                || ranks.get(module.as_str()).is_none_or(|rank| rank < own);
            if !allowed {
                wrong.push(format!(
                    "{program}/src/{}: `{}` may not import `{module}`",
                    source.path,
                    source.module(),
                ));
            }
        }
    }
    wrong
}

#[test]
fn what_is_only_compiled_for_tests_is_left_out_and_no_more() {
    let text = "#[cfg(test)]\nmod tests;\nuse a;\n// use b;\nimpl C {\n    #[cfg(test)]\n    \
        #[must_use]\n    fn d() {\n        e();\n    }\n    fn f() {}\n}\n#[cfg(test)]\nmod g {\n    \
        use h;\n}\nuse i;\n";
    let shipped = ["use a;", "impl C {", "    fn f() {}", "}", "use i;"];
    assert_eq!(shipped_lines(text), shipped);
}

#[test]
fn every_module_of_a_group_is_read() {
    let code = "use crate::a::B;\nuse crate::{\n    c::{D, E},\n    f, g::*,\n};\ncrate::h::i()";
    assert_eq!(named_modules(code), ["a", "c", "f", "g", "h"]);
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
            let places = [source.module(), &source.path];
            if places.iter().any(|place| confined.only_in.contains(place)) {
                continue;
            }
            for line in source.shipped_lines() {
                if confined.words.iter().any(|word| line.contains(word)) {
                    faults.push(format!(
                        "{}/src/{}: {}: {}",
                        confined.program,
                        source.path,
                        confined.because,
                        line.trim()
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
    for program in CRATES.split(' ') {
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
    for program in CRATES.split(' ') {
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
