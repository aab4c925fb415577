//! Sites of others that may show a petition's form: `[[extra.petition.partners]]`.

use campaign_file::Partner;
use serde_json::{Map, Value as Json};

use super::table::Table;
use crate::diagnostic::Diagnostic;

const HINT: &str = "write [[extra.petition.partners]] with the lines code = \"north\" and \
                    origin = \"https://partner.example\"";

/// The partners, each with a code and an origin of its own.
pub(super) fn named(table: &mut Table<'_>, faults: &mut Vec<Diagnostic>) -> Vec<Partner> {
    let mut partners: Vec<Partner> = Vec::new();
    for item in table.items("partners", faults).unwrap_or_default() {
        let fault = match read(&item) {
            Err(message) => Some((message, HINT)),
            Ok(partner) => match (partner.problem(), twice(&partner, &partners)) {
                (None, None) => {
                    partners.push(partner);
                    None
                }
                (problem, twice) => problem.or(twice),
            },
        };
        if let Some((message, hint)) = fault {
            faults.push(table.fault_at("partners", message).hint(hint));
        }
    }
    partners
}

fn read(item: &Json) -> Result<Partner, String> {
    let Json::Object(entries) = item else {
        return Err(format!("a partner is a table, not {item}"));
    };
    let unknown = entries
        .keys()
        .find(|key| !["code", "origin"].contains(&key.as_str()));
    if let Some(key) = unknown {
        return Err(format!("a partner has no key `{key}`"));
    }
    Ok(Partner {
        code: text(entries, "code")?,
        origin: text(entries, "origin")?,
    })
}

fn text(entries: &Map<String, Json>, key: &str) -> Result<String, String> {
    match entries.get(key) {
        Some(Json::String(text)) => Ok(text.trim().to_owned()),
        Some(other) => Err(format!(
            "the `{key}` of a partner is a text in quotes, not {other}"
        )),
        None => Err(format!("a partner lacks its `{key}`")),
    }
}

/// Two partners that could not be told apart.
fn twice(partner: &Partner, others: &[Partner]) -> Option<(String, &'static str)> {
    let same = |of: fn(&Partner) -> &String| others.iter().any(|other| of(other) == of(partner));
    if same(|partner| &partner.code) {
        let told = format!("the partner `{}` is listed twice", partner.code);
        return Some((told, "give each partner a code of its own"));
    }
    if same(|partner| &partner.origin) {
        let told = format!("the origin `{}` has two partners", partner.origin);
        return Some((told, "a site has one code"));
    }
    None
}
