//! `date`: dates and times by a format, a time zone and a locale.

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, FixedOffset, Locale, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use tera::Value;

use crate::template::arguments::Arguments;
use crate::template::fault::Rendering;
use crate::template::scope::Scope;
use crate::template::values;

/// When, as far as the value says it.
enum Moment {
    /// An instant that a time zone moves.
    Instant(DateTime<FixedOffset>),
    /// A day or a local time, which none moves.
    Local(NaiveDateTime),
}

pub(super) fn date(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let format = args.text("format")?.unwrap_or("%Y-%m-%d");
    if StrftimeItems::new(format).any(|item| matches!(item, Item::Error)) {
        return Err(args
            .fault(format!("cannot use the format `{format}`"))
            .hint("for instance \"%d %B %Y\"; a percent sign itself is %%"));
    }
    let zone = match args.text("timezone")? {
        None => None,
        Some(name) => Some(name.parse::<Tz>().map_err(|_| {
            args.fault(format!("knows no time zone `{name}`"))
                .hint("write one such as Europe/Amsterdam or UTC")
        })?),
    };
    let locale = match args.text("locale")? {
        None => Locale::POSIX,
        Some(name) => Locale::try_from(name).map_err(|_| {
            args.fault(format!("knows no locale `{name}`"))
                .hint("write language and country, as in \"nl_NL\"")
        })?,
    };
    let shown = match (moment(value, args)?, zone) {
        (Moment::Instant(instant), Some(zone)) => instant
            .with_timezone(&zone)
            .format_localized(format, locale)
            .to_string(),
        (Moment::Instant(instant), None) => instant.format_localized(format, locale).to_string(),
        (Moment::Local(local), _) => Utc
            .from_utc_datetime(&local)
            .format_localized(format, locale)
            .to_string(),
    };
    Ok(Value::from(shown))
}

fn moment(value: &Value, args: &Arguments<'_>) -> Rendering<Moment> {
    if let Some(seconds) = value.as_i64() {
        return DateTime::from_timestamp(seconds, 0)
            .map(|instant| Moment::Instant(instant.fixed_offset()))
            .ok_or_else(|| args.fault("is given seconds beyond all calendars"));
    }
    let text = value.as_str().ok_or_else(|| {
        args.fault(format!(
            "works on dates as text and on seconds, not on {}",
            values::kind(value)
        ))
    })?;
    let wrong = || {
        args.fault(format!("cannot read `{text}` as a date"))
            .hint("it reads 2026-11-24, 2026-11-24T09:30:00Z and seconds since 1970")
    };
    if text.contains('T') {
        return match text.parse::<DateTime<FixedOffset>>() {
            Ok(instant) => Ok(Moment::Instant(instant)),
            Err(_) => text
                .parse::<NaiveDateTime>()
                .map(Moment::Local)
                .map_err(|_| wrong()),
        };
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map(|day| Moment::Local(day.and_time(NaiveTime::MIN)))
        .map_err(|_| wrong())
}
