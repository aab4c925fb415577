//! People's names, and towns': shown to others, so nothing invisible or misleading may be in them.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Why a name is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// Longer than this many characters, as a reader counts them.
    TooLong {
        /// The most that are taken.
        max: usize,
    },
    /// Characters that stand in no name.
    Characters,
    /// It begins like a formula of a spreadsheet.
    Start,
    /// There is no letter in it.
    NoLetter,
    /// A web address.
    Link,
}

/// The most code points of one character: marks upon marks make text that runs over its line.
const MARKS: usize = 4;

/// One form of each character, nothing that cannot be seen, single spaces.
#[must_use]
pub fn clean(typed: &str) -> String {
    let typed: Vec<char> = typed.nfc().collect();
    let mut kept = String::with_capacity(typed.len());
    for (at, &c) in typed.iter().enumerate() {
        let beside = |at: Option<usize>| at.and_then(|at| typed.get(at)).copied();
        let is_spelling = is_joiner(c)
            && beside(at.checked_sub(1)).is_some_and(joins)
            && beside(at.checked_add(1)).is_some_and(joins);
        if is_spelling || !is_unseen(c) {
            kept.push(c);
        }
    }
    // What was taken out may have kept a letter and its mark apart.
    let words: Vec<&str> = kept.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ").trim().nfc().collect()
}

/// What is wrong with a cleaned name.
#[must_use]
pub fn check(name: &str, max: usize) -> Option<NameFault> {
    let too_long = name.chars().count() > MARKS * max || name.graphemes(true).count() > max;
    if too_long {
        Some(NameFault::TooLong { max })
    } else if name.starts_with(['=', '+', '-', '@', '\t']) {
        Some(NameFault::Start)
    } else if name.chars().any(is_foreign) {
        Some(NameFault::Characters)
    } else if has_link(name) {
        Some(NameFault::Link)
    } else if !name.chars().any(char::is_alphabetic) {
        Some(NameFault::NoLetter)
    } else {
        None
    }
}

/// A name as it is shown to the public: the first name, and the letter with which the last name's first
/// capitalised word begins (`Anna V.` for Anna de Vries); where there are no capitals, its first letter.
#[must_use]
pub fn shown(first: &str, last: &str) -> String {
    let words = || last.split_whitespace();
    let initial = words()
        .find_map(|word| letter(word).filter(|letter| is_capital(letter)))
        .or_else(|| words().find_map(letter));
    match initial {
        Some(initial) => format!("{first} {initial}."),
        None => first.to_owned(),
    }
}

/// The first character of a word that begins with a letter.
fn letter(word: &str) -> Option<&str> {
    word.graphemes(true)
        .find(|one| one.starts_with(char::is_alphabetic))
}

fn is_capital(letter: &str) -> bool {
    letter.starts_with(char::is_uppercase)
}

fn is_foreign(c: char) -> bool {
    c.is_control() || "<>{}[]\\|^=".contains(c) || matches!(c, '\u{2028}' | '\u{2029}')
}

/// What nobody sees: turns of direction, spaces without width, tags, and what means something to one
/// program only.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}'
        | '\u{e0000}'..='\u{e007f}' | '\u{f0000}'..='\u{10ffff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Scripts whose spelling needs joiners between letters: Persian, and those of India and Sri Lanka.
/// There they are no disguise but part of the name.
fn joins(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{900}'..='\u{dff}')
}

/// Endings with which a word in a name is an address rather than an initial (`St.John`).
const ENDINGS: [&str; 16] = [
    "com", "net", "org", "info", "biz", "ru", "cn", "xyz", "top", "shop", "site", "online", "io",
    "link", "click", "me",
];

