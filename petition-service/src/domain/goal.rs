//! The goal that a petition shows: one that is near enough to pull, and not about to be reached.

/// Of a number, how much of it must be left to go for it to be worth showing: a tenth. Whoever comes
/// shortly after a goal rose meets one with a way to go, and not one that falls while they read.
const LEFT: u64 = 10;

/// The first of the petition's goals (ascending) that is not yet nearly reached. Past the last it goes
/// on by itself: 1, 2, 5, 10, 20, 50 … Without goals there is none (0).
#[must_use]
pub fn shown(goals: &[u64], count: u64) -> u64 {
    let far = |goal: &u64| goal.saturating_sub(goal / LEFT) > count;
    let Some(last) = goals.last().copied() else {
        return 0;
    };
    goals
        .iter()
        .copied()
        .find(far)
        .or_else(|| steps().find(|step| *step > last && far(step)))
        .unwrap_or(last)
}

/// 1, 2, 5, 10, 20, 50 … as far as numbers go.
fn steps() -> impl Iterator<Item = u64> {
    (0..19_u32)
        .filter_map(|power| 10_u64.checked_pow(power))
        .flat_map(|power| {
            [1, 2, 5]
                .into_iter()
                .filter_map(move |digit| power.checked_mul(digit))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rises_before_it_is_reached_and_goes_on_past_the_last() {
        let goals = [1000, 2500];
        for (count, goal) in [
            (0, 1000),
            (899, 1000),
            (900, 2500),
            (2249, 2500),
            (2250, 5000),
            (4500, 10_000),
            (8_999, 10_000),
            (9_000, 20_000),
            (1_000_000, 2_000_000),
        ] {
            assert_eq!(shown(&goals, count), goal, "{count}");
        }
        assert_eq!(shown(&[], 5), 0);
        assert_eq!(shown(&[10], u64::MAX), 10);
    }
}
