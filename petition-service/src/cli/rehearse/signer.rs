//! What the visitors of a rehearsal post: a petition of the site, filled in.

use anyhow::{Context, anyhow};
use axum::http::StatusCode;
use campaign_file::{
    CampaignFile, CustomKind, Field, Form, FormField, FormKind, PetitionState, Presence,
};
use url::form_urlencoded::Serializer;

use super::client::Asked;

/// The domain of the signers. Reserved for examples: no mail to it would ever arrive anywhere.
const DOMAIN: &str = "rehearsal.example";

/// A petition of the campaign file, and how to sign it.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    /// The petition's id.
    pub(super) form_id: String,
    fields: Vec<(String, String)>,
}

impl Signer {
    /// The petition of this id, or the first one; in the file it is open from now on.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn of(file: &mut CampaignFile, wanted: Option<&str>) -> anyhow::Result<Self> {
        let mut petitions = file
            .forms
            .iter_mut()
            .filter(|(id, form)| is_petition(form) && wanted.is_none_or(|wanted| wanted == *id));
        let (id, form) = petitions.next().with_context(|| match wanted {
            Some(wanted) => format!("the site has no petition `{wanted}`"),
            None => "the site has no petition to rehearse with".to_owned(),
        })?;
        let lang = form.languages.keys().next();
        let lang = lang.ok_or_else(|| anyhow!("`{id}` has no language"))?;
        let mut fields = vec![
            ("lang".to_owned(), lang.clone()),
            ("consent".to_owned(), "yes".to_owned()),
        ];
        if let FormKind::Petition(facts) = &mut form.kind {
            facts.state = PetitionState::Open;
            facts.opens = None;
            facts.closes = None;
            fields.extend(facts.fields.iter().filter_map(filled));
        }
        Ok(Self {
            form_id: id.clone(),
            fields,
        })
    }

    /// The form of the signer with this number in this part of the rehearsal.
    pub(super) fn signs(&self, part: &str, number: u64) -> Asked {
        let form = Serializer::new(String::new())
            .extend_pairs(&self.fields)
            .append_pair("email", &format!("{part}{number}@{DOMAIN}"))
            .finish();
        Asked {
            path: format!("/petitions/{}/sign", self.form_id),
            form: Some(form),
            wanted: StatusCode::SEE_OTHER,
        }
    }

    /// The page's script looks at the count.
    pub(super) fn looks(&self) -> Asked {
        Asked {
            path: format!("/petitions/{}/count", self.form_id),
            form: None,
            wanted: StatusCode::OK,
        }
    }

    /// The button behind a mail's link.
    pub(super) fn confirms(token: &str) -> Asked {
        Asked {
            path: format!("/confirm/{token}"),
            form: Some(String::new()),
            wanted: StatusCode::SEE_OTHER,
        }
    }
}

fn is_petition(form: &Form) -> bool {
    matches!(form.kind, FormKind::Petition(_))
}

/// A field with something in it; none if it may stay empty, or is filled in elsewhere.
fn filled(field: &FormField) -> Option<(String, String)> {
    let value = match field {
        FormField::Known(rule) if rule.presence == Presence::Required => match rule.field {
            Field::Email => return None,
            Field::FirstName => "Sam",
            Field::LastName => "Signer",
            Field::Country => "NL",
            Field::Postcode => "1011 AB",
            Field::City => "Amsterdam",
            Field::Phone => "+31 20 123 4567",
            Field::Comment => "Because it matters.",
        }
        .to_owned(),
        FormField::Custom(custom) if custom.required => match &custom.kind {
            CustomKind::Choice { choices } => choices.first()?.clone(),
            CustomKind::Checkbox => "yes".to_owned(),
            _ => "Sam".to_owned(),
        },
        _ => return None,
    };
    Some((field.name().to_owned(), value))
}
