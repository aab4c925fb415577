//! A campaign for tests: a petition and a newsletter in four languages.

use std::collections::BTreeMap;

use campaign_file::{
    CampaignFile, ConsentText, CustomField, CustomKind, Direction, Field, FieldRule, FieldTexts,
    Form, FormField, FormKind, FormLanguage, Language, NewsletterFacts, PetitionFacts,
    PetitionState, Presence, SHELL_MAIN, SHELL_TITLE, Site, StepPages, VERSION, texts,
};

/// Codes of the sample's languages; the first is the default.
pub(crate) const LANGUAGES: [&str; 4] = ["nl", "en", "fr", "ar"];

/// The topics of the sample's newsletter.
pub(crate) const TOPICS: [&str; 2] = ["news", "research"];

/// The sample. Each text names its key, its language and its placeholders.
pub(crate) fn file() -> CampaignFile {
    let languages = LANGUAGES.map(|code| (code.to_owned(), language(code)));
    let forms = [("safe-online", petition()), ("news", newsletter())];
    CampaignFile {
        version: VERSION,
        site: Site {
            base_url: "https://site.example/".to_owned(),
            default_language: "nl".to_owned(),
        },
        languages: languages.into(),
        forms: forms.map(|(id, form)| (id.to_owned(), form)).into(),
    }
}

/// The sample with fields of the petition's own and the box for one's name.
pub(crate) fn with_custom_fields() -> CampaignFile {
    let mut file = file();
    let form = file.forms.get_mut("safe-online").expect("the petition");
    if let FormKind::Petition(facts) = &mut form.kind {
        let hidden = CustomKind::Hidden {
            value: "winter & co".to_owned(),
        };
        let choices = ["primary", "secondary"].map(str::to_owned).to_vec();
        let custom = [
            ("school", CustomKind::Text, false),
            ("level", CustomKind::Choice { choices }, true),
            ("teacher", CustomKind::Checkbox, true),
            ("source", hidden, false),
        ];
        facts.fields.extend(custom.map(|(id, kind, required)| {
            FormField::Custom(CustomField {
                id: id.to_owned(),
                kind,
                required,
            })
        }));
        facts.show_name = true;
    }
    for (code, texts) in &mut form.languages {
        texts.fields = ["school", "level", "teacher"]
            .map(|id| {
                let words = |name: &str| (name.to_owned(), format!("{code} <{name}>"));
                let choices = ["primary", "secondary"].map(words);
                let field = FieldTexts {
                    label: format!("{code} <{id}>"),
                    choices: choices.into_iter().filter(|_| id == "level").collect(),
                };
                (id.to_owned(), field)
            })
            .into();
    }
    file
}

fn prefix(code: &str) -> String {
    match code {
        "nl" => "https://site.example".to_owned(),
        code => format!("https://site.example/{code}"),
    }
}

fn language(code: &str) -> Language {
    let base = prefix(code);
    let page = |name: &str| format!("{base}/{name}/");
    let direction = if code == "ar" {
        Direction::Rtl
    } else {
        Direction::Ltr
    };
    let words: BTreeMap<String, String> = texts::REQUIRED
        .iter()
        .map(|wanted| {
            let mut text = format!("{code} {}", wanted.key.replace('_', " "));
            for name in wanted.placeholders {
                // Links stand in paragraphs of their own, as in a real mail.
                let gap = if name.ends_with("link") { "\n\n" } else { " " };
                text.push_str(&format!("{gap}{{{name}}}{gap}"));
            }
            (wanted.key.to_owned(), text)
        })
        .collect();
    Language {
        name: code.to_owned(),
        direction,
        site_title: format!("Veilig & co {code}"),
        home: format!("{base}/"),
        privacy: page("privacy"),
        steps: StepPages {
            check_mail: page("check-mail"),
            signed: page("signed"),
            subscribed: page("subscribed"),
            withdrawn: page("withdrawn"),
            unsubscribed: page("unsubscribed"),
            expired: page("expired"),
            error: page("error"),
        },
        shell: format!(
            "<!doctype html><html lang=\"{code}\" dir=\"{}\"><head><title>{SHELL_TITLE} | Veilig\
             </title></head><body><main>{SHELL_MAIN}</main></body></html>",
            direction.as_str()
        ),
        texts: words,
    }
}

fn form_language(code: &str, id: &str, title: &str) -> FormLanguage {
    FormLanguage {
        title: format!("{title} <{code}>"),
        addressee: "De minister".to_owned(),
        page: format!("{}/{id}/", prefix(code)),
        form_pages: vec![format!("{}/news/article/", prefix(code))],
        consent: ConsentText::new(format!("Consent \"{code}\" & more")),
        newsletter_consent: None,
        fields: BTreeMap::new(),
        topics: BTreeMap::new(),
    }
}

