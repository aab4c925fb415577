//! Whether a petition can be signed.

use campaign_file::{PetitionFacts, PetitionState};
use chrono::NaiveDate;

/// Why a petition cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Its first day has not come, or it is a draft.
    NotOpenYet,
    /// It rests.
    Paused,
    /// Its last day is over, or it is closed, delivered or won.
    Closed,
}

impl Closed {
    /// Key of the text that tells the visitor.
    #[must_use]
    pub fn text_key(self) -> &'static str {
        match self {
            Self::NotOpenYet => "error_not_open_yet",
            Self::Paused => "error_paused",
            Self::Closed => "error_closed",
        }
    }
}

/// Whether a petition can be signed on a day (UTC).
///
/// # Errors
/// [`Closed`]: why not.
pub fn signable(facts: &PetitionFacts, today: NaiveDate) -> Result<(), Closed> {
    match facts.state {
        PetitionState::Draft => return Err(Closed::NotOpenYet),
        PetitionState::Paused => return Err(Closed::Paused),
        PetitionState::Closed | PetitionState::Delivered | PetitionState::Won => {
            return Err(Closed::Closed);
        }
        PetitionState::Open => {}
    }
    // The campaign file was checked when it was read: a day that is no day does not occur.
    let day = |text: &Option<String>| text.as_deref().and_then(|day| day.parse().ok());
    if day(&facts.opens).is_some_and(|opens: NaiveDate| today < opens) {
        return Err(Closed::NotOpenYet);
    }
    if day(&facts.closes).is_some_and(|closes: NaiveDate| today > closes) {
        return Err(Closed::Closed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_day_count() {
        let mut facts = PetitionFacts {
            state: PetitionState::Open,
            goals: vec![10],
            opens: Some("2026-09-01".to_owned()),
            closes: Some("2026-09-30".to_owned()),
            fields: Vec::new(),
            show_name: false,
            newsletter: None,
            partners: Vec::new(),
        };
        let on = |facts: &PetitionFacts, day: &str| signable(facts, day.parse().unwrap());
        assert_eq!(on(&facts, "2026-08-31"), Err(Closed::NotOpenYet));
        assert_eq!(on(&facts, "2026-09-01"), Ok(()));
        assert_eq!(on(&facts, "2026-09-30"), Ok(()));
        assert_eq!(on(&facts, "2026-10-01"), Err(Closed::Closed));
        for (state, wanted) in [
            (PetitionState::Draft, Closed::NotOpenYet),
            (PetitionState::Paused, Closed::Paused),
            (PetitionState::Closed, Closed::Closed),
            (PetitionState::Delivered, Closed::Closed),
            (PetitionState::Won, Closed::Closed),
        ] {
            facts.state = state;
            assert_eq!(on(&facts, "2026-09-15"), Err(wanted));
        }
    }
}
