//! Seals: what opens, and everything that must not.

use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::{Keys, Private, TokenSecret};

fn hex(text: &str) -> Vec<u8> {
    let digit = |c: char| u8::try_from(c.to_digit(16).expect("hexadecimal")).expect("a digit");
    let digits: Vec<u8> = text.chars().map(digit).collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

fn place(form_id: &str) -> Place<'_> {
    Place {
        form_id,
        attempt_id: Uuid::from_u128(7),
    }
}

/// RFC 9180, A.2.1.2, the exported values: the suite is the standard's, not nearly so.
#[test]
fn the_standards_own_secrets_come_out() {
    let secret = hex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
    let secret = <<hpke::kem::X25519HkdfSha256 as hpke::Kem>::PrivateKey as hpke::Deserializable>::from_bytes(&secret);
    let secret = PrivateKey(secret.expect("a key"));
    let fresh = hex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
    let info = hex("4f6465206f6e2061204772656369616e2055726e");
    for (context, wanted) in [
        (
            "",
            "4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e",
        ),
        (
            "\0",
            "8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69",
        ),
        (
            "TestContext",
            "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53",
        ),
    ] {
        let exported = secret.exported(&fresh, &info, context.as_bytes());
        assert_eq!(
            exported.expect("a secret").as_slice(),
            hex(wanted),
            "{context:?}"
        );
    }
}

#[test]
fn forms_of_one_moment_share_the_agreement_and_no_key() {
    let secret = PrivateKey::generate();
    let agreement = secret.public().agree().expect("agreed");
    let there = |number| Place {
        form_id: "a",
        attempt_id: Uuid::from_u128(number),
    };
    let seal = |number| agreement.seal(there(number), b"the same").expect("sealed");
    let (one, two, again) = (seal(1), seal(2), seal(1));
    assert_eq!(one[1..33], two[1..33]);
    assert_ne!(one[33..], two[33..]);
    assert_ne!(one[33..], again[33..], "the same place twice");
    for (number, sealed) in [(1, &one), (2, &two), (1, &again)] {
        let opened = secret.open(there(number), sealed).expect("opens");
        assert_eq!(opened.as_slice(), b"the same");
        assert!(secret.open(there(3 - number), sealed).is_err());
    }
    // What was agreed on beside another fresh key opens nothing.
    let other = secret.public().agree().expect("agreed");
    let other = other.seal(there(1), b"").expect("sealed");
    let mixed = [&other[..33], &one[33..]].concat();
    assert!(secret.open(there(1), &mixed).is_err());
    let shown = format!("{agreement:?}");
    assert!(shown.contains(&secret.public().id().to_string()) && shown.len() < 30);
}

#[test]
fn a_key_survives_its_text_and_no_slip_of_the_pen() {
    let secret = PrivateKey::generate();
    let (public, text) = (secret.public(), secret.expose());
    let public_text = public.to_string();
    assert_eq!((text.len(), public_text.len()), (53, 53));
    let again = PrivateKey::parse(&format!(" {}\n", *text)).expect("its own text");
    assert_eq!(again.public(), public);
    assert_eq!(PublicKey::parse(&public_text), Ok(public.clone()));
    assert_eq!(PublicKey::parse(&text), Err(KeyFault::Private));
    assert_eq!(
        PrivateKey::parse(&public_text).err(),
        Some(KeyFault::Public)
    );
    let swapped = text.replacen("gwsk1", "gwpk1", 1);
    assert_eq!(PublicKey::parse(&swapped), Err(KeyFault::Checksum));
    for at in 5..public_text.len() {
        let mut wrong: Vec<char> = public_text.chars().collect();
        wrong[at] = if wrong[at] == 'A' { 'B' } else { 'A' };
        let wrong: String = wrong.into_iter().collect();
        assert_eq!(PublicKey::parse(&wrong), Err(KeyFault::Checksum), "{at}");
        let short = public_text.get(..at).expect("ASCII");
        assert_eq!(PublicKey::parse(short), Err(KeyFault::Checksum));
    }
    assert_eq!(PublicKey::parse("age1xyz"), Err(KeyFault::Shape));
    assert_eq!(PublicKey::parse(""), Err(KeyFault::Shape));
    let shown = format!("{secret:?} {public:?}");
    assert!(!shown.contains(&*text) && !shown.contains(&public_text));
}

