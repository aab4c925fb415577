//! From a pair of keys to a table that a spreadsheet opens.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use clap::Parser;
use proptest::prelude::*;
use uuid::Uuid;

use super::csv::quoted;
use super::{Args, run};
use crate::cli::keygen;
use crate::domain::Private;
use crate::domain::seal::{Content, Place, PublicKey, SealedRow};

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

fn unseal(folder: &Path, line: &str) -> anyhow::Result<()> {
    let words = line.split(' ').map(|word| match word.strip_prefix('@') {
        Some(file) => folder.join(file).to_string_lossy().into_owned(),
        None => word.to_owned(),
    });
    run(&Line::try_parse_from(["unseal".to_owned()].into_iter().chain(words))?.args)
}

fn row(key: &PublicKey, form_id: &str, number: u128, fields: &[(&str, &str)]) -> SealedRow {
    let attempt_id = Uuid::from_u128(number);
    let content = Content {
        email: Private::new(format!("a{number}@example.org")),
        fields: fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Private::new((*value).to_owned())))
            .collect::<BTreeMap<_, _>>(),
    };
    let place = Place {
        form_id,
        attempt_id,
    };
    let evidence = [("lang", "nl"), ("country", "BE")].map(|(k, v)| (k.to_owned(), v.into()));
    SealedRow {
        form_id: form_id.to_owned(),
        attempt_id,
        key_id: key.id(),
        sealed: key.seal(place, &content.to_bytes()).expect("sealed"),
        evidence: evidence.into_iter().collect(),
    }
}

/// A folder with two keys and an export in which everything occurs.
fn export() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let key = |name: &str| {
        let text = keygen::make(&folder.path().join(name)).expect("made");
        PublicKey::parse(&text).expect("a key")
    };
    let (one, two) = (key("one.key"), key("two.key"));
    let first = [
        ("school", "=1+1"),
        ("first_name", "Zo\u{eb}"),
        ("country", "NL"),
    ];
    let second = [("last_name", "O\"Neill, \nJr"), ("phone", "+31 6")];
    let mut moved = row(&one, "safe-online", 4, &[]);
    moved.form_id = "elsewhere".to_owned();
    let lines = [
        row(&one, "safe-online", 1, &first).to_line(),
        row(&one, "safe-online", 2, &second).to_line(),
        String::new(),
        row(&two, "news", 3, &[]).to_line(),
        moved.to_line(),
        "nonsense".to_owned(),
    ];
    fs::write(folder.path().join("sealed.jsonl"), lines.join("\n")).expect("written");
    fs::write(folder.path().join("sound.jsonl"), &lines[3]).expect("written");
    folder
}

const ID: &str = "00000000-0000-0000-0000-00000000000";

#[test]
fn a_table_for_a_spreadsheet() {
    let folder = export();
    let line = "--key @one.key --input @sealed.jsonl --form safe-online --bom --out @a.csv";
    // The line that is no row might have been one of that form.
    let fault = unseal(folder.path(), line).expect_err("one line is no row");
    assert_eq!(fault.to_string(), "1 row did not open");
    let csv = fs::read_to_string(folder.path().join("a.csv")).expect("written");
    let wanted = format!(
        "\u{feff}form_id,attempt_id,lang,country,email,first_name,last_name,fields.country,phone,school\r\n\
         safe-online,{ID}1,nl,BE,a1@example.org,Zo\u{eb},,NL,,'=1+1\r\n\
         safe-online,{ID}2,nl,BE,a2@example.org,,\"O\"\"Neill, \nJr\",,'+31 6,\r\n"
    );
    assert_eq!(csv, wanted);
    // A table is never written over.
    assert!(unseal(folder.path(), line).is_err());
}

#[test]
fn lines_for_a_program_hold_what_was_typed() {
    let folder = export();
    let line = "--key @one.key --key @two.key --input @sealed.jsonl --format jsonl --out @a.jsonl";
    let fault = unseal(folder.path(), line).expect_err("two do not open");
    assert_eq!(fault.to_string(), "2 rows did not open");
    let text = fs::read_to_string(folder.path().join("a.jsonl")).expect("written");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        lines[0],
        format!(
            "{{\"form_id\":\"safe-online\",\"attempt_id\":\"{ID}1\",\"lang\":\"nl\",\"country\":\"BE\",\
             \"email\":\"a1@example.org\",\"fields\":{{\"country\":\"NL\",\"first_name\":\"Zo\u{eb}\",\"school\":\"=1+1\"}}}}"
        )
    );
}

#[test]
fn many_rows_keep_their_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = keygen::make(&folder.path().join("one.key")).expect("made");
    let key = PublicKey::parse(&key).expect("a key");
    let lines: Vec<String> = (1..=1000)
        .map(|number| row(&key, "safe-online", number, &[]).to_line())
        .collect();
    fs::write(folder.path().join("sealed.jsonl"), lines.join("\n")).expect("written");
    let line = "--key @one.key --input @sealed.jsonl --out @a.csv";
    unseal(folder.path(), line).expect("all open");
    let csv = fs::read_to_string(folder.path().join("a.csv")).expect("written");
    for (number, line) in csv.lines().enumerate().skip(1) {
        assert!(line.ends_with(&format!(",a{number}@example.org")), "{line}");
    }
    assert_eq!(csv.lines().count(), 1001);
}

#[test]
fn a_row_for_another_key_is_named_and_the_others_are_kept() {
    let folder = export();
    let line = "--key @two.key --input @sealed.jsonl --out @a.csv";
    let fault = unseal(folder.path(), line).expect_err("most do not open");
    assert_eq!(fault.to_string(), "4 rows did not open");
    let csv = fs::read_to_string(folder.path().join("a.csv")).expect("written");
    assert!(
        csv.contains("a3@example.org") && csv.lines().count() == 2,
        "{csv}"
    );
}

#[test]
fn a_key_is_never_written_over_and_only_its_owner_reads_it() {
    let folder = export();
    let file = folder.path().join("one.key");
    let before = fs::read(&file).expect("a key");
    assert!(keygen::make(&file).is_err());
    assert_eq!(fs::read(&file).expect("a key"), before);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |file: &Path| fs::metadata(file).expect("there").permissions().mode();
        assert_eq!(mode(&file) & 0o777, 0o600);
        unseal(
            folder.path(),
            "--key @two.key --input @sound.jsonl --form news --out @n.csv",
        )
        .expect("opens");
        assert_eq!(mode(&folder.path().join("n.csv")) & 0o777, 0o600);
    }
    fs::write(&file, "gwsk1nonsense").expect("written");
    let fault = unseal(folder.path(), "--key @one.key --input @sealed.jsonl").expect_err("no key");
    assert!(format!("{fault:#}").contains("not whole"), "{fault:#}");
}

proptest! {
    #[test]
    fn a_cell_is_one_cell_and_no_formula(cell in "[=+@\t\r\n\"',; a-z-]{0,8}|\\PC{0,8}") {
        let written = quoted(&cell);
        let inner = match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) => {
                prop_assert!(!inner.replace("\"\"", "").contains('"'));
                inner.replace("\"\"", "\"")
            }
            None => {
                prop_assert!(!written.contains(['"', ',', ';', '\n', '\r']));
                written.clone()
            }
        };
        prop_assert!(!inner.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']));
        prop_assert_eq!(inner.strip_prefix('\'').filter(|_| inner != cell).unwrap_or(&inner), &cell);
    }
}
