//! `init`: asks three questions and lays out an empty site.

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::Path;

use anyhow::{Context, bail};
use url::Url;

use super::args::InitArgs;

/// Runs `init` with these doors for the questions and their answers.
///
/// # Errors
/// When the folder is not empty, cannot be written, or the answers end too early.
pub(super) fn run(
    args: &InitArgs,
    answers: &mut impl BufRead,
    questions: &mut impl Write,
) -> anyhow::Result<()> {
    let folder = args.name.as_path();
    if folder.exists() {
        if !args.force && !is_almost_empty(folder)? {
            bail!(
                "`{}` is not empty: choose another folder, or use --force to begin in this one",
                folder.display()
            );
        }
    } else {
        fs::create_dir(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    writeln!(questions, "A new site. Three questions first.")?;
    let url = ask_url(answers, questions)?;
    let sass = ask_bool(answers, questions, "Compile Sass? [Y/n]", true)?;
    let search = ask_bool(answers, questions, "Build a search index? [y/N]", false)?;
    lay_out(folder, &url, sass, search)?;
    writeln!(
        questions,
        "Done. Next: write templates and content, then `groundswell --root {} serve`.",
        folder.display()
    )?;
    Ok(())
}

fn is_almost_empty(folder: &Path) -> anyhow::Result<bool> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("`{}` is not a folder that can be read", folder.display()))?;
    for entry in entries {
        if !entry?.file_name().to_string_lossy().starts_with('.') {
            return Ok(false);
        }
    }
    Ok(true)
}

fn ask(
    answers: &mut impl BufRead,
    questions: &mut impl Write,
    question: &str,
) -> anyhow::Result<String> {
    write!(questions, "> {question}: ")?;
    questions.flush()?;
    let mut line = String::new();
    let read = answers.read_line(&mut line);
    if read.map_err(io::Error::other)? == 0 {
        bail!("the answers ended before the questions did");
    }
    Ok(line.trim().to_owned())
}

fn ask_url(answers: &mut impl BufRead, questions: &mut impl Write) -> anyhow::Result<String> {
    loop {
        let answer = ask(
            answers,
            questions,
            "Address of the site? (https://example.com)",
        )?;
        if answer.is_empty() {
            return Ok("https://example.com".to_owned());
        }
        if Url::parse(&answer).is_ok() {
            return Ok(answer);
        }
        writeln!(
            questions,
            "`{answer}` is not an address: write it with https:// in front."
        )?;
    }
}

fn ask_bool(
    answers: &mut impl BufRead,
    questions: &mut impl Write,
    question: &str,
    default: bool,
) -> anyhow::Result<bool> {
    loop {
        match ask(answers, questions, question)?.as_str() {
            "" => return Ok(default),
            "y" | "Y" | "yes" | "YES" | "true" => return Ok(true),
            "n" | "N" | "no" | "NO" | "false" => return Ok(false),
            other => writeln!(questions, "`{other}` is neither yes nor no.")?,
        }
    }
}

fn lay_out(folder: &Path, url: &str, sass: bool, search: bool) -> anyhow::Result<()> {
    let quoted = toml::Value::String(url.to_owned());
    let config = format!(
        "# Address under which the site is published\n\
         base_url = {quoted}\n\n\
         # Whether files below sass/ become style sheets\n\
         compile_sass = {sass}\n\n\
         # Whether an index for searching is made\n\
         build_search_index = {search}\n\n\
         [markdown]\n\n\
         [markdown.highlighting]\n\
         # Colours of code: the name of one of VS Code's themes\n\
         theme = \"catppuccin-mocha\"\n\n\
         [extra]\n\
         # Your own settings: templates see them as config.extra\n"
    );
    let file = folder.join("zola.toml");
    fs::write(&file, config).with_context(|| format!("cannot write {}", file.display()))?;
    let sass = if sass { &["sass"][..] } else { &[] };
    for name in ["content", "templates", "static", "themes"]
        .iter()
        .chain(sass)
    {
        let path = folder.join(name);
        fs::create_dir(&path).with_context(|| format!("cannot make {}", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn init(folder: &Path, force: bool, answers: &str) -> anyhow::Result<String> {
        let mut said = Vec::new();
        let args = InitArgs {
            name: folder.to_owned(),
            force,
        };
        run(&args, &mut answers.as_bytes(), &mut said)?;
        Ok(String::from_utf8(said)?)
    }

    #[test]
    fn asks_again_and_lays_out_a_site_whose_settings_can_be_read() {
        let temp = tempfile::tempdir().unwrap();
        let site = temp.path().join("new");
        let said = init(&site, false, "nonsense\nhttps://a.example\nmaybe\nn\ny\n").unwrap();
        assert!(said.contains("`nonsense` is not an address"), "{said}");
        assert!(said.contains("`maybe` is neither"), "{said}");
        assert!(site.join("content").is_dir() && !site.join("sass").exists());
        let settings = crate::settings::load(&site, None, &Default::default()).unwrap();
        assert_eq!(settings.base_url, "https://a.example");
    }

    #[test]
    fn a_folder_with_files_is_refused_unless_forced_and_early_ends_are_errors() {
        let temp = tempfile::tempdir().unwrap();
        fs::write(temp.path().join("notes.txt"), "").unwrap();
        assert!(init(temp.path(), false, "\n\n\n").is_err());
        assert!(init(temp.path(), true, "\n").is_err());
        init(temp.path(), true, "\n\n\n").unwrap();
    }
}
