//! Old configurations and front matter rewritten: each as it was and as it is to become. Zola 0.22.1
//! accepted every result.

#[cfg(test)]
mod migrate {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Output};

    use groundswell::migrate;
    use groundswell::settings::{self, Overrides};

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/migrate")
            .join(name)
    }

    fn text(path: &Path) -> String {
        fs::read_to_string(path).unwrap_or_default()
    }

    /// The notes of a configuration that becomes what its fixture says.
    fn config_becomes(name: &str) -> String {
        let before = text(&fixture(name).join("before.toml"));
        let new = migrate::config(&before, "config.toml").expect("TOML");
        let expected = fixture(name).join("after.toml");
        assert_eq!(new.text, text(&expected), "{name}");
        let again = migrate::config(&new.text, "config.toml").expect("TOML");
        assert_eq!(again.text, new.text, "{name}: a second time");
        let site = tempfile::tempdir().expect("a folder");
        fs::write(site.path().join("config.toml"), &new.text).expect("written");
        settings::load(site.path(), None, &Overrides::default()).expect("sound settings");
        new.notes.join("\n")
    }

    #[test]
    fn every_old_key_of_the_top_level() {
        let notes = config_becomes("everything");
        for wanted in [
            "OneHalfLight",
            "extra_syntaxes",
            "check_external_links",
            "`fr`",
        ] {
            assert!(notes.contains(wanted), "{wanted}: {notes}");
        }
    }

    #[test]
    fn languages_and_their_texts_and_taxonomies() {
        let notes = config_becomes("languages");
        assert!(notes.contains("giallo-light.css"), "{notes}");
    }

    #[test]
    fn old_keys_beside_new_ones_and_without_effect() {
        let notes = config_becomes("plain");
        assert!(notes.contains("`base_url`"), "{notes}");
    }

    #[test]
    fn front_matter_of_sections() {
        for name in ["toml_section", "yaml_section"] {
            let before = text(&fixture(&format!("{name}.before.md")));
            let new = migrate::front_matter(&before, "content/_index.md").expect("sound");
            let expected = fixture(&format!("{name}.after.md"));
            assert_eq!(new.text, text(&expected), "{name}");
        }
    }

    fn run(site: &Path, arguments: &[&str], answer: &str) -> Output {
        use std::io::Write;
        use std::process::Stdio;
        let mut child = Command::new(env!("CARGO_BIN_EXE_groundswell"))
            .arg("--root")
            .arg(site)
            .arg("migrate")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let mut stdin = child.stdin.take().expect("piped");
        // It may not ask at all.
        let _unasked = stdin.write_all(answer.as_bytes());
        drop(stdin);
        child.wait_with_output().expect("ended")
    }

    #[test]
    fn the_difference_is_shown_and_nothing_is_written_unasked() {
        let site = tempfile::tempdir().expect("a folder");
        let config = site.path().join("config.toml");
        let section = site.path().join("content/blog/_index.md");
        fs::create_dir_all(site.path().join("content/blog")).expect("made");
        let before = text(&fixture("everything/before.toml"));
        fs::write(&config, &before).expect("written");
        fs::write(&section, text(&fixture("toml_section.before.md"))).expect("written");

        for (arguments, answer) in [(&["--dry-run"][..], ""), (&[], "n\n"), (&[], "")] {
            let output = run(site.path(), arguments, answer);
            let shown = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{output:?}");
            assert!(
                shown.contains("-generate_feed = true\n+generate_feeds = true\n"),
                "{shown}"
            );
            assert!(shown.contains("+++ b/content/blog/_index.md"), "{shown}");
            assert_eq!(text(&config), before);
        }
        let output = run(site.path(), &[], "y\n");
        assert!(output.status.success(), "{output:?}");
        assert_eq!(text(&config), text(&fixture("everything/after.toml")));
        assert_eq!(text(&section), text(&fixture("toml_section.after.md")));
        let output = run(site.path(), &["--yes"], "");
        assert!(String::from_utf8_lossy(&output.stdout).contains("Nothing to rewrite"));
    }

    #[test]
    fn what_is_not_toml_is_named_with_its_line() {
        let fault = migrate::config("a = 1\nb = \n", "config.toml").expect_err("not TOML");
        assert!(fault.to_string().starts_with("config.toml:2"), "{fault}");
    }
}
