//! Partners, and what can be wrong with them.

use campaign_file::FormKind;

use super::gather_changed;

#[test]
fn partners_are_named_by_code_and_origin() {
    let with = |partners: &str| {
        gather_changed(|page| {
            if !page.contains("[extra.petition]") {
                return page.to_owned();
            }
            let tables = format!("{partners}\n[extra.petition_texts]");
            page.replacen("[extra.petition_texts]", &tables, 1)
        })
    };
    let one =
        "[[extra.petition.partners]]\ncode = \"north\"\norigin = \"https://partner.example\"\n";
    let (campaign, faults) = with(one);
    assert_eq!(faults, Vec::<String>::new());
    let partners = campaign.forms.values().find_map(|form| match &form.kind {
        FormKind::Petition(facts) => Some(facts.partners.clone()),
        FormKind::Newsletter(_) => None,
    });
    assert_eq!(partners.expect("a petition").len(), 1);
    for (wrong, wanted) in [
        (one.replace("north", "No!"), "cannot be the code"),
        (one.replace("https:", "http:"), "is no origin"),
        (one.replace(".example", ".example/form"), "is no origin"),
        (one.replace("code", "name"), "no key `name`"),
        (one.replace("code = \"north\"\n", ""), "lacks its `code`"),
        (one.replace("\"north\"", "7"), "a text in quotes"),
        (one.repeat(2), "listed twice"),
        (
            format!("{one}{}", one.replace("north", "south")),
            "has two partners",
        ),
    ] {
        let (_, faults) = with(&wrong);
        assert!(
            faults
                .iter()
                .any(|fault| fault.contains(wanted) && fault.contains(".md:")),
            "{wanted}: {faults:?}"
        );
    }
}
