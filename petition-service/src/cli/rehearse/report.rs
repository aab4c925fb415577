//! What a rehearsal showed.

use std::fmt;

use serde_json::json;

/// The highest rate of signatures on record: the United Kingdom's Parliament in March 2019.
const RECORD: f64 = 33.0;

/// The figures: rates a second, times to the answer in milliseconds, lags in seconds, memory in MiB.
pub(super) struct Report {
    pub(super) database: String,
    pub(super) visitors: u32,
    pub(super) signs: f64,
    pub(super) mixed: f64,
    pub(super) steady: f64,
    pub(super) sign_median: f64,
    pub(super) sign_p99: f64,
    pub(super) count_median: f64,
    pub(super) count_p99: f64,
    pub(super) confirms: f64,
    pub(super) mails: f64,
    pub(super) lag_median: f64,
    pub(super) lag_longest: f64,
    pub(super) memory: Option<f64>,
}

impl Report {
    pub(super) fn to_json(&self) -> String {
        json!({
            "database": self.database,
            "visitors": self.visitors,
            "signs_per_second": self.signs,
            "signs_per_second_with_counts": self.mixed,
            "steady_per_second": self.steady,
            "sign_median_ms": self.sign_median,
            "sign_p99_ms": self.sign_p99,
            "count_median_ms": self.count_median,
            "count_p99_ms": self.count_p99,
            "confirms_per_second": self.confirms,
            "mails_per_second": self.mails,
            "mail_lag_median_s": self.lag_median,
            "mail_lag_longest_s": self.lag_longest,
            "memory_mib": self.memory,
        })
        .to_string()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "This server, with {} and {} visitors at once:",
            self.database, self.visitors
        )?;
        writeln!(
            f,
            "  sign                        {:8.0}/s, each on the disk before its answer",
            self.signs
        )?;
        writeln!(f, "  sign, ten counts to each    {:8.0}/s", self.mixed)?;
        writeln!(
            f,
            "  at seven tenths of that     {:8.1} ms median, {:.1} ms at the 99th percentile (count {:.1}, {:.1})",
            self.sign_median, self.sign_p99, self.count_median, self.count_p99
        )?;
        writeln!(f, "  confirm                     {:8.0}/s", self.confirms)?;
        writeln!(
            f,
            "  mails, after the load       {:8.0}/s to a mail server that takes everything at once",
            self.mails
        )?;
        writeln!(
            f,
            "  a mail is on its way after  {:8.1} s median, {:.1} s at the longest, while all sign",
            self.lag_median, self.lag_longest
        )?;
        match self.memory {
            Some(memory) => writeln!(
                f,
                "  memory                      {memory:8.0} MiB at the most"
            )?,
            None => writeln!(
                f,
                "  memory                           not told by this system"
            )?,
        }
        write!(
            f,
            "The highest rate on record for a petition is {RECORD:.0} signatures a second: {:.0} times that fit here.\n\
             The visitors were on this machine too and took their share of it. The proxy, the network, the\n\
             captcha and your mail relay were not part of it: the relay's pace decides when mails arrive.",
            self.mixed / RECORD
        )
    }
}
