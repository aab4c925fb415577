//! The public keys to which forms are sealed.

use super::reader::Reader;
use crate::domain::seal::{PublicKey, PublicKeys};

/// What to do about a missing key.
const HINT: &str = "make a pair of keys with `petition-service keygen --out private.key`, write the line \
    that it prints here, and take the private key to a machine that is not this server";

/// Reads `[sealing]`. There is no service without a key: nothing is ever stored that is not sealed.
pub(super) fn sealing(top: &mut Reader<'_>, problems: &mut Vec<String>) -> Option<PublicKeys> {
    let mut table = top.table("sealing", problems);
    let text = table.required("public_key", HINT, problems);
    let all = text.and_then(|text| key("sealing.public_key", &text, problems));
    let forms = table.table("forms", problems).texts(problems);
    table.finish(problems);
    let before = problems.len();
    let own: Vec<_> = forms
        .into_iter()
        .filter_map(|(form, text)| {
            let key = key(&format!("sealing.forms.{form}"), &text, problems)?;
            Some((form, key))
        })
        .collect();
    let keys = PublicKeys::new(all?, own);
    (problems.len() == before).then_some(keys)
}

fn key(name: &str, text: &str, problems: &mut Vec<String>) -> Option<PublicKey> {
    match PublicKey::parse(text) {
        Ok(key) => Some(key),
        Err(fault) => {
            problems.push(format!("`{name}`: {fault}"));
            None
        }
    }
}
