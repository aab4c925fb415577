//! Forms on sites of others: whose a posted form is, and who may read the answers.

use axum::http::HeaderMap;
use axum::http::request::Parts;
use campaign_file::{FormKind, Partner};

use super::Web;
use crate::campaign::Campaign;

/// The form comes from where none of this petition's may come from.
pub(super) struct Refused;

/// The code of the partner from whose site a form comes; none: from the site itself.
///
/// A partner's site posts the forms of the petitions that name it, under no other's code. A form of the
/// site itself may name a partner of its petition: so does one that came from a partner's site and
/// was shown again.
///
/// # Errors
/// [`Refused`].
pub(super) fn of(
    web: &Web,
    campaign: &Campaign,
    form: &str,
    headers: &HeaderMap,
    posted: &str,
) -> Result<Option<String>, Refused> {
    let partners = partners(campaign, form);
    let origin = headers.get("origin").and_then(|value| value.to_str().ok());
    let site = campaign.file().site.base_url.as_str();
    let own = web.0.origins.may_post(headers, Some(site));
    let from = partners.iter().find(|one| Some(&*one.origin) == origin);
    match from {
        Some(partner) if posted.is_empty() || posted == partner.code => {
            Ok(Some(partner.code.clone()))
        }
        Some(_) if !own => Err(Refused),
        None if !own => Err(Refused),
        _ => {
            let named = partners.iter().find(|one| one.code == posted);
            Ok(named.map(|one| one.code.clone()))
        }
    }
}

/// Whether pages of this origin may read the answer: those of a petition's partners what concerns that
/// petition, and nothing else.
pub(super) fn may_read(campaign: &Campaign, origin: &str, parts: &Parts) -> bool {
    let forms = &campaign.file().forms;
    let knows = |form: &str| {
        partners(campaign, form)
            .iter()
            .any(|one| one.origin == origin)
    };
    match segments(parts.uri.path()).as_slice() {
        [
            ..,
            "petitions",
            form,
            "sign" | "count" | "signers" | "countries",
        ] => knows(form),
        [.., "captcha"] | [.., "captcha", "altcha"] => {
            let query = parts.uri.query().unwrap_or_default();
            let asked = url::form_urlencoded::parse(query.as_bytes());
            let form = asked.into_iter().find(|(name, _)| name == "form");
            form.is_some_and(|(_, form)| forms.contains_key(&*form) && knows(&form))
        }
        _ => false,
    }
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !part.is_empty()).collect()
}

fn partners<'a>(campaign: &'a Campaign, form: &str) -> &'a [Partner] {
    match campaign.file().forms.get(form).map(|form| &form.kind) {
        Some(FormKind::Petition(facts)) => &facts.partners,
        _ => &[],
    }
}