fn has_link(name: &str) -> bool {
    // Browsers read these as the dot of an address.
    let lower = name
        .to_lowercase()
        .replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".");
    lower.contains("://")
        || lower.contains("www.")
        || lower.split_whitespace().any(|word| {
            let host = word.split('/').next().unwrap_or_default();
            host.rsplit_once('.').is_some_and(|(before, ending)| {
                !before.is_empty() && (host.len() < word.len() || ENDINGS.contains(&ending))
            })
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_the_world_are_kept() {
        for name in [
            "Zo\u{eb}",
            "'t Hart",
            "’s Gravesande",
            "O’Neill-St.John",
            "J.R.R.",
            "Xi",
            "李",
            "محمد",
            "علی\u{200c}رضا",
            "ශ්\u{200d}රී",
            "Þór",
            "Nguyễn Thị Mỹ",
            "X Æ A-12",
            "A. de Vries (Anna)",
        ] {
            assert_eq!(clean(name), name);
            assert_eq!(check(name, 80), None, "{name}");
        }
    }

    #[test]
    fn of_a_last_name_one_letter_is_shown() {
        for (first, last, wanted) in [
            ("Anna", "de Vries", "Anna V."),
            ("Anna", "'t Hart", "Anna H."),
            ("Zo\u{eb}", "O’Neill", "Zo\u{eb} O."),
            ("anna", "jansen", "anna j."),
            ("李", "明", "李 明."),
            ("محمد", "الحسن", "محمد ا."),
            ("Anna", "", "Anna"),
            ("Anna", "123", "Anna"),
        ] {
            assert_eq!(shown(first, last), wanted);
        }
    }

    #[test]
    fn what_cannot_be_seen_goes() {
        for (typed, wanted) in [
            (" Zoe\u{308}  van ", "Zo\u{eb} van"),
            ("An\u{202e}na\u{2066}", "Anna"),
            ("A\u{200b}n\u{200d}n\u{feff}a\u{2060}\u{ad}", "Anna"),
            ("Anna\u{e0041}\u{e0001}", "Anna"),
            ("An\u{e123}na\u{f0001}\u{10fffd}", "Anna"),
            ("Zoe\u{200b}\u{308}", "Zo\u{eb}"),
            ("\u{3164}\u{2800}", ""),
            ("\u{200c}علی\u{200c}", "علی"),
        ] {
            assert_eq!(clean(typed), wanted, "{typed:?}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let marks = format!("A{}", "\u{301}".repeat(400));
        let long = "e\u{332}".repeat(81);
        for (name, wanted) in [
            ("=SUM(A1)", NameFault::Start),
            ("+Anna", NameFault::Start),
            ("-Anna", NameFault::Start),
            ("@anna", NameFault::Start),
            ("\tAnna", NameFault::Start),
            ("An\0na", NameFault::Characters),
            ("A=B", NameFault::Characters),
            ("<b>Anna", NameFault::Characters),
            ("An\tna", NameFault::Characters),
            ("123", NameFault::NoLetter),
            ("…!?", NameFault::NoLetter),
            ("see https://evil", NameFault::Link),
            ("www.evil", NameFault::Link),
            ("buy at evil.com", NameFault::Link),
            ("evil\u{3002}com", NameFault::Link),
            ("evil.tk/x", NameFault::Link),
            (marks.as_str(), NameFault::TooLong { max: 80 }),
            (long.as_str(), NameFault::TooLong { max: 80 }),
        ] {
            assert_eq!(check(name, 80), Some(wanted), "{name:?}");
        }
        let fits = "e\u{332}".repeat(80);
        assert_eq!(
            check(&fits, 80),
            None,
            "marks are no characters of their own"
        );
    }

    proptest! {
        #[test]
        fn a_cleaned_name_settles_and_hides_nothing(typed in "([\\u{200b}-\\u{200f}\\u{202a}-\\u{202e}\\u{2066}-\\u{2069}\\u{e000}\\u{e0041}\\u{308} aeض]|\\PC|.){0,24}") {
            let name = clean(&typed);
            prop_assert_eq!(&clean(&name), &name);
            prop_assert!(unicode_normalization::is_nfc(&name));
            let hidden = |c: char| is_unseen(c) && !is_joiner(c);
            prop_assert!(!name.chars().any(hidden));
            prop_assert!(!name.starts_with(' ') && !name.ends_with(' ') && !name.contains("  "));
            if check(&name, 80).is_none() {
                prop_assert!(name.chars().any(char::is_alphabetic));
                prop_assert!(!name.chars().any(char::is_control));
                prop_assert!(!name.starts_with(['=', '+', '-', '@']));
                prop_assert!(name.graphemes(true).count() <= 80);
            }
        }
    }
}
