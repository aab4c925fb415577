//! The fields of a form: how each is asked.

use campaign_file::{CustomField, CustomKind, Field, FieldRule, FormField, Presence};

use super::{FormAgain, errors, value};

/// How a field is asked.
pub(super) enum Widget<'a> {
    Line {
        kind: &'static str,
        autocomplete: &'static str,
    },
    Country,
    Text,
    /// One of a list: what is posted, and what is shown.
    Choice(Vec<(&'a str, &'a str)>),
    Tick,
}

/// A field with what was typed into it.
pub(super) struct Input<'a> {
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) widget: Widget<'a>,
    pub(super) required: bool,
    pub(super) value: &'a str,
    pub(super) errors: Option<String>,
}

/// A field of the form; none if it is not asked.
pub(super) fn input<'a>(page: &FormAgain<'a>, field: &'a FormField) -> Option<Input<'a>> {
    match field {
        FormField::Known(rule) => Some(known(page, rule)),
        FormField::Custom(field) => custom(page, field),
    }
}

fn known<'a>(page: &FormAgain<'a>, rule: &FieldRule) -> Input<'a> {
    let name = rule.field.name();
    Input {
        name,
        label: page.form.voice.text(label(rule.field)),
        widget: widget(rule.field),
        required: rule.presence == Presence::Required,
        value: value(page.values, name),
        errors: errors(page.mistakes, name),
    }
}

fn custom<'a>(page: &FormAgain<'a>, field: &'a CustomField) -> Option<Input<'a>> {
    // The campaign file was checked when it was read: the words are there.
    let texts = page.form.texts.fields.get(&field.id);
    let widget = match &field.kind {
        CustomKind::Hidden { .. } => return None,
        CustomKind::Text => Widget::Line {
            kind: "text",
            autocomplete: "off",
        },
        CustomKind::Checkbox => Widget::Tick,
        CustomKind::Choice { choices } => {
            let words = |name: &'a String| texts.and_then(|texts| texts.choices.get(name));
            let shown = choices.iter().map(|name| {
                let words = words(name).unwrap_or(name);
                (name.as_str(), words.as_str())
            });
            Widget::Choice(shown.collect())
        }
    };
    Some(Input {
        name: &field.id,
        label: texts.map_or(&field.id, |texts| &texts.label),
        widget,
        required: field.required,
        value: value(page.values, &field.id),
        errors: errors(page.mistakes, &field.id),
    })
}

fn label(field: Field) -> &'static str {
    match field {
        Field::FirstName => "label_first_name",
        Field::LastName => "label_last_name",
        Field::Email => "label_email",
        Field::Country => "label_country",
        Field::Postcode => "label_postcode",
        Field::City => "label_city",
        Field::Phone => "label_phone",
        Field::Comment => "label_comment",
    }
}

fn widget(field: Field) -> Widget<'static> {
    let line = |kind, autocomplete| Widget::Line { kind, autocomplete };
    match field {
        Field::FirstName => line("text", "given-name"),
        Field::LastName => line("text", "family-name"),
        Field::Email => line("email", "email"),
        Field::Postcode => line("text", "postal-code"),
        Field::City => line("text", "address-level2"),
        Field::Phone => line("tel", "tel"),
        Field::Country => Widget::Country,
        Field::Comment => Widget::Text,
    }
}
