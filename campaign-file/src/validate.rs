//! The rules of the format that types cannot state.

use crate::address::can_be_led_to;
use crate::day::is_day;
use crate::texts;
use crate::{
    CampaignFile, Field, Form, FormField, FormKind, FormLanguage, Language, MOST_CUSTOM,
    MOST_TOPICS, NewsletterFacts, PetitionFacts, Presence, SHELL_MAIN, is_topic,
};

impl CampaignFile {
    /// Every rule that the file breaks, a line each; none: it is sound.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let default = &self.site.default_language;
        if !self.languages.contains_key(default) {
            problems.push(format!("the default language `{default}` is not described"));
        }
        if !can_be_led_to(&self.site.base_url) {
            problems.push(no_address("the site's address", &self.site.base_url));
        }
        for (code, language) in &self.languages {
            language_problems(code, language, &mut problems);
        }
        for (id, form) in &self.forms {
            self.form_problems(id, form, &mut problems);
        }
        problems
    }

    fn form_problems(&self, id: &str, form: &Form, problems: &mut Vec<String>) {
        if !is_form_id(id) {
            problems.push(format!(
                "form `{id}`: an id is 1 to 64 lower-case letters, digits and hyphens"
            ));
        }
        let default = &self.site.default_language;
        if !form.languages.contains_key(default) {
            problems.push(format!(
                "form `{id}`: no texts in the default language `{default}`"
            ));
        }
        if form.consent_version.trim().is_empty() {
            problems.push(format!("form `{id}`: the consent version is empty"));
        }
        let offers_newsletter = match &form.kind {
            FormKind::Petition(facts) => {
                petition_problems(id, facts, problems);
                self.newsletter_problem(id, facts, problems);
                facts.newsletter.is_some()
            }
            FormKind::Newsletter(facts) => {
                topic_problems(id, form, facts, problems);
                false
            }
        };
        for (code, language) in &form.languages {
            if !self.languages.contains_key(code) {
                problems.push(format!(
                    "form `{id}`: the language `{code}` is not described"
                ));
            }
            consent_problems(id, code, language, offers_newsletter, problems);
            if let FormKind::Petition(facts) = &form.kind {
                word_problems(id, code, facts, language, problems);
            }
        }
    }

    fn newsletter_problem(&self, id: &str, facts: &PetitionFacts, problems: &mut Vec<String>) {
        let Some(newsletter) = &facts.newsletter else {
            return;
        };
        let known = self
            .forms
            .get(newsletter)
            .is_some_and(|form| matches!(form.kind, FormKind::Newsletter(_)));
        if !known {
            problems.push(format!(
                "form `{id}`: there is no newsletter `{newsletter}`"
            ));
        }
    }
}

/// Whether a form's id has the required shape: it becomes part of addresses and file names.
#[must_use]
fn is_form_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn no_address(what: &str, address: &str) -> String {
    format!(
        "{what} `{address}` is none to lead to: it begins with http:// or https:// and holds only \
         ASCII (other letters are percent-encoded)"
    )
}

fn language_problems(code: &str, language: &Language, problems: &mut Vec<String>) {
    if language.shell.matches(SHELL_MAIN).count() != 1 {
        problems.push(format!(
            "language `{code}`: the page shell must hold {SHELL_MAIN} exactly once"
        ));
    }
    let others = [("home", &language.home), ("privacy", &language.privacy)];
    // A redirect that fails would do so after a signature was stored.
    for (name, address) in language.steps.named().into_iter().chain(others) {
        if !can_be_led_to(address) {
            let what = format!("language `{code}`: the address of `{name}`");
            problems.push(no_address(&what, address));
        }
    }
    for problem in texts::problems(&language.texts) {
        problems.push(format!("language `{code}`: {problem}"));
    }
}

fn petition_problems(id: &str, facts: &PetitionFacts, problems: &mut Vec<String>) {
    let ascending = facts
        .goals
        .windows(2)
        .all(|pair| matches!(pair, [low, high] if low < high));
    if facts.goals.is_empty() || !ascending || facts.goals.first() == Some(&0) {
        problems.push(format!(
            "form `{id}`: `goals` must be a list of ascending numbers above zero"
        ));
    }
    field_problems(id, facts, problems);
    partner_problems(id, facts, problems);
    for (name, day) in [("opens", &facts.opens), ("closes", &facts.closes)] {
        if let Some(day) = day
            && !is_day(day)
        {
            problems.push(format!(
                "form `{id}`: `{name}` is `{day}`, which is no day: write YYYY-MM-DD"
            ));
        }
    }
    // Days written so are in order when their texts are.
    if let (Some(opens), Some(closes)) = (&facts.opens, &facts.closes)
        && closes < opens
    {
        problems.push(format!(
            "form `{id}`: it closes ({closes}) before it opens ({opens})"
        ));
    }
}

