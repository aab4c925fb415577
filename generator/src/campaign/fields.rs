//! What a petition's form asks, and the words of its own fields in each language.

use std::collections::BTreeMap;

use campaign_file::{
    CustomField, CustomKind, Field, FieldRule, FieldTexts, FormField, MOST_CUSTOM, Presence,
};
use serde_json::{Map, Value as Json};

use super::table::Table;
use crate::diagnostic::Diagnostic;
use crate::fields::nearest;

/// How a field of a petition's own is written.
const CUSTOM_HINT: &str = "a field of your own is written { id = \"school\", type = \"text\" }; types: text, choice, checkbox, hidden";

/// The keys of a field of a petition's own.
const CUSTOM_KEYS: [&str; 5] = ["id", "type", "required", "choices", "value"];

/// The fields in the order of the form; `?` after a name makes it optional. The e-mail address is
/// required whatever is written, for without it nothing can be confirmed.
pub(super) fn asked(table: &mut Table<'_>, faults: &mut Vec<Diagnostic>) -> Vec<FormField> {
    let written = table
        .items("fields", faults)
        .unwrap_or_else(|| vec!["first_name".into(), "email".into()]);
    let mut fields: Vec<FormField> = Vec::new();
    for item in written {
        let read = match &item {
            Json::String(name) => known(name.trim()),
            Json::Object(entries) => custom(entries),
            other => Err((
                format!("`fields` cannot hold {other}"),
                CUSTOM_HINT.to_owned(),
            )),
        };
        match read {
            Err((message, hint)) => faults.push(table.fault_at("fields", message).hint(hint)),
            Ok(field) if fields.iter().any(|other| other.name() == field.name()) => {
                let message = format!("`{}` is listed twice", field.name());
                faults.push(table.fault_at("fields", message));
            }
            Ok(field) => fields.push(field),
        }
    }
    let own = fields.iter().filter_map(FormField::custom).count();
    if own > MOST_CUSTOM {
        faults.push(
            table
                .fault_at(
                    "fields",
                    format!("a petition asks {MOST_CUSTOM} fields of its own at most"),
                )
                .hint("each field costs signatures: leave out what you do not need"),
        );
    }
    if !fields
        .iter()
        .any(|field| field.name() == Field::Email.name())
    {
        fields.push(FormField::Known(FieldRule {
            field: Field::Email,
            presence: Presence::Required,
        }));
    }
    fields
}

/// Whether the form offers to name the signer on the page.
pub(super) fn show_name(
    table: &mut Table<'_>,
    fields: &[FormField],
    faults: &mut Vec<Diagnostic>,
) -> bool {
    let show_name = table.flag("show_name", faults);
    let has_name = fields
        .iter()
        .any(|field| field.name() == Field::FirstName.name());
    if show_name && !has_name {
        faults.push(
            table
                .fault_at("show_name", "`show_name` has no name to show")
                .hint("add \"first_name\" to `fields`, or take `show_name` away"),
        );
    }
    show_name
}

/// A message and a hint.
type Fault = (String, String);

fn known(written: &str) -> Result<FormField, Fault> {
    let (name, presence) = match written.strip_suffix('?') {
        Some(name) => (name, Presence::Optional),
        None => (written, Presence::Required),
    };
    let Some(field) = Field::from_name(name) else {
        let known: Vec<&str> = Field::ALL.iter().map(|f| f.name()).collect();
        return Err((
            format!("there is no field `{name}`"),
            format!("known fields: {}; {CUSTOM_HINT}", known.join(", ")),
        ));
    };
    let presence = match field {
        Field::Email => Presence::Required,
        _ => presence,
    };
    Ok(FormField::Known(FieldRule { field, presence }))
}

