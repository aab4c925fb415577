//! The facts of a petition or newsletter, from the default language's page.

use campaign_file::{FormKind, NewsletterFacts, PetitionFacts, PetitionState};

use super::table::Table;
use super::{fields, partners, topics};
use crate::diagnostic::Diagnostic;

/// A form's facts, as far as they could be read.
pub(super) struct Facts {
    /// The form's id.
    pub(super) id: String,
    /// What it is.
    pub(super) kind: FormKind,
    /// The author's version of the consent texts.
    pub(super) consent_version: String,
    /// The languages that the form has; none: all of the site.
    pub(super) languages: Option<Vec<String>>,
}

const ID_HINT: &str = "a short name that never changes: id = \"safe-online\"";
const VERSION_HINT: &str =
    "name the version of the consent texts and change it with them: consent_version = \"2026-11\"";

/// Reads `[extra.petition]`.
pub(super) fn petition(mut table: Table<'_>, faults: &mut Vec<Diagnostic>) -> Option<Facts> {
    let id = id(&mut table, faults);
    let state = state(&mut table, faults);
    let goals = table.numbers("goals", faults);
    if goals.is_empty() {
        faults.push(
            table
                .fault_at("goals", "a petition needs at least one goal")
                .hint("goals = [1000, 2500, 5000]"),
        );
    } else if goals.windows(2).any(|w| matches!(w, [a, b] if b <= a)) || goals.contains(&0) {
        faults.push(
            table
                .fault_at("goals", "`goals` must rise, and start above zero")
                .hint("goals = [1000, 2500, 5000]"),
        );
    }
    let opens = table.day("opens", faults);
    let closes = table.day("closes", faults);
    if let (Some(opens), Some(closes)) = (&opens, &closes)
        && closes < opens
    {
        faults.push(
            table
                .fault_at(
                    "closes",
                    format!("the petition closes on {closes}, before it opens on {opens}"),
                )
                .hint("correct one of the two days"),
        );
    }
    let fields = fields::asked(&mut table, faults);
    let show_name = fields::show_name(&mut table, &fields, faults);
    let newsletter = table.text("newsletter", faults);
    let partners = partners::named(&mut table, faults);
    let consent_version = table.required_text("consent_version", VERSION_HINT, faults);
    let languages = table.texts("languages", faults);
    table.unknown_keys(faults);
    Some(Facts {
        id: id?,
        kind: FormKind::Petition(PetitionFacts {
            state: state?,
            goals,
            opens,
            closes,
            fields,
            show_name,
            newsletter,
            partners,
        }),
        consent_version: consent_version?,
        languages,
    })
}

/// Reads `[extra.newsletter]`.
pub(super) fn newsletter(mut table: Table<'_>, faults: &mut Vec<Diagnostic>) -> Option<Facts> {
    let id = id(&mut table, faults);
    let list_id = table.required_text(
        "list_id",
        "the list's identifier for mail programs, a name in your domain: list_id = \"news.example.org\"",
        faults,
    );
    let topics = topics::names(&mut table, faults);
    let consent_version = table.required_text("consent_version", VERSION_HINT, faults);
    let languages = table.texts("languages", faults);
    table.unknown_keys(faults);
    Some(Facts {
        id: id?,
        kind: FormKind::Newsletter(NewsletterFacts {
            list_id: list_id?,
            topics,
        }),
        consent_version: consent_version?,
        languages,
    })
}

fn id(table: &mut Table<'_>, faults: &mut Vec<Diagnostic>) -> Option<String> {
    let id = table.required_text("id", ID_HINT, faults)?;
    let sound = id.len() <= 64
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if sound {
        return Some(id);
    }
    faults.push(
        table
            .fault_at("id", format!("`{id}` cannot be an id"))
            .hint("use up to 64 lower-case letters, digits and hyphens"),
    );
    None
}

fn state(table: &mut Table<'_>, faults: &mut Vec<Diagnostic>) -> Option<PetitionState> {
    const HINT: &str = "one of draft, open, paused, closed, delivered, won";
    let state = table.required_text("state", HINT, faults)?;
    let known = match state.as_str() {
        "draft" => PetitionState::Draft,
        "open" => PetitionState::Open,
        "paused" => PetitionState::Paused,
        "closed" => PetitionState::Closed,
        "delivered" => PetitionState::Delivered,
        "won" => PetitionState::Won,
        _ => {
            faults.push(
                table
                    .fault_at("state", format!("`{state}` is no state of a petition"))
                    .hint(HINT),
            );
            return None;
        }
    };
    Some(known)
}