fn partner_problems(id: &str, facts: &PetitionFacts, problems: &mut Vec<String>) {
    for (index, partner) in facts.partners.iter().enumerate() {
        if let Some((problem, hint)) = partner.problem() {
            problems.push(format!("form `{id}`: {problem}; {hint}"));
        }
        let mut before = facts.partners.iter().take(index);
        if before.any(|other| other.code == partner.code || other.origin == partner.origin) {
            problems.push(format!(
                "form `{id}`: the partner `{}` or its origin is listed twice",
                partner.code
            ));
        }
    }
}

fn field_problems(id: &str, facts: &PetitionFacts, problems: &mut Vec<String>) {
    let known = |field| {
        let mut rules = facts.fields.iter().filter_map(FormField::known);
        rules.find(|rule| rule.field == field)
    };
    if !known(Field::Email).is_some_and(|rule| rule.presence == Presence::Required) {
        problems.push(format!(
            "form `{id}`: the e-mail address must be a required field"
        ));
    }
    if facts.show_name && known(Field::FirstName).is_none() {
        problems.push(format!(
            "form `{id}`: `show_name` needs the field `first_name`"
        ));
    }
    for (index, field) in facts.fields.iter().enumerate() {
        let mut before = facts.fields.iter().take(index);
        if before.any(|other| other.name() == field.name()) {
            problems.push(format!(
                "form `{id}`: the field `{}` is listed twice",
                field.name()
            ));
        }
    }
    let custom: Vec<_> = facts.fields.iter().filter_map(FormField::custom).collect();
    if custom.len() > MOST_CUSTOM {
        problems.push(format!(
            "form `{id}`: more than {MOST_CUSTOM} fields of its own"
        ));
    }
    for problem in custom.iter().filter_map(|field| field.problem()) {
        problems.push(format!("form `{id}`: {problem}"));
    }
}

/// Each of a petition's own fields has its words in each language.
fn word_problems(
    id: &str,
    code: &str,
    facts: &PetitionFacts,
    language: &FormLanguage,
    problems: &mut Vec<String>,
) {
    for field in facts.fields.iter().filter_map(FormField::custom) {
        if let Some(problem) = field.missing_words(language.fields.get(&field.id)) {
            problems.push(format!("form `{id}`, language `{code}`: {problem}"));
        }
    }
}

/// A newsletter's topics have sound names, and words in each language.
fn topic_problems(id: &str, form: &Form, facts: &NewsletterFacts, problems: &mut Vec<String>) {
    if facts.topics.len() > MOST_TOPICS {
        problems.push(format!("form `{id}`: more than {MOST_TOPICS} topics"));
    }
    for (index, topic) in facts.topics.iter().enumerate() {
        if !is_topic(topic) {
            problems.push(format!(
                "form `{id}`: the topic `{topic}` is not 1 to 32 lower-case letters, digits and hyphens"
            ));
        }
        if facts.topics.iter().take(index).any(|other| other == topic) {
            problems.push(format!("form `{id}`: the topic `{topic}` is listed twice"));
        }
        for (code, language) in &form.languages {
            let words = language.topics.get(topic);
            if words.is_none_or(|words| words.trim().is_empty()) {
                problems.push(format!(
                    "form `{id}`, language `{code}`: the words of the topic `{topic}` are missing"
                ));
            }
        }
    }
}

fn consent_problems(
    id: &str,
    code: &str,
    language: &FormLanguage,
    offers_newsletter: bool,
    problems: &mut Vec<String>,
) {
    let consents = [
        ("consent", Some(&language.consent)),
        ("newsletter consent", language.newsletter_consent.as_ref()),
    ];
    for (name, consent) in consents {
        let Some(consent) = consent else {
            continue;
        };
        if consent.text.trim().is_empty() {
            problems.push(format!(
                "form `{id}`, language `{code}`: the {name} text is empty"
            ));
        }
        if !consent.is_genuine() {
            problems.push(format!(
                "form `{id}`, language `{code}`: the {name} text does not belong to its hash"
            ));
        }
    }
    if offers_newsletter && language.newsletter_consent.is_none() {
        problems.push(format!(
            "form `{id}`, language `{code}`: the newsletter consent text is missing"
        ));
    }
}
