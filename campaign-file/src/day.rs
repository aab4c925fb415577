//! Days as they are written: `YYYY-MM-DD`.

/// Whether a text is a day of the calendar, written `YYYY-MM-DD`.
pub(crate) fn is_day(text: &str) -> bool {
    let mut parts = text.splitn(3, '-').map(number);
    let (Some(Some((year, 4))), Some(Some((month, 2))), Some(Some((day, 2)))) =
        (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Digits as a number, with how many there are.
fn number(digits: &str) -> Option<(u32, usize)> {
    let all_digits = digits.bytes().all(|b| b.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| all_digits)?;
    Some((number, digits.len()))
}

#[cfg(test)]
mod tests {
    use super::is_day;

    #[test]
    fn only_days_of_the_calendar_are_days() {
        for day in ["2026-09-01", "2024-02-29", "2000-02-29", "2026-12-31"] {
            assert!(is_day(day), "{day}");
        }
        for no_day in [
            "soon",
            "",
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "2026-1-1",
            "26-01-01",
            "2026-09-01T00:00:00",
            "+026-09-01",
            "2026-09-01-01",
            "2026/09/01",
        ] {
            assert!(!is_day(no_day), "{no_day}");
        }
    }
}
