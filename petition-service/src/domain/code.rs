//! Six digits from a mail, to be typed where the form was sent.

use std::fmt;

/// How many digits a code has.
const DIGITS: usize = 6;

/// A code: six digits. Cannot be printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// The code that keyed bytes stand for: whoever lacks the key cannot guess it better than by
    /// trying.
    #[must_use]
    pub fn from_mark(mark: [u8; 16]) -> Self {
        // 128 bits leave no code more likely than another by more than 2^-108.
        let number = u128::from_be_bytes(mark) % 1_000_000;
        Self(format!("{number:06}"))
    }

    /// A code as somebody typed it: in Latin or Arabic digits, with spaces or hyphens between them.
    /// None if it is something else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut digits = String::with_capacity(DIGITS);
        for c in text.chars() {
            if c.is_whitespace() || is_between(c) {
                continue;
            }
            if digits.len() == DIGITS {
                return None;
            }
            digits.push(digit(c)?);
        }
        (digits.len() == DIGITS).then_some(Self(digits))
    }

    /// Its digits in ASCII: for the mail, never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// What people and keyboards put between digits: hyphens, and marks of direction that nobody sees.
fn is_between(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200f}' | '\u{061c}' | '\u{2066}'..='\u{2069}'
    )
}

fn digit(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{0660}'..='\u{0669}' => '\u{0660}',
        '\u{06f0}'..='\u{06f9}' => '\u{06f0}',
        // As wide as a Chinese character.
        '\u{ff10}'..='\u{ff19}' => '\u{ff10}',
        _ => return None,
    };
    char::from_digit(u32::from(c).checked_sub(u32::from(zero))?, 10)
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn a_code_is_understood_however_it_is_written() {
        for typed in [
            "012345",
            " 012 345 ",
            "012-345",
            "٠١٢٣٤٥",
            "۰۱۲ ۳۴۵",
            "\u{200f}012\u{a0}345",
            "０１２３４５",
        ] {
            let code = Code::parse(typed).expect(typed);
            assert_eq!(code.expose(), "012345", "{typed}");
        }
        for bad in [
            "", "12345", "1234567", "12345a", "½23456", "+12345", "1.2345",
        ] {
            assert!(Code::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_code_has_six_digits_and_does_not_print() {
        assert_eq!(Code::from_mark([0; 16]).expose(), "000000");
        let code = Code::from_mark([255; 16]);
        assert_eq!(Code::parse(code.expose()), Some(code.clone()));
        assert!(!format!("{code:?}").contains(code.expose()));
    }
}
