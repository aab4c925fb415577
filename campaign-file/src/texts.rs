//! The keys of the service's words, with the placeholders that each may hold.
//!
//! The words themselves stand with the site (one file per language), so that an editor can change
//! them and add a language without a new release of the service. A placeholder is a name in
//! braces: `{petition}`.

/// One text that each language must have.
#[derive(Clone, Copy, Debug)]
pub struct TextKey {
    /// The key.
    pub key: &'static str,
    /// Placeholders that the service fills in. Others are an error.
    pub placeholders: &'static [&'static str],
    /// Those that must occur: without its link a mail is worthless.
    pub required: &'static [&'static str],
}

const fn plain(key: &'static str) -> TextKey {
    TextKey {
        key,
        placeholders: &[],
        required: &[],
    }
}

const fn with(key: &'static str, placeholders: &'static [&'static str]) -> TextKey {
    TextKey {
        key,
        placeholders,
        required: &[],
    }
}

const fn needs(
    key: &'static str,
    placeholders: &'static [&'static str],
    required: &'static [&'static str],
) -> TextKey {
    TextKey {
        key,
        placeholders,
        required,
    }
}

/// Every text that the service uses.
pub const REQUIRED: &[TextKey] = &[
    // The page that a confirmation link opens.
    with("confirm_petition_title", &["petition"]),
    with("confirm_petition_intro", &["petition"]),
    plain("confirm_petition_button"),
    with("confirm_newsletter_title", &["newsletter"]),
    with("confirm_newsletter_intro", &["newsletter"]),
    plain("confirm_newsletter_button"),
    plain("confirm_working"),
    // The page of a confirmation link whose time is over while there is still something to confirm.
    plain("late_title"),
    plain("late_intro"),
    plain("late_button"),
    // The code of the mail, when it did not confirm.
    plain("code_title"),
    plain("error_code"),
    plain("code_label"),
    plain("code_button"),
    plain("code_resend"),
    plain("code_back"),
    // The pages that the withdrawal and unsubscription links open.
    with("withdraw_title", &["petition"]),
    with("withdraw_intro", &["petition"]),
    plain("withdraw_button"),
    with("unsubscribe_title", &["newsletter"]),
    with("unsubscribe_intro", &["newsletter"]),
    plain("unsubscribe_button"),
    // A reader's preferences, and everybody's rights.
    with("manage_title", &["newsletter"]),
    plain("manage_saved"),
    plain("manage_reading"),
    plain("manage_language"),
    plain("manage_save"),
    plain("manage_pause"),
    plain("manage_pause_intro"),
    plain("manage_pause_button"),
    needs("manage_paused", &["date"], &["date"]),
    plain("manage_resume_button"),
    plain("manage_never_intro"),
    plain("manage_never_button"),
    plain("rights_title"),
    plain("rights_intro"),
    plain("rights_export_button"),
    plain("rights_erase_button"),
    plain("rights_mailed"),
    plain("export_title"),
    with("export_intro", &["title"]),
    plain("export_button"),
    plain("export_note"),
    plain("erase_title"),
    with("erase_intro", &["title"]),
    plain("erase_button"),
    plain("erased_title"),
    with("erased_intro", &["title"]),
    plain("erased_what"),
    plain("erased_kept"),
    needs("erased_when", &["date"], &["date"]),
    needs("erased_number", &["number"], &["number"]),
    // The same pages when the form has left the site.
    plain("form_gone_intro"),
    // The form, shown again when something in it needs mending.
    plain("form_problem_title"),
    plain("form_problem_intro"),
    plain("optional"),
    plain("label_first_name"),
    plain("label_last_name"),
    plain("label_email"),
    plain("label_country"),
    plain("label_postcode"),
    plain("label_city"),
    plain("label_phone"),
    plain("label_comment"),
    plain("label_show_name"),
    // The topics of a newsletter.
    plain("topics_legend"),
    plain("topics_note"),
    plain("label_honeypot"),
    plain("choice_choose"),
    plain("country_choose"),
    plain("button_sign"),
    plain("button_subscribe"),
    plain("link_privacy"),
    with("back_to_page", &["title"]),
    // The question about an address that looks misspelt, and its two buttons.
    needs("email_question", &["email"], &["email"]),
    plain("email_question_intro"),
    needs("email_keep", &["email"], &["email"]),
    needs("email_take", &["email"], &["email"]),
    // What is wrong with a field.
    with("error_required", &["field"]),
    with("error_too_long", &["field", "max"]),
    with("error_characters", &["field"]),
    with("error_name_start", &["field"]),
    with("error_name_letters", &["field"]),
    plain("error_name_link"),
    plain("error_phone"),
    with("error_choice", &["field"]),
    with("error_tick", &["field"]),
    plain("error_topics"),
    plain("error_email"),
    plain("error_country"),
    plain("error_consent"),
    plain("error_consent_changed"),
    plain("error_captcha"),
    plain("error_captcha_unavailable"),
    // Why the form was not taken at all.
    with("error_rate_limited", &["minutes"]),
    plain("error_too_many"),
    plain("error_not_open_yet"),
    plain("error_paused"),
    plain("error_closed"),
    plain("error_unavailable"),
    // The database is not there: the form is kept until it is.
    plain("kept_title"),
    plain("kept"),
    plain("error_too_large"),
    plain("error_bad_request"),
    plain("error_language"),
    plain("error_not_found"),
    plain("problem_title"),
    // Mails. A body is plain text; blank lines separate paragraphs; a paragraph that is only a
    // link placeholder becomes a button in the HTML part, one that is only `{code}` large digits.
    with("mail_confirm_petition_subject", &["petition", "site"]),
    needs(
        "mail_confirm_petition_body",
        &["petition", "site", "link", "withdraw_link", "code", "days"],
        &["link", "withdraw_link", "code"],
    ),
    plain("mail_confirm_petition_button"),
    with("mail_remind_petition_subject", &["petition", "site"]),
    needs(
        "mail_remind_petition_body",
        &["petition", "site", "link", "withdraw_link", "code", "days"],
        &["link", "withdraw_link", "code"],
    ),
    with("mail_already_signed_subject", &["petition", "site"]),
    needs(
        "mail_already_signed_body",
        &["petition", "site", "withdraw_link"],
        &["withdraw_link"],
    ),
    plain("mail_withdraw_button"),
    with("mail_confirm_newsletter_subject", &["newsletter", "site"]),
    needs(
        "mail_confirm_newsletter_body",
        &["newsletter", "site", "link", "code", "days"],
        &["link", "code"],
    ),
    plain("mail_confirm_newsletter_button"),
    with("mail_welcome_newsletter_subject", &["newsletter", "site"]),
    needs(
        "mail_welcome_newsletter_body",
        &["newsletter", "site", "manage_link", "unsubscribe_link"],
        &["manage_link", "unsubscribe_link"],
    ),
    plain("mail_manage_button"),
    plain("mail_unsubscribe_button"),
    with("mail_already_subscribed_subject", &["newsletter", "site"]),
    needs(
        "mail_already_subscribed_body",
        &["newsletter", "site", "manage_link", "unsubscribe_link"],
        &["manage_link", "unsubscribe_link"],
    ),
    with("mail_export_link_subject", &["title", "site"]),
    needs(
        "mail_export_link_body",
        &["title", "site", "link"],
        &["link"],
    ),
    plain("mail_export_link_button"),
    with("mail_erase_link_subject", &["title", "site"]),
    needs(
        "mail_erase_link_body",
        &["title", "site", "link"],
        &["link"],
    ),
    plain("mail_erase_link_button"),
    with("mail_footer", &["site", "home", "privacy"]),
];

