//! A build that fails leaves the output of the last good one as it was, byte for byte and file for file,
//! and tells all mistakes of all files in one run: one class of failure after the other.

#[cfg(test)]
mod failed {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::time::SystemTime;

    use tempfile::TempDir;

    const CONFIG: &str = "base_url = \"https://e.org\"\ntitle = \"T\"\ncompile_sass = true\n\
                          taxonomies = [{ name = \"tags\" }]\n";

    /// Something of each kind that can fail.
    const FILES: &[(&str, &str)] = &[
        ("config.toml", CONFIG),
        ("content/_index.md", "+++\n+++\n"),
        (
            "content/a.md",
            "+++\ntitle = \"A\"\n[taxonomies]\ntags = [\"x\"]\n+++\n\n[b](@/b.md) {{ s(x=1) }}\n",
        ),
        ("content/b.md", "+++\ntitle = \"B\"\n+++\n\n# Head\n"),
        (
            "templates/index.html",
            "{% set i = resize_image(path=\"a.png\", width=1, height=1) %}{{ i.url }}",
        ),
        (
            "templates/page.html",
            "{{ page.title }}{{ page.content | safe }}",
        ),
        ("templates/section.html", "{{ section.title }}"),
        ("templates/taxonomy_list.html", "{{ taxonomy.name }}"),
        ("templates/taxonomy_single.html", "{{ term.name }}"),
        ("templates/shortcodes/s.html", "[{{ x }}]"),
        ("sass/a.scss", "a { color: red; }"),
        ("sass/b.scss", "b { color: red; }"),
        ("data.json", "{\"a\": 1}"),
        ("static/plain.txt", "plain"),
    ];

