//! Campaigns right and wrong, from files on disk to forms.

mod partners;
mod topics;

use std::fs;
use std::path::Path;

use campaign_file::{ConsentText, Direction, FormField, FormKind, texts};

use super::{Campaign, collect};
use crate::content::parse_file;
use crate::graph::resolve;
use crate::settings::{self, Overrides};
use crate::source::scan;

const PETITION: &str = r#"+++
title = "Tekenen"
[extra.petition]
id = "safe"
state = "open"
goals = [100, 200]
consent_version = "1"
[extra.petition_texts]
addressee = "De minister"
consent = "Ik teken."
+++
"#;

const FRENCH: &str = r#"+++
title = "Signer"
[extra.petition_texts]
addressee = "Le ministre"
consent = "Je signe."
+++
"#;

/// A sound site in Dutch and French, with `files` laid over it.
fn gather(files: &[(&str, &str)]) -> (Campaign, Vec<String>) {
    let site = tempfile::tempdir().expect("a folder");
    lay_out(site.path());
    for (path, text) in files {
        write(site.path(), path, text);
    }
    let settings =
        settings::load(site.path(), None, &Overrides::default()).expect("sound settings");
    let sources = scan(&settings.layout);
    assert!(sources.diagnostics.is_empty(), "{:?}", sources.diagnostics);
    let sources = sources.value;
    let mut content = Vec::new();
    for file in sources.content.values() {
        let parsed = parse_file(file, &settings);
        assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        content.extend(parsed.value);
    }
    let graph = resolve(&settings, &content, &sources.assets);
    assert!(graph.diagnostics.is_empty(), "{:?}", graph.diagnostics);
    let outcome = collect(&settings, &sources, &graph.value);
    let campaign = outcome.value.expect("a campaign site");
    let faults = outcome
        .diagnostics
        .iter()
        .map(ToString::to_string)
        .collect();
    (campaign, faults)
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, text).expect("written");
}

fn lay_out(root: &Path) {
    let config = "base_url = \"https://a.example\"\ndefault_language = \"nl\"\n[languages.fr]\n";
    write(root, "config.toml", config);
    let campaign = "[campaign]\ntexts = \"i18n/{lang}.toml\"\n";
    write(root, "groundswell.toml", campaign);
    for lang in ["nl", "fr"] {
        let mut words = format!("[theme]\nlanguage_name = \"{lang}\"\n[service]\n");
        for key in texts::REQUIRED {
            let value: Vec<String> = key
                .required
                .iter()
                .map(|name| format!("{{{name}}}"))
                .collect();
            words.push_str(&format!("{} = \"x {}\"\n", key.key, value.join(" ")));
        }
        write(root, &format!("i18n/{lang}.toml"), &words);
        let tail = if lang == "nl" { "" } else { ".fr" };
        for step in [
            "check_mail",
            "signed",
            "subscribed",
            "withdrawn",
            "unsubscribed",
            "expired",
            "error",
            "privacy",
        ] {
            let page = format!("+++\ntitle = \"{step}\"\n[extra]\nstep = \"{step}\"\n+++\n");
            write(root, &format!("content/steps/{step}{tail}.md"), &page);
        }
    }
    write(root, "content/petition.md", PETITION);
    write(root, "content/petition.fr.md", FRENCH);
}

#[test]
fn a_sound_petition() {
    let article = "+++\n[extra]\npetition_page = \"petition.md\"\n+++\n";
    let (campaign, faults) = gather(&[("content/article.fr.md", article)]);
    assert!(faults.is_empty(), "{faults:?}");
    let form = campaign.forms.get("safe").expect("the form");
    assert!(matches!(&form.kind, FormKind::Petition(facts) if facts.goals == [100, 200]));
    let french = form.languages.get("fr").expect("French");
    assert_eq!(french.page, "https://a.example/fr/petition/");
    assert_eq!(french.form_pages, ["https://a.example/fr/article/"]);
    assert_eq!(french.consent, ConsentText::new("Je signe."));
    assert_eq!(campaign.languages.len(), 2);
}