/// The placeholders in a text, in order, with repetitions.
///
/// A placeholder is `{` lower-case letters or underscores `}`; anything else in braces is text.
#[must_use]
pub fn placeholders(text: &str) -> Vec<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .filter(|name| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        })
        .collect()
}

/// Puts values into a text's placeholders. One pass: a value is never searched for placeholders.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = after.split_once('}').and_then(|(name, tail)| {
            values
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value, tail))
        });
        match value {
            Some((value, tail)) => {
                filled.push_str(value);
                rest = tail;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// What is wrong with one language's texts: a line each, naming the key.
#[must_use]
pub fn problems(texts: &std::collections::BTreeMap<String, String>) -> Vec<String> {
    let mut problems = Vec::new();
    for wanted in REQUIRED {
        let Some(text) = texts.get(wanted.key).filter(|t| !t.trim().is_empty()) else {
            problems.push(format!("the text `{}` is missing", wanted.key));
            continue;
        };
        let used = placeholders(text);
        for name in &used {
            if !wanted.placeholders.contains(name) {
                problems.push(format!(
                    "the text `{}` uses {{{name}}}, which is not known there (known: {})",
                    wanted.key,
                    list(wanted.placeholders)
                ));
            }
        }
        for name in wanted.required {
            if !used.contains(name) {
                problems.push(format!("the text `{}` must hold {{{name}}}", wanted.key));
            }
        }
    }
    problems
}

fn list(names: &[&str]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let braced: Vec<String> = names.iter().map(|name| format!("{{{name}}}")).collect();
    braced.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_once_and_never_searched() {
        let filled = fill("a {x} {y} {z}", &[("x", "{y}"), ("y", "Y")]);
        assert_eq!(filled, "a {y} Y {z}");
    }

    #[test]
    fn unclosed_and_empty_braces_are_text() {
        assert_eq!(fill("{ {} {x", &[("x", "X")]), "{ {} {x");
        assert_eq!(placeholders("{ {} {a_b} {X} {x"), vec!["a_b"]);
    }

    #[test]
    fn each_key_stands_once_and_needs_only_what_it_knows() {
        let mut seen = std::collections::BTreeSet::new();
        for wanted in REQUIRED {
            assert!(seen.insert(wanted.key), "{} twice", wanted.key);
            for name in wanted.required {
                assert!(wanted.placeholders.contains(name), "{}", wanted.key);
            }
        }
    }
}
