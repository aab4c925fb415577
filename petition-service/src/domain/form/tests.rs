//! Posted forms, sound and faulty.

use super::*;
use crate::campaign::sample;

fn filled() -> SubmittedValues {
    let mut values = SubmittedValues {
        consent: true,
        ..SubmittedValues::default()
    };
    values.set("first_name", "  Zoe\u{308}  van ");
    values.set("last_name", "St.John-O’Neill");
    values.set("email", "zoe@example.org");
    values
}

fn check_petition(values: &SubmittedValues) -> Result<ValidForm, Vec<FieldFault>> {
    let file = sample::file();
    validate(&file.forms["safe-online"], values, |code| code == "NL")
}

#[test]
fn a_sound_form_is_cleaned() {
    let mut values = filled();
    values.set("country", "nl");
    values.set("comment", " Ja!\r\n\r\nGoed \u{200f}so ");
    values.set("nonsense", "ignored");
    values.newsletter = true;
    let form = check_petition(&values).unwrap();
    assert_eq!(form.values[&Field::FirstName].expose(), "Zo\u{eb} van");
    assert_eq!(form.values[&Field::Country].expose(), "NL");
    assert_eq!(
        form.values[&Field::Comment].expose(),
        "Ja!\n\nGoed \u{200f}so"
    );
    assert_eq!(form.values.len(), 4);
    assert!(form.newsletter);
    assert!(!format!("{form:?}").contains("Zo"));
}

#[test]
fn all_faults_come_at_once() {
    let mut values = SubmittedValues::default();
    values.set("first_name", "a".repeat(81));
    values.set("email", "zoe");
    values.set("country", "XX");
    values.set("postcode", "12;4");
    values.set("city", "=a\u{202e}b");
    values.set("phone", "+31 call me");
    values.set("comment", "a\0b");
    let faults: Vec<_> = check_petition(&values)
        .unwrap_err()
        .into_iter()
        .map(|fault| (fault.field, fault.kind))
        .collect();
    let wanted = [
        ("first_name", FaultKind::TooLong { max: 80 }),
        ("last_name", FaultKind::Required),
        ("email", FaultKind::Email),
        ("country", FaultKind::Country),
        ("postcode", FaultKind::Characters),
        ("city", FaultKind::NameStart),
        ("phone", FaultKind::Characters),
        ("comment", FaultKind::Characters),
        ("consent", FaultKind::Consent),
    ];
    assert_eq!(faults, wanted.map(|(field, kind)| (field.to_owned(), kind)));
    for fault in wanted {
        let key = fault.1.text_key();
        assert!(
            campaign_file::texts::REQUIRED.iter().any(|t| t.key == key),
            "{key}"
        );
    }
}

#[test]
fn postcodes_and_numbers_of_anywhere_are_taken() {
    for (field, typed, wanted) in [
        ("postcode", " 1234  AB ", Ok("1234 AB")),
        ("postcode", "١٢٣٤٥", Ok("12345")),
        ("postcode", "SW1A 2AA", Ok("SW1A 2AA")),
        ("postcode", "-", Err(FaultKind::Characters)),
        ("phone", "+31 (0)20-123.45/6", Ok("+31 (0)20-123.45/6")),
        ("phone", "\u{202a}۰۲۱\u{202c} ۱۲۳۴", Ok("021 1234")),
        ("phone", "+-()", Err(FaultKind::Phone)),
        ("phone", "call me", Err(FaultKind::Characters)),
    ] {
        let mut values = filled();
        values.set(field, typed);
        let got = check_petition(&values)
            .map(|form| {
                form.values[&Field::from_name(field).unwrap()]
                    .expose()
                    .clone()
            })
            .map_err(|faults| faults[0].kind);
        assert_eq!(got, wanted.map(str::to_owned), "{typed}");
    }
}

#[test]
fn a_newsletter_asks_the_address_only() {
    let file = sample::file();
    let mut values = filled();
    values.newsletter = true;
    let form = validate(&file.forms["news"], &values, |_| false).unwrap();
    assert!(form.values.is_empty() && !form.newsletter);
}

#[test]
fn a_petitions_own_fields_are_checked_by_their_kind() {
    let file = sample::with_custom_fields();
    let check = |typed: &[(&str, &str)]| {
        let mut values = filled();
        for (name, value) in typed {
            values.set(*name, *value);
        }
        validate(&file.forms["safe-online"], &values, |_| false)
    };
    let sound = [
        ("level", "primary"),
        ("teacher", "yes"),
        ("school", " De  Bron "),
        ("source", "forged"),
    ];
    let form = check(&sound).unwrap();
    let custom: Vec<(&str, &str)> = form
        .custom
        .iter()
        .map(|(name, value)| (name.as_str(), value.expose().as_str()))
        .collect();
    let wanted = [
        ("level", "primary"),
        ("school", "De Bron"),
        ("source", "winter & co"),
        ("teacher", "yes"),
    ];
    assert_eq!(custom, wanted);
    assert!(!form.show_name, "not unless asked for");
    let content = form.content();
    assert_eq!(content.email.expose(), "zoe@example.org");
    assert_eq!(content.fields["source"].expose(), "winter & co");
    assert_eq!(content.fields["first_name"].expose(), "Zo\u{eb} van");

    let shown = check(&[
        ("level", "primary"),
        ("teacher", "yes"),
        ("show_name", "yes"),
    ])
    .unwrap();
    assert!(shown.show_name && !shown.custom.contains_key("school"));
    let long = "x".repeat(201);
    let faults = check(&[("level", "none"), ("teacher", "no"), ("school", &long)]).unwrap_err();
    let faults: Vec<_> = faults
        .iter()
        .map(|fault| (fault.field.as_str(), fault.kind))
        .collect();
    let wanted = [
        ("school", FaultKind::TooLong { max: 200 }),
        ("level", FaultKind::Choice),
        ("teacher", FaultKind::Tick),
    ];
    assert_eq!(faults, wanted);
    let faults = check(&[("school", "a\u{202e}b")]).unwrap_err();
    let kinds: Vec<_> = faults.iter().map(|fault| fault.kind).collect();
    assert_eq!(
        kinds,
        [FaultKind::Characters, FaultKind::Required, FaultKind::Tick]
    );
}

#[test]
fn a_name_is_shown_only_where_the_petition_offers_it() {
    let mut values = filled();
    values.set("show_name", "yes");
    assert!(!check_petition(&values).unwrap().show_name);
}
