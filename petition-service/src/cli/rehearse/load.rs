//! Load: as much as can be, or so much a second.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::client::{Asked, Visitor};

/// How often visitors of a steady load are sent off.
const TICK: Duration = Duration::from_millis(1);

/// What the visitor with this number asks, one thing after another; none: there is nothing left to
/// ask.
pub(super) type Turn = Arc<dyn Fn(u64) -> Option<Vec<Asked>> + Send + Sync>;

/// So many visitors at once, each of whom comes again as soon as there is an answer; turns a second.
///
/// # Errors
/// An answer was not the one wanted.
pub(super) async fn peak(
    address: SocketAddr,
    visitors: u32,
    time: Duration,
    turn: Turn,
) -> anyhow::Result<f64> {
    let next = Arc::new(AtomicU64::new(0));
    let done = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..visitors {
        let (next, done, turn) = (Arc::clone(&next), Arc::clone(&done), Arc::clone(&turn));
        running.spawn(async move {
            let mut visitor = Visitor::connect(address).await?;
            while begun.elapsed() < time {
                let Some(asked) = turn(next.fetch_add(1, Ordering::Relaxed)) else {
                    break;
                };
                for asked in &asked {
                    visitor.ask(asked).await?;
                }
                done.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    Ok(done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64())
}

/// A stream of visitors who come when they come, whether or not those before them have been served.
pub(super) struct Stream {
    /// What the visitor with this number asks.
    pub(super) asked: Arc<dyn Fn(u64) -> Asked + Send + Sync>,
    /// Visitors a second.
    pub(super) rate: f64,
}

/// The streams at once, over so many connections; the times to the answers for each stream, from when
/// the visitor came (waiting for a connection included), in milliseconds and ascending.
///
/// # Errors
/// An answer was not the one wanted.
pub(super) async fn steady(
    address: SocketAddr,
    connections: u32,
    time: Duration,
    streams: Vec<Stream>,
) -> anyhow::Result<Vec<Vec<f64>>> {
    let (free, mut idle) = mpsc::unbounded_channel();
    for _ in 0..connections {
        free.send(Visitor::connect(address).await?)?;
    }
    let (told, mut times) = mpsc::unbounded_channel();
    let begun = Instant::now();
    let mut sent = vec![0_u64; streams.len()];
    let mut running = JoinSet::new();
    while begun.elapsed() < time {
        for (number, (stream, sent)) in streams.iter().zip(&mut sent).enumerate() {
            loop {
                let due = Duration::from_secs_f64(*sent as f64 / stream.rate.max(0.001));
                if due > begun.elapsed() {
                    break;
                }
                let asked = (stream.asked)(*sent);
                *sent += 1;
                let mut visitor = next_idle(&mut idle, &mut running).await?;
                let (free, told) = (free.clone(), told.clone());
                running.spawn(async move {
                    visitor.ask(&asked).await?;
                    let took = begun.elapsed().saturating_sub(due);
                    // The other ends live as long as this load.
                    let _ = told.send((number, took.as_secs_f64() * 1000.0));
                    let _ = free.send(visitor);
                    anyhow::Ok(())
                });
            }
        }
        while let Some(ended) = running.try_join_next() {
            ended??;
        }
        tokio::time::sleep(TICK).await;
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    drop(told);
    let mut all = vec![Vec::new(); streams.len()];
    while let Some((number, took)) = times.recv().await {
        if let Some(times) = all.get_mut(number) {
            times.push(took);
        }
    }
    for times in &mut all {
        times.sort_by(f64::total_cmp);
    }
    Ok(all)
}

/// A connection that is free. One that failed never is again: that ends the load.
async fn next_idle(
    idle: &mut mpsc::UnboundedReceiver<Visitor>,
    running: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<Visitor> {
    loop {
        tokio::select! {
            Some(visitor) = idle.recv() => return Ok(visitor),
            Some(ended) = running.join_next() => ended??,
        }
    }
}

/// The value that this share of an ascending list does not exceed; 0 of an empty one.
pub(super) fn quantile(ascending: &[f64], share: f64) -> f64 {
    let last = ascending.len().saturating_sub(1) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the length"
    )]
    let place = (last * share.clamp(0.0, 1.0)).round() as usize;
    ascending.get(place).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn a_quantile_is_one_of_the_values() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert!((quantile(&values, 0.5) - 51.0).abs() < 1.5);
        assert!((quantile(&values, 0.99) - 99.0).abs() < 0.5);
        assert!((quantile(&values, 1.0) - 100.0).abs() < 0.5);
        assert!(quantile(&[], 0.5).abs() < 0.1);
    }
}
