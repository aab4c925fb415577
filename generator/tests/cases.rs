//! Small cases, one file each (`cases/GROUP/NAME.txt`, see `cases/README.md`): a site of a few lines
//! and what Zola 0.22.1 makes of it. Each counts as a test of its own.

#[cfg(test)]
fn main() -> std::process::ExitCode {
    cases::all(&libtest_mimic::Arguments::from_args())
}

#[cfg(test)]
mod cases {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    use base64::Engine as _;
    use groundswell::engine::{BuildReport, Engine};
    use groundswell::outputs::Artifact;
    use groundswell::settings::Overrides;
    use libtest_mimic::{Arguments, Failed, Trial};

    /// A part of a case: what stands between two lines that begin with `--- `.
    struct Part {
        /// The line's words: a file's path with its marks, or `expect PATH` and its like.
        words: Vec<String>,
        text: String,
    }

    struct Case {
        flags: String,
        parts: Vec<Part>,
    }

    fn parse(text: &str) -> Case {
        let mut case = Case {
            flags: String::new(),
            parts: Vec::new(),
        };
        for line in text.lines() {
            if let Some(words) = line.strip_prefix("--- ") {
                case.parts.push(Part {
                    words: words.split_whitespace().map(str::to_owned).collect(),
                    text: String::new(),
                });
            } else if let Some(part) = case.parts.last_mut() {
                part.text.push_str(line);
                part.text.push('\n');
            } else if let Some(flags) = line.strip_prefix("flags:") {
                flags.trim().clone_into(&mut case.flags);
            }
        }
        case
    }

    fn is_expectation(word: &str) -> bool {
        matches!(
            word,
            "expect" | "contains" | "lacks" | "files" | "absent" | "error"
        )
    }

    /// A site's file: its path (`␣` stands for a space) and its bytes.
    fn source(part: &Part) -> (String, Vec<u8>) {
        let (path, marks) = part.words.split_first().expect("a path");
        let mut text = part.text.clone();
        for mark in marks {
            match mark.as_str() {
                "[crlf]" => text = text.replace('\n', "\r\n"),
                "[bom]" => text.insert(0, '\u{feff}'),
                "[bare]" => text.truncate(text.trim_end_matches('\n').len()),
                "[base64]" => {
                    let bytes = base64::prelude::BASE64_STANDARD.decode(text.trim());
                    return (path.replace('␣', " "), bytes.expect("base64"));
                }
                _ => panic!("no such mark: {mark}"),
            }
        }
        (path.replace('␣', " "), text.into_bytes())
    }

    fn lay_out(root: &Path, cases: [&Case; 2]) {
        for part in cases.into_iter().flat_map(|case| &case.parts) {
            if is_expectation(&part.words[0]) {
                continue;
            }
            let (path, bytes) = source(part);
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, bytes).expect("written");
        }
    }

    fn text_of(artifact: &Artifact) -> String {
        let bytes = match artifact {
            Artifact::Made(bytes) | Artifact::Page(bytes) => bytes.to_vec(),
            Artifact::Copy { from, .. } | Artifact::Staged(from) => {
                fs::read(from).expect("readable")
            }
            Artifact::Kept => Vec::new(),
        };
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What is wrong between what is wanted and what was made, in lines.
    fn difference(path: &str, wanted: &str, made: &str) -> Option<String> {
        let (wanted, made) = (wanted.trim_end(), made.trim_end());
        if wanted == made {
            return None;
        }
        let mut shown = format!("{path} (- wanted, + made)\n");
        let diff = similar::TextDiff::from_lines(wanted, made);
        for change in diff.iter_all_changes() {
            let value = change.value().trim_end_matches('\n');
            let _infallible = writeln!(shown, "{}{value}", change.tag());
        }
        Some(shown)
    }

    fn faults(report: &BuildReport) -> String {
        let shown: Vec<String> = report.diagnostics.iter().map(ToString::to_string).collect();
        shown.join("\n")
    }

    /// What is wrong with one expectation.
    fn judge(part: &Part, files: &BTreeMap<String, &Artifact>) -> Vec<String> {
        let path = part.words.get(1).map_or("", String::as_str);
        let path = path.replace('␣', " ");
        let lines = || part.text.lines().filter(|line| !line.trim().is_empty());
        match part.words[0].as_str() {
            "files" => {
                let names: Vec<&str> = files.keys().map(String::as_str).collect();
                difference("files", &part.text, &names.join("\n"))
                    .into_iter()
                    .collect()
            }
            "absent" => lines()
                .filter(|name| files.contains_key(*name))
                .map(|name| format!("{name} is there"))
                .collect(),
            kind => {
                let Some(artifact) = files.get(&path) else {
                    let names: Vec<&String> = files.keys().collect();
                    return vec![format!("{path} is not among {names:?}")];
                };
                let made = text_of(artifact);
                match kind {
                    "expect" => difference(&path, &part.text, &made).into_iter().collect(),
                    "contains" => lines()
                        .filter(|line| !made.contains(*line))
                        .map(|line| format!("{path} lacks: {line}\n{made}"))
                        .collect(),
                    _ => lines()
                        .filter(|line| made.contains(*line))
                        .map(|line| format!("{path} has: {line}\n{made}"))
                        .collect(),
                }
            }
        }
    }

    fn run(case: &Case, defaults: &Case) -> Result<(), Failed> {
        let site = tempfile::tempdir().expect("a folder");
        lay_out(site.path(), [defaults, case]);
        let overrides = Overrides {
            include_drafts: case.flags.contains("drafts"),
            minify_html: case.flags.contains("minify"),
            ..Overrides::default()
        };
        let report = Engine::new(site.path(), None, overrides).build();
        let error = case.parts.iter().find(|part| part.words[0] == "error");
        let mut wrong = Vec::new();
        if let Some(error) = error {
            if !report.has_errors() {
                wrong.push("no error".to_owned());
            }
            let shown = faults(&report);
            let missing = error
                .text
                .lines()
                .filter(|line| !shown.contains(line.trim()));
            wrong.extend(missing.map(|line| format!("no fault says: {line}\n{shown}")));
        } else if report.has_errors() {
            wrong.push(faults(&report));
        } else {
            let files = report.artifacts.iter();
            let files = files.map(|(path, artifact)| (path.to_string(), artifact));
            let files: BTreeMap<String, &Artifact> = files.collect();
            let expectations = case.parts.iter();
            for part in expectations.filter(|part| is_expectation(&part.words[0])) {
                wrong.extend(judge(part, &files));
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        Err(wrong.join("\n").into())
    }

    fn found(folder: &Path) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for group in fs::read_dir(folder).expect("readable").flatten() {
            if group.path().is_dir() {
                let cases = fs::read_dir(group.path()).expect("readable").flatten();
                files.extend(cases.map(|entry| entry.path()));
            }
        }
        files.retain(|file| file.extension().is_some_and(|ending| ending == "txt"));
        files.sort();
        files
    }

    pub(crate) fn all(arguments: &Arguments) -> std::process::ExitCode {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
        let text = |file: &Path| fs::read_to_string(file).expect("text");
        let defaults = Arc::new(parse(&text(&folder.join("defaults.txt"))));
        let trials = found(&folder).into_iter().map(|file| {
            let name = file
                .strip_prefix(&folder)
                .expect("below")
                .with_extension("");
            let case = parse(&text(&file));
            let defaults = Arc::clone(&defaults);
            Trial::test(name.display().to_string(), move || run(&case, &defaults))
        });
        libtest_mimic::run(arguments, trials.collect()).exit_code()
    }
}
