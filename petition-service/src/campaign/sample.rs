//! A campaign for tests: a petition and a newsletter in four languages.

use std::collections::BTreeMap;

use campaign_file::{
    CampaignFile, ConsentText, Direction, Field, FieldRule, Form, FormKind, FormLanguage, Language,
    NewsletterFacts, PetitionFacts, PetitionState, Presence, SHELL_MAIN, SHELL_TITLE, Site,
    StepPages, VERSION, texts,
};

/// Codes of the sample's languages; the first is the default.
pub(crate) const LANGUAGES: [&str; 4] = ["nl", "en", "fr", "ar"];

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
    }
}

fn petition() -> Form {
    let languages = LANGUAGES.map(|code| {
        let mut texts = form_language(code, "safe-online", "Safe online");
        texts.newsletter_consent = Some(ConsentText::new(format!("News, {code}?")));
        (code.to_owned(), texts)
    });
    let fields = Field::ALL.map(|field| FieldRule {
        field,
        presence: match field {
            Field::FirstName | Field::LastName | Field::Email => Presence::Required,
            _ => Presence::Optional,
        },
    });
    Form {
        kind: FormKind::Petition(PetitionFacts {
            state: PetitionState::Open,
            goals: vec![1000, 2500],
            opens: None,
            closes: None,
            fields: fields.to_vec(),
            newsletter: Some("news".to_owned()),
        }),
        consent_version: "2026-11".to_owned(),
        languages: languages.into(),
    }
}

fn newsletter() -> Form {
    let languages = LANGUAGES.map(|code| {
        let texts = FormLanguage {
            addressee: String::new(),
            ..form_language(code, "newsletter", "News")
        };
        (code.to_owned(), texts)
    });
    Form {
        kind: FormKind::Newsletter(NewsletterFacts {
            list_id: "news.site.example".to_owned(),
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
}
