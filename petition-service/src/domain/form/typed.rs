//! One typed value: cleaned and checked by the rules of its field.

use campaign_file::Field;
use unicode_normalization::UnicodeNormalization;

use super::FaultKind;
use crate::domain::name::{self, NameFault};

/// Fewer digits are no telephone number anywhere.
const FEWEST_DIGITS: usize = 4;

/// The most characters of a field.
#[must_use]
pub fn longest(field: Field) -> usize {
    match field {
        Field::FirstName | Field::LastName => 80,
        Field::City => 100,
        Field::Email => 254,
        Field::Country => 2,
        Field::Postcode => 16,
        Field::Phone => 32,
        Field::Comment => 1000,
    }
}

/// One form of each character, no space around, and in one-line fields single spaces within.
pub(super) fn clean(field: Field, typed: &str) -> String {
    let typed = of_sane_length(typed);
    match field {
        Field::FirstName | Field::LastName | Field::City => name::clean(&typed),
        Field::Comment => lines(&typed),
        Field::Email => typed.trim().to_owned(),
        Field::Country => typed.trim().to_ascii_uppercase(),
        Field::Postcode | Field::Phone => {
            let shown = typed.chars().map(ascii_digit);
            one_line(
                &shown
                    .filter(|c| !is_mark_of_direction(*c))
                    .collect::<String>(),
            )
        }
    }
}

/// The same for the text of a petition's own field.
pub(super) fn clean_line(typed: &str) -> String {
    one_line(&of_sane_length(typed))
}

/// What is wrong with a value that is there, other than an e-mail address.
pub(super) fn check(
    field: Field,
    value: &str,
    is_country: impl Fn(&str) -> bool,
) -> Option<FaultKind> {
    let max = longest(field);
    match field {
        Field::Country => (!is_country(value)).then_some(FaultKind::Country),
        Field::FirstName | Field::LastName | Field::City => {
            name::check(value, max).map(FaultKind::from)
        }
        _ => check_text(value, max, |c| match field {
            Field::Comment => unprintable(c) && c != '\n' && c != '\t',
            Field::Phone => !(c.is_ascii_digit() || "+()-./ ".contains(c)),
            _ => !(c.is_alphanumeric() || c == '-' || c == ' '),
        })
        .or_else(|| shape(field, value)),
    }
}

/// What is wrong with the text of a petition's own field.
pub(super) fn check_line(value: &str, max: usize) -> Option<FaultKind> {
    check_text(value, max, unprintable)
}

fn check_text(value: &str, max: usize, bad: impl Fn(char) -> bool) -> Option<FaultKind> {
    if value.chars().count() > max {
        return Some(FaultKind::TooLong { max });
    }
    value.chars().any(bad).then_some(FaultKind::Characters)
}

/// Lenient on purpose: there are more shapes in the world than we know.
fn shape(field: Field, value: &str) -> Option<FaultKind> {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    match field {
        Field::Phone => (digits < FEWEST_DIGITS).then_some(FaultKind::Phone),
        Field::Postcode => {
            let empty = !value.chars().any(char::is_alphanumeric);
            empty.then_some(FaultKind::Characters)
        }
        _ => None,
    }
}

/// Far beyond any field's length nothing needs to be kept: it is too long either way.
fn of_sane_length(typed: &str) -> String {
    typed.chars().take(8 * 1024).nfc().collect()
}

fn lines(typed: &str) -> String {
    typed.replace("\r\n", "\n").trim().to_owned()
}

fn one_line(typed: &str) -> String {
    let words: Vec<&str> = typed.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ").trim().to_owned()
}

/// Digits as they are typed in Arabic and Persian stand for the same number.
fn ascii_digit(c: char) -> char {
    let first = match c {
        '\u{660}'..='\u{669}' => 0x660,
        '\u{6f0}'..='\u{6f9}' => 0x6f0,
        _ => return c,
    };
    char::from_digit(u32::from(c) - first, 10).unwrap_or(c)
}

/// A number copied from an Arabic text brings them along.
fn is_mark_of_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Control characters, and those that turn the direction of the text after them.
fn unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

impl From<NameFault> for FaultKind {
    fn from(fault: NameFault) -> Self {
        match fault {
            NameFault::TooLong { max } => Self::TooLong { max },
            NameFault::Characters => Self::Characters,
            NameFault::Start => Self::NameStart,
            NameFault::NoLetter => Self::NameLetters,
            NameFault::Link => Self::NameLink,
        }
    }
}