#[test]
fn the_address_of_a_step_can_stand_in_a_header() {
    let page = "+++\npath = \"fr/reçu\"\n[extra]\nstep = \"signed\"\n+++\n";
    let slugs_off = "base_url = \"https://a.example\"\ndefault_language = \"nl\"\n\
        [languages.fr]\n[slugify]\npaths = \"off\"\n";
    let (campaign, faults) = gather(&[
        ("config.toml", slugs_off),
        ("content/steps/signed.fr.md", page),
    ]);
    assert!(faults.is_empty(), "{faults:?}");
    let french = campaign.languages.get("fr").expect("French");
    assert_eq!(french.steps.signed, "https://a.example/fr/re%C3%A7u/");
}

#[test]
fn a_missing_translation_of_the_consent_stops_the_build() {
    let without = FRENCH.replace("consent = \"Je signe.\"\n", "");
    let (_, faults) = gather(&[("content/petition.fr.md", &without)]);
    assert_eq!(faults.len(), 1, "{faults:?}");
    let fault = faults.first().expect("a fault");
    assert!(fault.starts_with("content/petition.fr.md:3"), "{fault}");
    assert!(fault.contains("consent"), "{fault}");

    let (_, faults) = gather(&[("content/petition.fr.md", "+++\ntitle = \"Signer\"\n+++\n")]);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(
        faults
            .iter()
            .any(|fault| fault.contains("the consent text is missing in the language `fr`"))
    );
}

#[test]
fn all_mistakes_in_the_facts_are_named_at_once() {
    let wrong = PETITION
        .replace("\"safe\"", "\"Not An Id\"")
        .replace("\"open\"", "\"opened\"")
        .replace("[100, 200]", "[200, 100]")
        .replace("consent_version = \"1\"", "consent_versoin = \"1\"");
    let (campaign, faults) = gather(&[("content/petition.md", &wrong)]);
    assert!(campaign.forms.is_empty());
    for wanted in [
        "petition.md:4:6: `Not An Id` cannot be an id",
        "petition.md:5:9: `opened` is no state",
        "petition.md:6:9: `goals` must rise",
        "lacks `consent_version`",
        "petition.md:7:1: `[extra.petition]` has no key `consent_versoin` (did you mean `consent_version`?)",
    ] {
        assert!(
            faults.iter().any(|fault| fault.contains(wanted)),
            "{wanted}: {faults:#?}"
        );
    }
}

#[test]
fn facts_stand_once() {
    let facts_again = PETITION.replace("\"safe\"", "\"other\"");
    let (_, faults) = gather(&[("content/petition.fr.md", &facts_again)]);
    assert!(
        faults
            .iter()
            .any(|fault| fault.contains("facts stand once")),
        "{faults:?}"
    );
    let (_, faults) = gather(&[
        ("content/second.md", PETITION),
        ("content/second.fr.md", FRENCH),
    ]);
    assert!(
        faults
            .iter()
            .any(|fault| fault.contains("already taken by")),
        "{faults:?}"
    );
}

#[test]
fn a_language_without_a_step_and_an_unknown_newsletter() {
    let offering = PETITION.replace("goals", "newsletter = \"news\"\ngoals");
    let (_, faults) = gather(&[
        ("content/petition.md", &offering),
        ("content/steps/signed.fr.md", "+++\ntitle = \"x\"\n+++\n"),
    ]);
    assert!(
        faults
            .iter()
            .any(|fault| fault.contains("no page of the language `fr` is the step `signed`")),
        "{faults:?}"
    );
    assert!(
        faults
            .iter()
            .any(|fault| fault.contains("newsletter_consent")),
        "{faults:?}"
    );
    assert!(
        faults
            .iter()
            .any(|fault| fault.contains("`news`, which no page describes")),
        "{faults:?}"
    );
}

#[test]
fn the_direction_of_a_language_stands_in_its_texts() {
    let words = |direction: &str| {
        let mut words = format!("[theme]\ndirection = \"{direction}\"\n[service]\n");
        for key in texts::REQUIRED {
            let value: String = key
                .required
                .iter()
                .map(|name| format!("{{{name}}}"))
                .collect();
            words.push_str(&format!("{} = \"x {value}\"\n", key.key));
        }
        words
    };
    let (campaign, faults) = gather(&[("i18n/fr.toml", &words("rtl"))]);
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(campaign.languages["fr"].direction, Direction::Rtl);
    assert_eq!(campaign.languages["nl"].direction, Direction::Ltr);
    let (_, faults) = gather(&[("i18n/fr.toml", &words("down"))]);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].contains("i18n/fr.toml:2"), "{faults:?}");
}

