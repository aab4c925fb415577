//! The parts of a rehearsal.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::bail;

use super::Args;
use super::load::{Stream, peak, steady};
use super::signer::Signer;
use super::sink::Sink;

/// How many visitors look at the count for each that signs.
const LOOKS: u64 = 10;

/// The longest to wait for mails after a part, as a multiple of its time.
const MAILS: u32 = 6;

/// No mail for so long: those of a part have left.
const QUIET: Duration = Duration::from_millis(1200);

/// When each signer of the first part posted the form.
type Posted = Arc<Mutex<BTreeMap<String, Instant>>>;

/// The parts share where, how long, by how many.
pub(super) struct Parts<'a> {
    address: SocketAddr,
    time: Duration,
    visitors: u32,
    signer: &'a Signer,
    sink: &'a Sink,
    posted: Posted,
}

/// Times to the answers, in milliseconds and ascending.
pub(super) struct Times {
    pub(super) signing: Vec<f64>,
    pub(super) looking: Vec<f64>,
}

impl<'a> Parts<'a> {
    pub(super) fn new(
        address: SocketAddr,
        args: &Args,
        signer: &'a Signer,
        sink: &'a Sink,
    ) -> Self {
        Self {
            address,
            time: Duration::from_secs(args.seconds.into()),
            visitors: args.visitors,
            signer,
            sink,
            posted: Posted::default(),
        }
    }

    /// Sign-ups a second while their mails leave.
    pub(super) async fn sign(&self) -> anyhow::Result<f64> {
        let (form, posted) = (self.signer.clone(), Arc::clone(&self.posted));
        let turn = move |number| {
            unbroken(&posted).insert(format!("peak{number}"), Instant::now());
            Some(vec![form.signs("peak", number)])
        };
        peak(self.address, self.visitors, self.time, Arc::new(turn)).await
    }

    /// Mails a second when nothing else is to be done, from those that the first part left waiting; of
    /// all of them if none was left.
    pub(super) async fn drain(&self) -> anyhow::Result<f64> {
        let (wanted, before, begun) = (
            unbroken(&self.posted).len(),
            self.sink.count(),
            Instant::now(),
        );
        while self.sink.count() < wanted {
            if begun.elapsed() > self.time * MAILS {
                bail!(
                    "of {wanted} mails only {} left within {} s: look at `mail.connections` and \
                     `mail.per_minute`, or take fewer seconds",
                    self.sink.count(),
                    (self.time * MAILS).as_secs()
                );
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        if before >= wanted {
            return Ok(wanted as f64 / self.time.as_secs_f64());
        }
        Ok((wanted - before) as f64 / begun.elapsed().as_secs_f64())
    }

    /// Sign-ups a second, each with its looks at the count.
    pub(super) async fn sign_and_look(&self) -> anyhow::Result<f64> {
        let form = self.signer.clone();
        let turn = move |number| {
            let mut asked = vec![form.signs("mixed", number)];
            asked.extend((0..LOOKS).map(|_| form.looks()));
            Some(asked)
        };
        let rate = peak(self.address, self.visitors, self.time, Arc::new(turn)).await?;
        self.quiet().await;
        Ok(rate)
    }

    /// So many sign-ups a second, and their looks.
    pub(super) async fn evenly(&self, rate: f64) -> anyhow::Result<Times> {
        let (signing, looking) = (self.signer.clone(), self.signer.clone());
        let signs = Stream {
            asked: Arc::new(move |number| signing.signs("even", number)),
            rate,
        };
        let looks = Stream {
            asked: Arc::new(move |_| looking.looks()),
            rate: rate * LOOKS as f64,
        };
        let streams = vec![signs, looks];
        let mut times = steady(self.address, self.visitors, self.time, streams)
            .await?
            .into_iter();
        self.quiet().await;
        Ok(Times {
            signing: times.next().unwrap_or_default(),
            looking: times.next().unwrap_or_default(),
        })
    }

    /// Confirmations a second: whoever got a mail presses its button.
    pub(super) async fn confirm(&self) -> anyhow::Result<f64> {
        let mails = self.sink.all();
        let tokens: Vec<String> = mails.into_iter().filter_map(|mail| mail.token).collect();
        let turn = move |number| {
            let token = tokens.get(usize::try_from(number).ok()?)?;
            Some(vec![Signer::confirms(token)])
        };
        peak(self.address, self.visitors, self.time, Arc::new(turn)).await
    }

    /// Seconds from a form of the first part to its mail, ascending.
    pub(super) fn lags(&self) -> Vec<f64> {
        let posted = unbroken(&self.posted);
        let mails = self.sink.all();
        let lag = mails.iter().filter_map(|mail| {
            let posted = posted.get(&mail.recipient)?;
            Some(mail.at.duration_since(*posted).as_secs_f64())
        });
        let mut lags: Vec<f64> = lag.collect();
        lags.sort_by(f64::total_cmp);
        lags
    }

    /// Waits until no more mails leave, so that a part does not stand in the way of the next.
    async fn quiet(&self) {
        let (begun, mut before) = (Instant::now(), 0);
        while begun.elapsed() < self.time * MAILS && self.sink.count() != before {
            before = self.sink.count();
            tokio::time::sleep(QUIET).await;
        }
    }
}

fn unbroken<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