fn petition() -> Form {
    let languages = LANGUAGES.map(|code| {
        let mut texts = form_language(code, "safe-online", "Safe online");
        texts.newsletter_consent = Some(ConsentText::new(format!("News, {code}?")));
        (code.to_owned(), texts)
    });
    let fields = Field::ALL.map(|field| {
        FormField::Known(FieldRule {
            field,
            presence: match field {
                Field::FirstName | Field::LastName | Field::Email => Presence::Required,
                _ => Presence::Optional,
            },
        })
    });
    Form {
        kind: FormKind::Petition(PetitionFacts {
            state: PetitionState::Open,
            goals: vec![1000, 2500],
            opens: None,
            closes: None,
            fields: fields.to_vec(),
            show_name: false,
            newsletter: Some("news".to_owned()),
            partners: Vec::new(),
        }),
        consent_version: "2026-11".to_owned(),
        languages: languages.into(),
    }
}

fn newsletter() -> Form {
    let languages = LANGUAGES.map(|code| {
        let texts = FormLanguage {
            addressee: String::new(),
            topics: TOPICS
                .map(|name| (name.to_owned(), format!("{code} <{name}>")))
                .into(),
            ..form_language(code, "newsletter", "News")
        };
        (code.to_owned(), texts)
    });
    Form {
        kind: FormKind::Newsletter(NewsletterFacts {
            list_id: "news.site.example".to_owned(),
            topics: TOPICS.map(str::to_owned).to_vec(),
        }),
        consent_version: "2026-11".to_owned(),
        languages: languages.into(),
    }
}

#[test]
fn days_that_are_none_and_addresses_that_lead_nowhere_are_named() {
    let mut file = file();
    file.site.base_url = "site.example".to_owned();
    if let Some(language) = file.languages.get_mut("ar") {
        language.steps.check_mail = "https://site.example/شكرا/".to_owned();
        language.privacy = "https://site.example/a b/".to_owned();
    }
    if let Some(form) = file.forms.get_mut("safe-online")
        && let FormKind::Petition(facts) = &mut form.kind
    {
        facts.closes = Some("soon".to_owned());
    }
    let problems = file.problems();
    assert_eq!(problems.len(), 4, "{problems:?}");
    for named in [
        "the site's address",
        "`check_mail`",
        "`privacy`",
        "`closes` is `soon`",
    ] {
        assert!(problems.iter().any(|p| p.contains(named)), "{named}");
    }
}

#[test]
fn the_sample_keeps_the_rules() {
    assert_eq!(file().problems(), Vec::<String>::new());
    assert_eq!(with_custom_fields().problems(), Vec::<String>::new());
    let json = with_custom_fields().to_json().expect("JSON");
    let again = CampaignFile::from_json(&json).expect("its own text");
    assert_eq!(again, with_custom_fields());
}

#[test]
fn own_fields_that_cannot_be_asked_are_named() {
    let mut file = with_custom_fields();
    let form = file.forms.get_mut("safe-online").expect("the petition");
    if let FormKind::Petition(facts) = &mut form.kind {
        let custom = |id: &str, kind| {
            FormField::Custom(CustomField {
                id: id.to_owned(),
                kind,
                required: false,
            })
        };
        let one = CustomKind::Choice {
            choices: vec!["one".to_owned()],
        };
        let empty = CustomKind::Hidden {
            value: " ".to_owned(),
        };
        facts.fields.extend([
            custom("Not An Id", CustomKind::Text),
            custom("city", CustomKind::Text),
            custom("consent", CustomKind::Text),
            custom("few", one),
            custom("empty", empty),
            custom("school", CustomKind::Text),
        ]);
        facts.fields.retain(|field| field.name() != "first_name");
    }
    let texts = form.languages.get_mut("fr").expect("French");
    texts.fields.remove("school");
    if let Some(level) = texts.fields.get_mut("level") {
        level.choices.remove("secondary");
    }
    let problems = file.problems();
    for named in [
        "`Not An Id` cannot be the id",
        "write \"city\" alone",
        "`consent` has another meaning",
        "`few` needs 2 to",
        "`empty` needs a `value`",
        "`school` is listed twice",
        "`show_name` needs",
        "language `fr`: the label of the field `school`",
        "language `fr`: the words of the choice `secondary`",
    ] {
        assert!(
            problems.iter().any(|p| p.contains(named)),
            "{named}: {problems:?}"
        );
    }
}