/// The petition with fields of its own, and their words in Dutch and French.
fn with_own_fields() -> [(&'static str, String); 2] {
    let fields = "fields = [\"first_name\", { id = \"school\", type = \"text\" }, \"city?\", \
        { id = \"level\", type = \"choice\", choices = [\"low\", \"high\"], required = true }, \
        { id = \"source\", type = \"hidden\", value = \"winter\" }]\nshow_name = true\ngoals";
    let words = "\n[extra.petition_texts.fields]\nschool = \"School\"\n\
        level = { label = \"Niveau\", choices = { low = \"laag\", high = \"hoog\" } }\n+++\n";
    let last = |text: &str| text.trim_end().trim_end_matches("+++").to_owned() + words;
    [
        (
            "content/petition.md",
            last(&PETITION.replace("goals", fields)),
        ),
        ("content/petition.fr.md", last(FRENCH)),
    ]
}

fn gather_changed(change: impl Fn(&str) -> String) -> (Campaign, Vec<String>) {
    let files = with_own_fields().map(|(path, text)| (path, change(&text)));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
    gather(&files)
}

#[test]
fn a_petition_asks_fields_of_its_own() {
    let (campaign, faults) = gather_changed(str::to_owned);
    assert_eq!(faults, Vec::<String>::new());
    let form = campaign.forms.get("safe").expect("the form");
    let FormKind::Petition(facts) = &form.kind else {
        panic!("a petition");
    };
    let names: Vec<&str> = facts.fields.iter().map(FormField::name).collect();
    let wanted = ["first_name", "school", "city", "level", "source", "email"];
    assert_eq!(names, wanted);
    assert!(facts.show_name);
    let texts = &form.languages.get("fr").expect("French").fields;
    assert_eq!(texts["school"].label, "School");
    assert_eq!(texts["level"].choices["high"], "hoog");
}

#[test]
fn mistakes_in_own_fields_are_named_with_their_fix() {
    type Change = fn(&str) -> String;
    let table: [(Change, &str); 14] = [
        (
            |t| t.replace("\"city?\"", "\"citty\""),
            "there is no field `citty`",
        ),
        (
            |t| t.replace("\"city?\"", "{ id = \"a\" }"),
            "the field `a` needs a `type`",
        ),
        (
            |t| t.replace("\"text\"", "\"txt\""),
            "cannot be of the type `txt`",
        ),
        (
            |t| t.replace("\"text\" }", "\"text\", requird = true }"),
            "did you mean `required`?",
        ),
        (
            |t| t.replace("required = true", "required = 1"),
            "must be true or false",
        ),
        (|t| t.replace("\"low\", \"high\"", "\"low\""), "needs 2 to"),
        (
            |t| t.replace("value = \"winter\"", "value = \"\""),
            "needs a `value`",
        ),
        (
            |t| t.replace("type = \"text\" }", "type = \"text\", value = \"a\" }"),
            "a field of the type `text` has no `value`",
        ),
        (
            |t| t.replace("\"source\"", "\"consent\""),
            "`consent` has another meaning",
        ),
        (
            |t| t.replace("\"source\"", "\"phone\""),
            "write \"phone\" alone",
        ),
        (
            |t| t.replace("\"first_name\", ", ""),
            "`show_name` has no name to show",
        ),
        (
            |t| t.replace("school = \"School\"", "scool = \"School\""),
            "did you mean `school`?",
        ),
        (
            |t| t.replace("school = \"School\"\n", ""),
            "the label of the field `school` is missing in the language `fr`",
        ),
        (
            |t| t.replace(", high = \"hoog\"", ""),
            "the words of the choice `high` of the field `level` are missing in the language `nl`",
        ),
    ];
    for (change, wanted) in table {
        let (_, faults) = gather_changed(change);
        assert!(
            faults
                .iter()
                .any(|fault| fault.contains(wanted) && fault.contains(".md:")),
            "{wanted}: {faults:#?}"
        );
    }
}
