//! One address after another, on one instance and on two.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Network, NetworkLimits, Networks, Share};
use crate::domain::Keys;
use crate::store::testing::{On, minute, on_both};

fn networks(forms: u32) -> Networks {
    Networks::new(NetworkLimits {
        forms,
        challenges: 5 * forms,
        unproven: 1,
    })
}

fn network(near: &str, wide: &str) -> Network {
    Network::of(&Keys::new(b"secret"), near, wide)
}

fn home() -> Network {
    network("192.0.2.1/32", "192.0.2.0/24")
}

/// How many of a hundred forms are taken.
fn taken(networks: &Networks, network: &Network, now: DateTime<Utc>) -> usize {
    let one = |_: &usize| networks.take(Share::Forms, network, now).is_ok();
    (0..100_usize).filter(one).count()
}

#[test]
fn an_address_has_its_share_and_its_wider_network_has_five() {
    let networks = networks(2);
    assert_eq!(taken(&networks, &home(), minute(0)), 2);
    let mut sum = 2;
    for neighbour in 2..20 {
        let near = format!("192.0.2.{neighbour}/32");
        sum += taken(&networks, &network(&near, "192.0.2.0/24"), minute(0));
    }
    assert_eq!(sum, 10, "the wider network is full");
    let elsewhere = network("198.51.100.1/32", "198.51.100.0/24");
    assert_eq!(taken(&networks, &elsewhere, minute(0)), 2);
    // Other shares have counts of their own.
    assert!(
        networks
            .take(Share::Unproven, &elsewhere, minute(0))
            .is_ok()
    );
    assert!(
        networks
            .take(Share::Unproven, &elsewhere, minute(0))
            .is_err()
    );
    assert!(
        networks
            .take(Share::Challenges, &elsewhere, minute(0))
            .is_ok()
    );
}

#[test]
fn the_window_slides_and_the_wait_is_told() {
    let networks = networks(60);
    assert_eq!(taken(&networks, &home(), minute(59)), 60);
    assert_eq!(
        taken(&networks, &home(), minute(60)),
        0,
        "no second helping at the hour"
    );
    let wait = networks.take(Share::Forms, &home(), minute(60));
    let wait = TimeDelta::from_std(wait.expect_err("full")).expect("a time");
    assert!(wait <= TimeDelta::minutes(2), "{wait}");
    assert!(
        networks
            .take(Share::Forms, &home(), minute(60) + wait)
            .is_ok()
    );
    assert_eq!(
        taken(&networks, &home(), minute(90)),
        29,
        "half of the hour is left behind"
    );
    let later = minute(3 * 24 * 60);
    networks.tidy(later);
    assert_eq!(taken(&networks, &home(), later), 60);
    assert!(networks.lock().len() <= 2);
}

#[test]
fn a_clock_that_jumps_locks_nobody_out_for_long() {
    let networks = networks(2);
    assert_eq!(taken(&networks, &home(), minute(600)), 2);
    // Back by hours: an hour of its own, and its limit holds.
    assert_eq!(taken(&networks, &home(), minute(0)), 2);
    let wait = networks.take(Share::Forms, &home(), minute(0));
    assert!(wait.expect_err("full") <= Duration::from_secs(2 * 3600));
    networks.tidy(minute(0));
    assert_eq!(
        taken(&networks, &home(), minute(600)),
        0,
        "nor does it give anything away"
    );
}

on_both![
    instances_know_of_each_other,
    while_the_database_is_away_each_counts_for_itself
];

async fn instances_know_of_each_other(on: On) {
    let (store, database) = on.store().await;
    let other_store = database.open().await;
    let (one, other) = (networks(10), networks(10));
    for _ in 0..6 {
        assert!(one.take(Share::Forms, &home(), minute(0)).is_ok());
    }
    // Seen there too, so that it is asked about.
    assert!(other.take(Share::Forms, &home(), minute(0)).is_ok());
    one.exchange(&store, minute(0)).await.expect("told");
    other.exchange(&other_store, minute(0)).await.expect("told");
    assert_eq!(
        taken(&other, &home(), minute(0)),
        3,
        "seven of ten are used"
    );
    other.exchange(&other_store, minute(0)).await.expect("told");
    one.exchange(&store, minute(0)).await.expect("told");
    if on == On::Postgres {
        assert_eq!(
            taken(&one, &home(), minute(0)),
            0,
            "nothing was sent, and all is known"
        );
    }
    // A start forgets nothing for longer than until the first exchange.
    let next = networks(10);
    assert!(next.take(Share::Forms, &home(), minute(0)).is_ok());
    next.exchange(&store, minute(0)).await.expect("told");
    assert_eq!(taken(&next, &home(), minute(0)), 0);
}

async fn while_the_database_is_away_each_counts_for_itself(on: On) {
    let (store, database) = on.store().await;
    let networks = networks(10);
    assert!(networks.take(Share::Forms, &home(), minute(0)).is_ok());
    let sent = networks.to_send();
    networks.take_back(&sent);
    assert_eq!(taken(&networks, &home(), minute(0)), 9);
    networks.exchange(&store, minute(0)).await.expect("told");
    networks.exchange(&store, minute(0)).await.expect("told");
    let other = database.open().await;
    let rows = other.network_counts(networks.lively(&[], minute(0)));
    let mut used: Vec<u64> = rows
        .await
        .expect("read")
        .iter()
        .map(|row| row.used)
        .collect();
    used.sort_unstable();
    assert_eq!(used, [10, 10], "address and wider network, each form once");
    // What is long over is removed.
    store.expire(minute(3 * 24 * 60)).await.expect("expired");
    let rows = store.network_counts(networks.lively(&[], minute(0))).await;
    assert!(rows.expect("read").is_empty());
}
