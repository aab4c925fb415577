//! The machine: room on its disks, its clock, its limits.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::finding::Findings;
use crate::config::Config;

/// Less is an error, for nothing may fit any more after the next broadcast.
const LEAST: u64 = 200 << 20;

/// Less is worth a warning.
const LITTLE: u64 = 2 << 30;

pub(super) fn disk(config: &Config, found: &mut Findings<'_>) {
    if let Some(file) = config.database.file() {
        room(file, "the database", found);
    }
    room(&config.journal.options.folder, "the journal", found);
}

/// The room where a file is or will be.
fn room(path: &Path, what: &str, found: &mut Findings<'_>) {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let Some(there) = path.ancestors().find(|folder| folder.exists()) else {
        return;
    };
    let Some(free) = free(there) else {
        return;
    };
    let (mib, there) = (free >> 20, there.display());
    let fix = "make room or move it to a larger disk; a signature takes about 2 KB";
    if free < LEAST {
        found.error(format!("{mib} MiB are free for {what} ({there})"), fix);
    } else if free < LITTLE {
        found.warning(format!("{mib} MiB are free for {what} ({there})"), fix);
    } else {
        found.ok(format!("{} GiB are free for {what} ({there})", free >> 30));
    }
}

#[cfg(unix)]
fn free(path: &Path) -> Option<u64> {
    let about = rustix::fs::statvfs(path).ok()?;
    Some(about.f_bavail.saturating_mul(about.f_frsize))
}

#[cfg(not(unix))]
fn free(_path: &Path) -> Option<u64> {
    None
}

/// This program was made after this day, so it cannot be earlier.
const AFTER: &str = "2026-11-01T00:00:00Z";

pub(super) fn clock(now: DateTime<Utc>, found: &mut Findings<'_>) {
    let fix = "let this machine keep time: `apt install chrony` or `timedatectl set-ntp true`";
    if AFTER
        .parse::<DateTime<Utc>>()
        .is_ok_and(|after| now < after)
    {
        return found.error(format!("it is said to be {now}: that is over"), fix);
    }
    // What the two usual services leave while they keep time.
    let timesyncd = Path::new("/run/systemd/timesync/synchronized").exists();
    let chrony = Path::new("/run/chrony/chronyd.pid").exists();
    if timesyncd || chrony {
        found.ok(format!(
            "{} UTC, kept by a time service",
            now.format("%F %T")
        ));
    } else {
        found.warning(
            format!(
                "{} UTC; no time service is seen on this machine",
                now.format("%F %T")
            ),
            format!("{fix} (a container's clock is kept by its host)"),
        );
    }
}