    /// What breaks, and what each mistake is told as.
    type Break = (
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static [&'static str],
    );

    const BREAKS: &[Break] = &[
        (
            "configuration",
            &[
                (
                    "config.toml",
                    "base_url = \"https://e.org\"\ntitle = 1\ngenerate_feed = true\ntheme = \"no\"\n",
                ),
                ("groundswell.toml", "[build]\ndialect = \"zola-9\"\n"),
            ],
            &[
                "config.toml:2:9: ",
                "config.toml:3:1: ",
                "config.toml:4:9: ",
                "groundswell.toml:2:11: ",
            ],
        ),
        (
            "front matter and syntax of templates",
            &[
                ("content/a.md", "+++\ntitle = 1\nweight = \"x\"\n+++\n"),
                ("content/b.md", "+++\ntitle = \n+++\n"),
                ("content/c.md", "---\ndate: x\n---\n"),
                ("templates/page.html", "{% if x %}"),
                ("templates/section.html", "{{ a b }}"),
            ],
            &[
                "content/a.md:2:9: ",
                "content/a.md:3:10: ",
                "content/b.md:2:9: ",
                "content/c.md:2:7: ",
                "templates/page.html:1:11: ",
                "templates/section.html:1:6: ",
            ],
        ),
        (
            "links and shortcodes",
            &[
                ("content/a.md", "+++\n+++\n\n[x](@/no.md)\n\n{{ no() }}\n"),
                ("content/b.md", "+++\n+++\n\n{{ s() }}\n"),
                ("content/c.md", "+++\n+++\n\n[x](@/no.md)\n\n[y]()\n"),
            ],
            &[
                "content/a.md:4:1: ",
                "content/a.md:6:1: ",
                "templates/shortcodes/s.html:1:2: ",
                "content/c.md:4:1: ",
                "content/c.md:6:1: ",
            ],
        ),
        (
            "missing headings",
            &[
                ("content/a.md", "+++\n+++\n\n[x](@/b.md#no)\n"),
                ("content/c.md", "+++\n+++\n\n[x](#no)\n"),
            ],
            &["content/a.md:4:1: ", "content/c.md:4:1: "],
        ),
        (
            "templates, images, data and style sheets",
            &[
                (
                    "templates/index.html",
                    "{{ resize_image(path=\"no.png\", width=1, height=1) }}",
                ),
                ("templates/page.html", "\n{{ page.nope }}"),
                (
                    "templates/taxonomy_list.html",
                    "{% set d = load_data(path=\"data.json\") %}",
                ),
                ("templates/taxonomy_single.html", "{{ 1 | nope }}"),
                ("data.json", "{"),
                ("sass/a.scss", "a { color: $no; }"),
                ("sass/b.scss", "b { color: red;"),
            ],
            &[
                "templates/index.html:1:1: ",
                "templates/page.html:2:1: ",
                "data.json:1:1: ",
                "templates/taxonomy_single.html:1:1: ",
                "sass/a.scss:1:12: ",
                "sass/b.scss:1:15: ",
            ],
        ),
        (
            "a link, a style sheet, a template and a picture at once",
            &[
                ("content/a.md", "+++\n+++\n\n[x](@/no.md)\n"),
                ("content/b.md", "+++\n+++\n\n[x](#no)\n"),
                ("sass/a.scss", "a { color: $no; }"),
                ("templates/section.html", "x"),
                ("templates/page.html", "{{ nope }}"),
                ("static/a.png", "no picture"),
            ],
            &[
                "content/a.md:4:1: ",
                "content/b.md:4:1: ",
                "sass/a.scss:1:12: ",
                "templates/page.html:1:1: ",
                "static/a.png: ",
            ],
        ),
        (
            "pictures that cannot be resized",
            &[("static/a.png", "no picture")],
            &["static/a.png: "],
        ),
    ];

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn good() -> TempDir {
        let site = tempfile::tempdir().expect("a folder");
        for (path, text) in FILES {
            write(site.path(), path, text);
        }
        let picture = image::RgbImage::new(4, 4);
        picture
            .save(site.path().join("static/a.png"))
            .expect("saved");
        site
    }

    /// Whether the build succeeds, and what it says.
    fn build(root: &Path, flags: &[&str]) -> (bool, String) {
        let run = Command::new(env!("CARGO_BIN_EXE_groundswell"))
            .args(["--root", &root.display().to_string(), "build"])
            .args(flags)
            .output()
            .expect("ran");
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        (run.status.success(), said)
    }

    type Tree = BTreeMap<PathBuf, (Vec<u8>, SystemTime)>;

    /// Every file below a folder, with its text and the time of its last change.
    fn tree(folder: &Path) -> Tree {
        walkdir::WalkDir::new(folder)
            .into_iter()
            .map(|entry| entry.expect("readable"))
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let changed = entry.metadata().expect("read").modified().expect("a time");
                let text = fs::read(entry.path()).expect("read");
                (entry.into_path(), (text, changed))
            })
            .collect()
    }

    /// Names in a site's folder: nothing of a build that failed is left beside the output.
    fn names(root: &Path) -> Vec<String> {
        let entries = fs::read_dir(root).expect("read");
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("read")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn each_failure_leaves_the_output_and_tells_all() {
        for (class, files, wanted) in BREAKS {
            let site = good();
            let (built, said) = build(site.path(), &[]);
            assert!(built, "{class}: {said}");
            let before = tree(&site.path().join("public"));
            assert!(before.len() > 8, "{class}: {before:?}");
            for (path, text) in *files {
                write(site.path(), path, text);
            }
            let beside = names(site.path());
            for flags in [&[][..], &["--fresh"], &["--minify"]] {
                let (built, said) = build(site.path(), flags);
                assert!(!built, "{class}: {said}");
                assert!(
                    before == tree(&site.path().join("public")),
                    "{class}: the output is another"
                );
                assert_eq!(beside, names(site.path()), "{class}");
                let told: Vec<&str> = said.lines().filter(|l| l.starts_with("ERROR")).collect();
                for place in *wanted {
                    let line = format!("ERROR {place}");
                    assert!(
                        told.iter().any(|told| told.starts_with(&line)),
                        "{class}: {place} is not told:\n{said}"
                    );
                }
                assert_eq!(told.len(), wanted.len(), "{class}: {said}");
                let remedies = said.lines().filter(|line| line.contains("fix: ")).count();
                assert_eq!(remedies, wanted.len(), "{class}: {said}");
                let count = match wanted.len() {
                    1 => "1 error. Nothing was written.".to_owned(),
                    many => format!("{many} errors. Nothing was written."),
                };
                assert!(said.contains(&count), "{class}: {said}");
            }
        }
    }

    #[test]
    fn a_site_that_is_mended_is_built_again() {
        for (class, files, _) in BREAKS {
            let site = good();
            build(site.path(), &[]);
            let before = tree(&site.path().join("public"));
            for (path, text) in *files {
                write(site.path(), path, text);
            }
            assert!(!build(site.path(), &[]).0, "{class}");
            for (path, _) in *files {
                fs::remove_file(site.path().join(path)).expect("removed");
                if let Some((_, text)) = FILES.iter().find(|(known, _)| known == path) {
                    write(site.path(), path, text);
                }
            }
            let picture = image::RgbImage::new(4, 4);
            picture
                .save(site.path().join("static/a.png"))
                .expect("saved");
            let (built, said) = build(site.path(), &[]);
            assert!(built, "{class}: {said}");
            let texts = |tree: Tree| -> BTreeMap<PathBuf, Vec<u8>> {
                tree.into_iter()
                    .map(|(path, (text, _))| (path, text))
                    .collect()
            };
            let now = texts(tree(&site.path().join("public")));
            assert_eq!(texts(before), now, "{class}");
        }
    }

    /// An output of another site, or of nobody, is left alone too.
    #[test]
    fn a_first_build_that_fails_makes_no_output() {
        let site = good();
        write(site.path(), "content/a.md", "no front matter");
        assert!(!build(site.path(), &[]).0);
        assert!(!site.path().join("public").exists());
        write(site.path(), "public/mine.txt", "mine");
        assert!(!build(site.path(), &[]).0);
        let left = fs::read_to_string(site.path().join("public/mine.txt"));
        assert_eq!(left.expect("read"), "mine");
    }
}
