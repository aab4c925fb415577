//! Which counts by country the public may know.

use std::collections::BTreeMap;

/// Fewer are no crowd to be lost in.
const CROWD: i64 = 10;

/// Countries with their signatures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByCountry {
    /// By code, the largest first. Numbers are rounded down to tens.
    pub listed: Vec<(String, i64)>,
    /// The countries not listed, together, rounded down to tens; none if they are fewer than ten.
    pub other: Option<i64>,
}

/// What is told of the counts of each country.
///
/// Nothing under ten is told, and everything that is told is a multiple of ten. That is what makes it
/// safe over time: if exact numbers were told, two answers in a row would give one signature away
/// (Belgium went from 41 to 42 when a name appeared), and a country that falls out of the list would
/// have had nine. Rounded down, a number moves once in ten signatures, and a country that leaves the list
/// only says that it has fewer than ten, which is all that its absence ever says. The difference of
/// the petition's exact count and the listed numbers tells nothing of one country: it holds up to nine of
/// each listed one, those of the others, and all who named no country. Whoever signs nine times to
/// see the tenth learns that somebody signed, not who: names appear by the batch
/// (`store::PublicSigner`).
#[must_use]
pub fn countries(counted: &BTreeMap<String, i64>) -> ByCountry {
    let mut listed: Vec<(String, i64)> = Vec::new();
    let mut others = 0_i64;
    for (country, count) in counted {
        let count = (*count).max(0);
        if count >= CROWD {
            listed.push((country.clone(), tens(count)));
        } else {
            others = others.saturating_add(count);
        }
    }
    listed.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
    ByCountry {
        listed,
        other: (others >= CROWD).then(|| tens(others)),
    }
}

fn tens(count: i64) -> i64 {
    count.saturating_sub(count % CROWD)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{ByCountry, countries};

    fn of(pairs: &[(&str, i64)]) -> BTreeMap<String, i64> {
        let owned = pairs
            .iter()
            .map(|(code, count)| ((*code).to_owned(), *count));
        owned.collect()
    }

    fn listed(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
        let owned = pairs
            .iter()
            .map(|(code, count)| ((*code).to_owned(), *count));
        owned.collect()
    }

    #[test]
    fn small_ones_are_in_no_number_of_their_own() {
        let told = countries(&of(&[
            ("NL", 1249),
            ("BE", 10),
            ("DE", 9),
            ("FR", 0),
            ("SR", -1),
        ]));
        let wanted = ByCountry {
            listed: listed(&[("NL", 1240), ("BE", 10)]),
            other: None,
        };
        assert_eq!(told, wanted, "nine others are not told");
        let told = countries(&of(&[("DE", 9), ("FR", 9), ("BE", 15), ("CO", 19)]));
        assert_eq!(told.other, Some(10));
        assert_eq!(told.listed, listed(&[("BE", 10), ("CO", 10)]));
        assert_eq!(countries(&BTreeMap::new()), ByCountry::default());
    }

    proptest! {
        #[test]
        fn one_signature_more_moves_a_number_by_ten_or_not_at_all(
            counts in proptest::collection::btree_map("[A-C]{2}", 0_i64..40, 1..6),
        ) {
            let country = counts.keys().next().cloned().unwrap_or_default();
            let mut more = counts.clone();
            *more.entry(country).or_default() += 1;
            let numbers = |told: ByCountry| {
                let mut numbers: BTreeMap<String, i64> = told.listed.into_iter().collect();
                numbers.extend(told.other.map(|other| ("other".to_owned(), other)));
                numbers
            };
            let (before, after) = (numbers(countries(&counts)), numbers(countries(&more)));
            for name in before.keys().chain(after.keys()) {
                let of = |told: &BTreeMap<String, i64>| told.get(name).copied().unwrap_or(0);
                prop_assert!([0, 10].contains(&(of(&after) - of(&before)).abs()), "{name}");
                prop_assert!(of(&after) % 10 == 0);
            }
        }
    }
}