fn custom(entries: &Map<String, Json>) -> Result<FormField, Fault> {
    let text = |key: &str| entries.get(key).and_then(Json::as_str).map(str::trim);
    let Some(id) = text("id") else {
        return Err((
            "a field of your own needs an `id`".to_owned(),
            CUSTOM_HINT.to_owned(),
        ));
    };
    if let Some(key) = entries
        .keys()
        .find(|key| !CUSTOM_KEYS.contains(&key.as_str()))
    {
        let hint = match nearest(key, CUSTOM_KEYS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "known keys: {}; labels stand with the texts",
                CUSTOM_KEYS.join(", ")
            ),
        };
        return Err((format!("the field `{id}` has no key `{key}`"), hint));
    }
    let required = match entries.get("required") {
        None => false,
        Some(Json::Bool(required)) => *required,
        Some(_) => {
            let hint = "write required = true, or leave it out".to_owned();
            return Err((
                format!("`required` of the field `{id}` must be true or false"),
                hint,
            ));
        }
    };
    let kind = match text("type") {
        Some("text") => CustomKind::Text,
        Some("checkbox") => CustomKind::Checkbox,
        Some("hidden") => CustomKind::Hidden {
            value: text("value").unwrap_or_default().to_owned(),
        },
        Some("choice") => CustomKind::Choice {
            choices: names(entries.get("choices")),
        },
        other => {
            let message = match other {
                Some(other) => format!("the field `{id}` cannot be of the type `{other}`"),
                None => format!("the field `{id}` needs a `type`"),
            };
            return Err((message, CUSTOM_HINT.to_owned()));
        }
    };
    if let Some(key) = strange_key(&kind, entries) {
        let message = format!("a field of the type `{}` has no `{key}`", kind.name());
        return Err((message, format!("take `{key}` away from the field `{id}`")));
    }
    let field = CustomField {
        id: id.to_owned(),
        kind,
        required,
    };
    match field.problem() {
        Some(problem) => Err((problem, CUSTOM_HINT.to_owned())),
        None => Ok(FormField::Custom(field)),
    }
}

/// A key that belongs to fields of another type.
fn strange_key(kind: &CustomKind, entries: &Map<String, Json>) -> Option<&'static str> {
    let others: &[&str] = match kind {
        CustomKind::Text | CustomKind::Checkbox => &["choices", "value"],
        CustomKind::Choice { .. } => &["value"],
        CustomKind::Hidden { .. } => &["choices", "required"],
    };
    others
        .iter()
        .copied()
        .find(|key| entries.contains_key(*key))
}

fn names(choices: Option<&Json>) -> Vec<String> {
    let items = choices.and_then(Json::as_array).into_iter().flatten();
    items
        .map(|item| {
            item.as_str()
                .map_or_else(|| item.to_string(), |text| text.trim().to_owned())
        })
        .collect()
}

/// The words of a petition's own fields in the language of a page: `school = "Your school"`, and for a
/// choice `level = { label = "…", choices = { primary = "…" } }`.
pub(super) fn texts(
    table: &mut Table<'_>,
    fields: &[FormField],
    lang: &str,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<String, FieldTexts> {
    let written = table.entries("fields", faults).unwrap_or_default();
    let asked: Vec<&CustomField> = fields
        .iter()
        .filter_map(FormField::custom)
        .filter(|field| !matches!(field.kind, CustomKind::Hidden { .. }))
        .collect();
    for id in written.keys() {
        if !asked.iter().any(|field| field.id == *id) {
            let hint = match nearest(id, asked.iter().map(|field| field.id.as_str())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    "take it away, or add the field to `fields` under `[extra.petition]`".to_owned()
                }
            };
            let message = format!("the petition asks no field `{id}` of its own");
            faults.push(table.fault_at("fields", message).hint(hint));
        }
    }
    let mut texts = BTreeMap::new();
    for field in asked {
        let words = written.get(&field.id).and_then(words);
        if let Some(problem) = field.missing_words(words.as_ref()) {
            faults.push(
                table
                    .fault_at("fields", format!("{problem} in the language `{lang}`"))
                    .hint(hint(field)),
            );
        }
        texts.extend(words.map(|words| (field.id.clone(), words)));
    }
    texts
}

fn words(written: &Json) -> Option<FieldTexts> {
    let text = |value: &Json| Some(value.as_str()?.trim().to_owned());
    if let Some(label) = text(written) {
        return Some(FieldTexts {
            label,
            ..FieldTexts::default()
        });
    }
    let choices = written.get("choices").and_then(Json::as_object);
    Some(FieldTexts {
        label: written.get("label").and_then(text)?,
        choices: choices
            .into_iter()
            .flatten()
            .filter_map(|(name, words)| Some((name.clone(), text(words)?)))
            .collect(),
    })
}

fn hint(field: &CustomField) -> String {
    let id = &field.id;
    let CustomKind::Choice { choices } = &field.kind else {
        return format!("under `[extra.petition_texts.fields]` write {id} = \"…\"");
    };
    let words: Vec<String> = choices
        .iter()
        .map(|name| format!("{name} = \"…\""))
        .collect();
    format!(
        "under `[extra.petition_texts.fields]` write {id} = {{ label = \"…\", choices = {{ {} }} }}",
        words.join(", ")
    )
}
