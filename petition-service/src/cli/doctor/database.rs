//! Does the database answer, write, and have room?

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::finding::Findings;
use crate::config::Config;
use crate::domain::Clock;
use crate::store::{Lock, NoKeys, Store, StoreOptions};

/// A commit that takes longer is a slow disk or network.
const SLOW: Duration = Duration::from_millis(100);

/// Clocks that are further apart make links end at the wrong time.
const APART: i64 = 5_000;

/// A mail that waits longer tells of a relay that takes none.
const LATE: Duration = Duration::from_secs(600);

pub(super) async fn look(config: &Config, found: &mut Findings<'_>) {
    let database = &config.database;
    if let Some(file) = database.file() {
        if let Some(to) = Lock::moved_to(file) {
            return found.error(
                format!("{database} was moved to {to}"),
                "name that one in `database.url` or `database.url_file`",
            );
        }
        if !file.exists() {
            return not_yet(file, found);
        }
    }
    let store = match Store::open(database, StoreOptions::new(Arc::new(NoKeys))).await {
        Ok(store) => store,
        Err(error) => {
            return found.error(
                error.to_string(),
                "see that the server runs, that `database.url` names it and that this user may write",
            );
        }
    };
    found.ok(format!("{database} can be read, its tables are up to date"));
    let clock = Clock::system();
    match store.try_commit(clock.now()).await {
        Ok(time) if time > SLOW => found.warning(
            format!("a commit takes {} ms", time.as_millis()),
            "put the database on a faster disk, or nearer; forms wait for it",
        ),
        Ok(time) => found.ok(format!("a commit takes {:.1} ms", time.as_secs_f64() * 1e3)),
        Err(error) => found.error(
            format!("it cannot be written: {error}"),
            "see its rights and the room on its disk",
        ),
    }
    if let Ok(Some(there)) = store.time().await {
        let apart = (there - clock.now()).num_milliseconds().abs();
        if apart > APART {
            found.error(
                format!("its clock and this machine's are {} s apart", apart / 1000),
                "let both keep time (chrony or systemd-timesyncd)",
            );
        }
    }
    mails(&store, &clock, found).await;
}

/// There is none before the first start.
fn not_yet(file: &Path, found: &mut Findings<'_>) {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match tempfile::tempfile_in(folder) {
        Ok(_) => found.ok(format!(
            "{} will be made at the first start",
            file.display()
        )),
        Err(error) => found.error(
            format!("{} cannot be made: {error}", file.display()),
            format!(
                "make the folder {} and give it to the service's user",
                folder.display()
            ),
        ),
    }
}

async fn mails(store: &Store, clock: &Clock, found: &mut Findings<'_>) {
    let Ok(stats) = store.stats(clock.now()).await else {
        return;
    };
    if stats.given_up > 0 {
        found.warning(
            format!("{} mails were given up", stats.given_up),
            "when the mail server is mended: `petition-service outbox retry-dead`",
        );
    }
    match stats.oldest {
        Some(oldest) if oldest > LATE => found.warning(
            format!(
                "{} mails wait, the oldest for {} minutes",
                stats.waiting,
                oldest.as_secs() / 60
            ),
            "see `mail` below, and whether the service runs",
        ),
        _ => found.ok(format!("{} mails wait", stats.waiting)),
    }
}
