//! Each kind of mistake that an author can make (`broken/README.md`): the build names its file, line
//! and column, and how to mend it, and tells all mistakes at once.

#[cfg(test)]
#[path = "support/mod.rs"]
mod support;

#[cfg(test)]
mod broken {
    use std::collections::BTreeMap;
    use std::fs;
    use std::io::Cursor;
    use std::path::Path;

    use super::support::{errors, site, write};

    type Files = BTreeMap<String, String>;

    /// What precedes each part's name.
    const FILE: &str = "---- ";
    const CASE: &str = "==== ";

    /// One mistake: its name, its files, and what is said of it.
    struct Case {
        name: String,
        files: Files,
        says: String,
    }

    /// The files of a text that stand below lines `---- PATH`.
    fn files(text: &str) -> Files {
        let mut files = Files::new();
        let mut current = None;
        for line in text.split_inclusive('\n') {
            if let Some(path) = line.strip_prefix(FILE) {
                let file = files.entry(path.trim_end().to_owned());
                current = Some(file.or_default());
            } else if let Some(file) = &mut current {
                file.push_str(line);
            }
        }
        files
    }

    fn cases(text: &str) -> Vec<Case> {
        let between = format!("\n{CASE}");
        let mut parts = text.split(&between);
        let shared = files(parts.next().unwrap_or_default());
        let read = |part: &str| {
            let (name, rest) = part.split_once('\n').expect("a name and files");
            let mut all = shared.clone();
            // The blank that ends each part went with what separates them.
            all.extend(files(&format!("{rest}\n")));
            let says = all.remove("says").expect("what is said");
            Case {
                name: name.to_owned(),
                files: all,
                says: says.trim_end().to_owned(),
            }
        };
        parts.map(read).collect()
    }

    fn picture() -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::RgbImage::new(2, 2)
            .write_to(&mut bytes, image::ImageFormat::Png)
            .expect("written");
        bytes.into_inner()
    }

    fn bytes(text: &str) -> Vec<u8> {
        let copied = text.trim_end().strip_prefix("(copy of ");
        match text.trim_end() {
            "(a picture)" => picture(),
            "(half a picture)" => {
                let mut whole = picture();
                whole.truncate(whole.len() / 2);
                whole
            }
            _ => match copied.and_then(|path| path.strip_suffix(')')) {
                Some(path) => {
                    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
                    fs::read(root.join(path)).expect("a file of this repository")
                }
                None => text.as_bytes().to_vec(),
            },
        }
    }

    /// What a build says: each error, then its remedy.
    fn said(case: &Case) -> String {
        let folder = site("", &[]);
        for template in ["index", "page", "section"] {
            write(folder.path(), &format!("templates/{template}.html"), "");
        }
        for (path, text) in &case.files {
            write(folder.path(), path, bytes(text));
        }
        let mut lines = Vec::new();
        for mut fault in errors(folder.path()) {
            let hint = fault.hint.take();
            lines.push(fault.to_string());
            lines.extend(hint.map(|hint| format!("fix: {hint}")));
        }
        lines.join("\n")
    }

    fn group(name: &str, text: &str) {
        let cases = cases(text);
        let wrong: Vec<String> = cases
            .iter()
            .filter_map(|case| {
                let said = said(case);
                let same = said == case.says;
                (!same).then(|| format!("{}:\n{said}\nbut wanted:\n{}", case.name, case.says))
            })
            .collect();
        let count = wrong.len();
        assert!(
            wrong.is_empty(),
            "{name}: {count} of {}:\n{}",
            cases.len(),
            wrong.join("\n\n")
        );
    }

    macro_rules! groups {
        ($($test:ident $file:literal)*) => {
            $(#[test]
            fn $test() {
                group($file, include_str!(concat!("broken/", $file, ".txt")));
            })*

            /// Every mistake is told with a remedy, and with line and column where its file has such.
            #[test]
            fn each_mistake_names_its_place_and_its_remedy() {
                let texts = [$(include_str!(concat!("broken/", $file, ".txt"))),*];
                let all: Vec<Case> = texts.iter().flat_map(|text| cases(text)).collect();
                assert!(all.len() > 200, "{}", all.len());
                let mut placeless = Vec::new();
                for case in &all {
                    let lines: Vec<&str> = case.says.lines().collect();
                    for pair in lines.chunks(2) {
                        let [told, fix] = pair else {
                            panic!("{}: no remedy", case.name);
                        };
                        assert!(fix.starts_with("fix: ") && fix.len() > 15, "{fix}");
                        if !has_place(told) {
                            placeless.push(*told);
                        }
                    }
                }
                for told in &placeless {
                    let file = told.split(": ").next().unwrap_or_default();
                    let has_no_lines = NO_LINES.iter().any(|known| file == *known || told.contains(known));
                    assert!(has_no_lines, "no place: {told}");
                }
            }
        };
    }

    /// Pictures have no lines, and what is missing stands on none.
    const NO_LINES: &[&str] = &[
        "static/a.png",
        "static/a.svg",
        "static/a.txt",
        "t/en.toml: This file cannot be read",
        "themes/t/theme.toml: This file cannot be read",
        "The site's address is missing",
        "The table [campaign] is missing",
        "shows `shell.main` 0 times",
    ];

    /// Whether a fault begins with `file:line:column: `.
    fn has_place(told: &str) -> bool {
        let place = told.split(": ").next().unwrap_or_default();
        let mut parts = place.rsplit(':');
        let numbers = parts
            .by_ref()
            .take(2)
            .filter(|part| part.parse::<usize>().is_ok());
        numbers.count() == 2 && parts.next().is_some()
    }

    groups! {
        front_matter "front-matter"
        markdown "markdown"
        templates "templates"
        functions "functions"
        data "data"
        config "config"
        sass "sass"
        campaign "campaign"
        newer "newer"
    }
}