#[test]
fn a_weak_key_is_refused() {
    use hpke::Deserializable;
    let zero = <hpke::kem::X25519HkdfSha256 as hpke::Kem>::PublicKey::from_bytes(&[0; 32]);
    let weak = PublicKey(zero.expect("the form of a key"));
    assert_eq!(PublicKey::parse(&weak.to_string()), Err(KeyFault::Weak));
    assert_eq!(weak.seal(place("a"), b"x"), Err(SealFault));
}

#[test]
fn an_id_names_its_key() {
    let key = PrivateKey::generate().public();
    let id = key.id();
    assert_eq!(KeyId::parse(&id.to_string()), Some(id));
    assert_eq!(KeyId::from_stored(&id.0), Some(id));
    assert_ne!(id, PrivateKey::generate().public().id());
    for wrong in ["", "12", "+123456789012345", "zz23456789012345"] {
        assert_eq!(KeyId::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn two_seals_of_one_form_have_nothing_in_common() {
    let key = PrivateKey::generate().public();
    let seal = || key.seal(place("a"), b"the same").expect("sealed");
    let (one, two) = (seal(), seal());
    assert_eq!(one.len(), two.len());
    assert_ne!(one[1..33], two[1..33]);
    assert_ne!(one[33..], two[33..]);
}

#[test]
fn a_form_is_read_as_it_was_sealed() {
    let content = Content {
        email: Private::new("zo\u{eb}@example.org".to_owned()),
        fields: BTreeMap::from([("first_name".to_owned(), Private::new("\"A\"\n".to_owned()))]),
    };
    assert_eq!(Content::from_bytes(&content.to_bytes()), Ok(content));
    let later = br#"{"email":"a@b.nl","fields":{},"later":1}"#;
    assert!(Content::from_bytes(later).is_ok());
    for wrong in [&b""[..], b"null", b"{}", b"\xff", b"{\"email\":1}"] {
        assert_eq!(Content::from_bytes(wrong), Err(DoesNotOpen));
    }
}

#[test]
fn a_row_survives_its_line() {
    let row = SealedRow {
        form_id: "safe-online".to_owned(),
        attempt_id: Uuid::from_u128(7),
        key_id: KeyId([9; 8]),
        sealed: vec![0, 255, 10],
        evidence: serde_json::Map::from_iter([("lang".to_owned(), "nl".into())]),
    };
    let line = row.to_line();
    assert!(!line.contains('\n'));
    assert_eq!(SealedRow::parse(&line), Ok(row));
    for (wrong, named) in [
        ("", "JSON"),
        ("[]", "JSON"),
        (&line.replace("form_id", "form"), "`form_id`"),
        (&line.replace("0909", "09"), "`key_id`"),
        (&line.replace("AP8K", "!"), "`sealed`"),
        (&line.replace("00000007", "7"), "`attempt_id`"),
    ] {
        let fault = SealedRow::parse(wrong).expect_err(wrong);
        assert!(fault.contains(named), "{fault}");
    }
}

#[test]
fn a_hot_key_opens_after_the_database_and_only_with_the_secret() {
    let with = Keys::new(b"secret").wrapping_key();
    let other = Keys::new(b"Secret").wrapping_key();
    let hot = HotKey::generate();
    let wrapped = hot.wrap(&with).expect("wrapped");
    assert!(HotKey::unwrap_from(hot.id(), &wrapped, &other).is_err());
    assert!(HotKey::unwrap_from(HotKey::generate().id(), &wrapped, &with).is_err());
    let again = HotKey::unwrap_from(hot.id(), &wrapped, &with).expect("unwrapped");
    let (row, elsewhere) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let sealed = hot.seal_recipient(row, b"a@example.org").expect("sealed");
    let opened = again.open_recipient(row, &sealed).expect("opens");
    assert_eq!(opened.as_slice(), b"a@example.org");
    assert!(again.open_recipient(elsewhere, &sealed).is_err());
    assert!(HotKey::generate().open_recipient(row, &sealed).is_err());
    assert!(!format!("{hot:?} {with:?}").contains('['));
}

#[test]
fn a_token_opens_its_own_and_for_its_purpose_only() {
    let token = TokenSecret::generate();
    let sealed = seal_with_token(&token, "wait", b"a@example.org").expect("sealed");
    let opened = open_with_token(&token, "wait", &sealed).expect("opens");
    assert_eq!(opened.as_slice(), b"a@example.org");
    assert!(open_with_token(&token, "confirm", &sealed).is_err());
    assert!(open_with_token(&TokenSecret::generate(), "wait", &sealed).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_sealed_opens_in_its_place_only(
        plain in prop::collection::vec(any::<u8>(), 0..300),
        form in "[a-z0-9-]{0,12}",
        other in "[a-z0-9-]{0,12}",
        (attempt, else_where) in (any::<u128>(), any::<u128>()),
        (at, bit) in (any::<prop::sample::Index>(), 0..8_u8),
    ) {
        let secret = PrivateKey::generate();
        let here = Place { form_id: &form, attempt_id: Uuid::from_u128(attempt) };
        let mut sealed = secret.public().seal(here, &plain).expect("sealed");
        let opened = secret.open(here, &sealed).expect("opens");
        prop_assert_eq!(opened.as_slice(), plain.as_slice());
        if form != other {
            let there = Place { form_id: &other, ..here };
            prop_assert!(secret.open(there, &sealed).is_err());
        }
        if attempt != else_where {
            let there = Place { attempt_id: Uuid::from_u128(else_where), ..here };
            prop_assert!(secret.open(there, &sealed).is_err());
        }
        prop_assert!(PrivateKey::generate().open(here, &sealed).is_err());
        let at = at.index(sealed.len());
        prop_assert!(secret.open(here, &sealed[..at]).is_err());
        sealed[at] ^= 1 << bit;
        prop_assert!(secret.open(here, &sealed).is_err());
    }

    #[test]
    fn no_bytes_break_an_opening(
        mut bytes in prop::collection::vec(any::<u8>(), 0..120),
        versioned in any::<bool>(),
        form in any::<bool>(),
    ) {
        if let (true, Some(first)) = (versioned, bytes.first_mut()) {
            *first = 1 + u8::from(form);
        }
        let token = TokenSecret::generate();
        prop_assert!(PrivateKey::generate().open(place("a"), &bytes).is_err());
        prop_assert!(HotKey::generate().open_recipient(Uuid::nil(), &bytes).is_err());
        prop_assert!(open_with_token(&token, "wait", &bytes).is_err());
        let with = Keys::new(b"secret").wrapping_key();
        prop_assert!(HotKey::unwrap_from(KeyId([0; 8]), &bytes, &with).is_err());
        let _either = Content::from_bytes(&bytes);
    }

    #[test]
    fn a_changed_box_stays_shut(
        plain in prop::collection::vec(any::<u8>(), 0..100),
        (at, bit) in (any::<prop::sample::Index>(), 0..8_u8),
    ) {
        let (hot, token, row) = (HotKey::generate(), TokenSecret::generate(), Uuid::nil());
        let mut sealed = hot.seal_recipient(row, &plain).expect("sealed");
        let at_hot = at.index(sealed.len());
        sealed[at_hot] ^= 1 << bit;
        prop_assert!(hot.open_recipient(row, &sealed).is_err());
        let mut sealed = seal_with_token(&token, "wait", &plain).expect("sealed");
        let at_token = at.index(sealed.len());
        sealed[at_token] ^= 1 << bit;
        prop_assert!(open_with_token(&token, "wait", &sealed).is_err());
    }

    #[test]
    fn no_text_breaks_reading_a_key(text in "(gwpk1|gwsk1|)[A-Za-z0-9_=-]{0,60}|\\PC{0,60}") {
        prop_assert!(PublicKey::parse(&text).is_err());
        prop_assert!(PrivateKey::parse(&text).is_err());
    }
}
