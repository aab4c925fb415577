//! The form shown again, with everything kept that was typed.

mod inputs;

use askama::Template;
use campaign_file::{ConsentText, Field, FieldRule, FormField, FormKind, Presence};

use super::countries::{Country, countries};
use super::{FormAgain, FormValues, Mistake};
use super::{shell, topics};
use inputs::{Input, Widget};

struct Tick<'a> {
    name: &'static str,
    text: &'a str,
    ticked: bool,
    required: bool,
    errors: Option<String>,
}

/// A mistake in the list above the form, with the id of what it leads to.
struct Listed<'a> {
    target: Option<String>,
    message: &'a str,
}

/// "Did you mean …?", with a button for either answer.
struct Question<'a> {
    title: String,
    intro: &'a str,
    typed: &'a str,
    keep: String,
    meant: &'a str,
    take: String,
}

#[derive(Template)]
#[template(path = "form.html")]
struct FormPage<'a> {
    heading: &'a str,
    mistakes: Vec<Listed<'a>>,
    question: Option<Question<'a>>,
    problem_title: &'a str,
    problem_intro: &'a str,
    post_to: &'a str,
    lang: &'a str,
    form_page: &'a str,
    partner: &'a str,
    consent_sha256: &'a str,
    newsletter_sha256: Option<&'a str>,
    honeypot: &'a str,
    inputs: Vec<Input<'a>>,
    topics: String,
    ticks: Vec<Tick<'a>>,
    optional: &'a str,
    choice_choose: &'a str,
    country_choose: &'a str,
    countries: &'static [Country],
    privacy: &'a str,
    link_privacy: &'a str,
    captcha: String,
    captcha_errors: Option<String>,
    button: &'a str,
    page: &'a str,
    back: String,
}

const NEWSLETTER_FIELDS: [FormField; 1] = [FormField::Known(FieldRule {
    field: Field::Email,
    presence: Presence::Required,
})];

/// The whole page.
pub(super) fn render(page: &FormAgain<'_>) -> String {
    let (form, values) = (page.form, page.values);
    let (voice, texts) = (form.voice, form.texts);
    let (asked, button) = match &form.form.kind {
        FormKind::Petition(facts) => (facts.fields.as_slice(), "button_sign"),
        FormKind::Newsletter(_) => (NEWSLETTER_FIELDS.as_slice(), "button_subscribe"),
    };
    let inputs: Vec<Input<'_>> = asked
        .iter()
        .filter_map(|field| inputs::input(page, field))
        .collect();
    let ticks = ticks(page);
    let known: Vec<&str> = inputs
        .iter()
        .map(|input| input.name)
        .chain(ticks.iter().map(|tick| tick.name))
        .chain(["captcha", "topics"])
        .collect();
    let content = shell::render(&FormPage {
        heading: &texts.title,
        mistakes: listed(page.mistakes, &known),
        question: question(page),
        problem_title: problem_title(page),
        problem_intro: if is_to_mend(page) {
            voice.text("form_problem_intro")
        } else {
            ""
        },
        post_to: page.post_to,
        lang: voice.code,
        form_page: values.form_page.expose(),
        partner: &values.partner,
        consent_sha256: &texts.consent.sha256,
        newsletter_sha256: offer(page).map(|consent| consent.sha256.as_str()),
        honeypot: voice.text("label_honeypot"),
        inputs,
        topics: topics::boxes(
            form,
            &values.topics,
            errors(page.mistakes, "topics").as_deref(),
        ),
        ticks,
        optional: voice.text("optional"),
        choice_choose: voice.text("choice_choose"),
        country_choose: voice.text("country_choose"),
        countries: countries(voice.code),
        privacy: &voice.language.privacy,
        link_privacy: voice.text("link_privacy"),
        captcha: format!(
            "{}/captcha?form={}&lang={}",
            base(page.post_to),
            form.id,
            voice.code
        ),
        captcha_errors: errors(page.mistakes, "captcha"),
        button: voice.text(button),
        page: &texts.page,
        back: voice.fill("back_to_page", &[("title", &texts.title)]),
    });
    // First what is new: that is what a screen reader says first.
    let title = match question(page) {
        Some(question) => format!("{} {}", question.title, texts.title),
        None if page.mistakes.is_empty() => texts.title.clone(),
        None => format!("{}: {}", problem_title(page), texts.title),
    };
    shell::wrap(Some(voice), &title, &content)
}

