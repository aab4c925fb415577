//! Dates as authors write them: kept as written, and as an instant for ordering.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use regex::Regex;
use std::sync::LazyLock;
use toml::value::Datetime;

/// A date as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenDate {
    /// In the form in which templates see it: the precision is the author's.
    pub text: String,
    /// Year, month and day as written, whatever the offset.
    pub ymd: (i32, u32, u32),
    /// Nanoseconds since 1970; what has no offset counts as UTC.
    pub instant: i128,
}

/// YAML's timestamps, more lenient than RFC 3339: one-digit months, a space before the offset.
static TIMESTAMP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{0,9}))?(?:[ \t]*(?:([Zz])|([+-][0-9]{1,2})(?::?([0-9]{2}))?))?)?$",
    )
    .ok()
});

/// The date at the head of a file's name, with an optional time.
static HEAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^([0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2}))?)(?:\s?[_-](.+)|\s?[_-]|\s.*)?$",
    )
    .ok()
});

/// The date at the head of a name, and what follows a hyphen or underscore after it.
#[must_use]
pub(crate) fn at_head_of(name: &str) -> Option<(WrittenDate, Option<&str>)> {
    let found = HEAD.as_ref()?.captures(name)?;
    let date = parse(found.get(1)?.as_str())?;
    Some((date, found.get(2).map(|rest| rest.as_str().trim_start())))
}

/// A TOML date; none for a bare time, or a day that the calendar lacks.
#[must_use]
pub(crate) fn from_toml(value: &Datetime) -> Option<WrittenDate> {
    let date = value.date?;
    let day = NaiveDate::from_ymd_opt(
        i32::from(date.year),
        u32::from(date.month),
        u32::from(date.day),
    )?;
    let time = match value.time {
        None => NaiveTime::MIN,
        Some(time) => NaiveTime::from_hms_nano_opt(
            u32::from(time.hour),
            u32::from(time.minute),
            u32::from(time.second.unwrap_or(0)),
            time.nanosecond.unwrap_or(0),
        )?,
    };
    let seconds_east = match value.offset {
        None | Some(toml::value::Offset::Z) => 0,
        Some(toml::value::Offset::Custom { minutes }) => i32::from(minutes) * 60,
    };
    written(value.to_string(), day.and_time(time), seconds_east)
}

/// A date in text: one of TOML's forms, or YAML's lenient timestamp.
#[must_use]
pub(crate) fn parse(text: &str) -> Option<WrittenDate> {
    if let Ok(value) = text.parse::<Datetime>() {
        return from_toml(&value);
    }
    let found = TIMESTAMP.as_ref()?.captures(text)?;
    let number = |index: usize| {
        found
            .get(index)
            .and_then(|part| part.as_str().parse::<u32>().ok())
    };
    let day =
        NaiveDate::from_ymd_opt(found.get(1)?.as_str().parse().ok()?, number(2)?, number(3)?)?;
    let Some(hour) = number(4) else {
        return written(
            day.format("%Y-%m-%d").to_string(),
            day.and_time(NaiveTime::MIN),
            0,
        );
    };
    let fraction = found.get(7).map_or("", |part| part.as_str());
    let nanos: u32 = format!("{fraction:0<9}").parse().ok()?;
    let time = NaiveTime::from_hms_nano_opt(hour, number(5)?, number(6)?, nanos)?;
    let mut text = day.and_time(time).format("%Y-%m-%dT%H:%M:%S").to_string();
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    let hours = found.get(9).map(|part| part.as_str());
    let mut seconds_east = 0;
    if let Some(hours) = hours {
        let minutes = i32::try_from(number(10).unwrap_or(0)).ok()?;
        let whole: i32 = hours.parse().ok()?;
        let sign = if hours.starts_with('-') { -1 } else { 1 };
        seconds_east = whole * 3600 + sign * minutes * 60;
        let mark = if sign < 0 { '-' } else { '+' };
        text.push_str(&format!("{mark}{:02}:{minutes:02}", whole.abs()));
    } else {
        text.push('Z');
    }
    written(text, day.and_time(time), seconds_east)
}

fn written(text: String, local: NaiveDateTime, seconds_east: i32) -> Option<WrittenDate> {
    use chrono::Datelike;
    let instant = FixedOffset::east_opt(seconds_east)?
        .from_local_datetime(&local)
        .single()?;
    Some(WrittenDate {
        text,
        ymd: (local.year(), local.month(), local.day()),
        instant: i128::from(instant.timestamp()) * 1_000_000_000
            + i128::from(instant.timestamp_subsec_nanos()),
    })
}

#[cfg(test)]
mod tests {
    use super::{at_head_of, parse};

    #[test]
    fn the_precision_is_the_authors() {
        let text = |written: &str| parse(written).map(|date| date.text);
        assert_eq!(text("2020-01-01").as_deref(), Some("2020-01-01"));
        assert_eq!(
            text("2020-01-03 10:00:00").as_deref(),
            Some("2020-01-03T10:00:00")
        );
        assert_eq!(
            text("2021-3-4 5:06:07.5 -5").as_deref(),
            Some("2021-03-04T05:06:07.5-05:00")
        );
        assert_eq!(text("10:00:00"), None);
        assert_eq!(text("2021-02-30"), None);
        assert_eq!(text(""), None);
        assert_eq!(text("soon"), None);
    }

    #[test]
    fn an_offset_moves_the_instant_but_not_the_day() {
        let early = parse("2020-01-01T00:30:00+02:00").expect("a date");
        let late = parse("2019-12-31T23:00:00Z").expect("a date");
        assert!(early.instant < late.instant);
        assert_eq!(early.ymd, (2020, 1, 1));
    }

    #[test]
    fn a_name_may_begin_with_a_date() {
        let head = |name: &str| {
            at_head_of(name).map(|(date, rest)| (date.text, rest.unwrap_or("-").to_owned()))
        };
        let date = |rest: &str| Some(("2020-01-01".to_owned(), rest.to_owned()));
        assert_eq!(head("2020-01-01-a"), date("a"));
        assert_eq!(head("2020-01-01_a"), date("a"));
        assert_eq!(head("2020-01-01 - both"), date("both"));
        assert_eq!(head("2020-01-01 space"), date("-"));
        assert_eq!(head("2020-01-01"), date("-"));
        assert_eq!(head("2020-01-01-"), date("-"));
        assert_eq!(head("2020-13-01-bad"), None);
        assert_eq!(head("2020-01-01bad"), None);
    }
}
