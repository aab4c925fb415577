//! Faults in the visitor's own words.

use campaign_file::Field;

use crate::campaign::FormIn;
use crate::domain::{FaultKind, FieldFault};
use crate::pages::Mistake;

/// Every fault as a sentence in the form's language.
pub(super) fn mistakes(form: FormIn<'_>, faults: &[FieldFault]) -> Vec<Mistake> {
    faults
        .iter()
        .map(|fault| {
            let label = label(form, &fault.field);
            let max = match fault.kind {
                FaultKind::TooLong { max } => max.to_string(),
                _ => String::new(),
            };
            let values = [("field", label.as_str()), ("max", max.as_str())];
            Mistake {
                field: fault.field.clone(),
                message: form.voice.fill(fault.kind.text_key(), &values),
            }
        })
        .collect()
}

fn label(form: FormIn<'_>, field: &str) -> String {
    if let Some(own) = form.texts.fields.get(field) {
        return own.label.clone();
    }
    let key = Field::from_name(field).map(|field| format!("label_{}", field.name()));
    key.and_then(|key| form.voice.language.texts.get(&key).cloned())
        .unwrap_or_default()
}

/// A fault of the form as a whole, or of one field, by the key of its text.
pub(super) fn mistake(form: FormIn<'_>, field: &str, key: &'static str) -> Mistake {
    Mistake {
        field: field.to_owned(),
        message: form.voice.text(key).to_owned(),
    }
}