/// Whether there is something in the form to mend: not if only its sender must wait.
fn is_to_mend(page: &FormAgain<'_>) -> bool {
    page.mistakes
        .iter()
        .any(|mistake| !mistake.field.is_empty())
}

fn problem_title<'a>(page: &FormAgain<'a>) -> &'a str {
    let key = if is_to_mend(page) {
        "form_problem_title"
    } else {
        "problem_title"
    };
    page.form.voice.text(key)
}

fn question<'a>(page: &FormAgain<'a>) -> Option<Question<'a>> {
    let (voice, meant) = (page.form.voice, page.email_meant?);
    let typed = value(page.values, "email");
    // An address is written from left to right, whatever stands around it.
    let fill =
        |key, email: &str| voice.fill(key, &[("email", &format!("\u{2066}{email}\u{2069}"))]);
    Some(Question {
        title: fill("email_question", meant),
        intro: voice.text("email_question_intro"),
        typed,
        keep: fill("email_keep", typed.trim()),
        meant,
        take: fill("email_take", meant),
    })
}

/// The newsletter that a petition's form offers.
fn offer<'a>(page: &FormAgain<'a>) -> Option<&'a ConsentText> {
    match &page.form.form.kind {
        FormKind::Petition(facts) if facts.newsletter.is_some() => {
            page.form.texts.newsletter_consent.as_ref()
        }
        _ => None,
    }
}

/// The boxes. A tick beside another text than the one shown now is no consent: it is asked again.
fn ticks<'a>(page: &FormAgain<'a>) -> Vec<Tick<'a>> {
    let texts = page.form.texts;
    let consent = Tick {
        name: "consent",
        text: &texts.consent.text,
        ticked: page.values.consent && texts.consent.was_shown(&page.values.consent_sha256),
        required: true,
        errors: errors(page.mistakes, "consent"),
    };
    let newsletter = offer(page).map(|consent| Tick {
        name: "newsletter",
        text: &consent.text,
        ticked: page.values.newsletter && consent.was_shown(&page.values.newsletter_sha256),
        required: false,
        errors: errors(page.mistakes, "newsletter"),
    });
    show_name(page)
        .into_iter()
        .chain([consent])
        .chain(newsletter)
        .collect()
}

/// The box by which a signer asks to be named; never ticked beforehand.
fn show_name<'a>(page: &FormAgain<'a>) -> Option<Tick<'a>> {
    let FormKind::Petition(facts) = &page.form.form.kind else {
        return None;
    };
    facts.show_name.then(|| Tick {
        name: "show_name",
        text: page.form.voice.text("label_show_name"),
        ticked: value(page.values, "show_name") == "yes",
        required: false,
        errors: errors(page.mistakes, "show_name"),
    })
}

fn listed<'a>(mistakes: &'a [Mistake], known: &[&str]) -> Vec<Listed<'a>> {
    let target = |field: &str| known.contains(&field).then(|| format!("gs-{field}"));
    mistakes
        .iter()
        .map(|mistake| Listed {
            target: target(&mistake.field),
            message: &mistake.message,
        })
        .collect()
}

fn value<'a>(values: &'a FormValues, name: &str) -> &'a str {
    let mut fields = values.fields.iter();
    fields
        .find(|(known, _)| known == name)
        .map_or("", |(_, value)| value.expose().as_str())
}

/// What is wrong with a field, all in one text.
fn errors(mistakes: &[Mistake], field: &str) -> Option<String> {
    let mine = mistakes.iter().filter(|mistake| mistake.field == field);
    let messages: Vec<&str> = mine.map(|mistake| mistake.message.as_str()).collect();
    (!messages.is_empty()).then(|| messages.join(" "))
}

/// The service's base, from the address of a form (`{base}/petitions/{id}/sign`).
fn base(post_to: &str) -> &str {
    post_to.rsplitn(4, '/').nth(3).unwrap_or_default()
}
