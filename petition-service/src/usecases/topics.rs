//! Topics of a newsletter that a reader chose.

use campaign_file::{Form, FormKind};

fn known(form: &Form) -> &[String] {
    match &form.kind {
        FormKind::Newsletter(facts) => &facts.topics,
        FormKind::Petition(_) => &[],
    }
}

/// Those that were ticked, in the newsletter's order; none: all of them, which is what a reader gets
/// who chooses nothing.
pub(super) fn chosen(form: &Form, ticked: &[String]) -> Vec<String> {
    let known = known(form).iter();
    known
        .filter(|name| ticked.contains(name))
        .cloned()
        .collect()
}

/// Whether something was ticked that the newsletter does not have (any more): left out in silence, a
/// choice of that alone would become a choice of everything.
pub(super) fn strange(form: &Form, ticked: &[String]) -> bool {
    matches!(form.kind, FormKind::Newsletter(_))
        && ticked.iter().any(|name| !known(form).contains(name))
}
