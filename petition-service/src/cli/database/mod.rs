//! Commands about the database as a whole: `backup`, `restore`, `move`.

mod backup;
mod moving;
mod progress;
mod restore;
#[cfg(test)]
mod tests;

use crate::store::Copied;

pub(super) use backup::Args as BackupArgs;
pub(super) use moving::Args as MoveArgs;
pub(super) use restore::Args as RestoreArgs;

pub(super) use backup::run as back_up;
pub(super) use moving::run as move_to;
pub(super) use restore::run as restore;

/// What was copied, a line for each table that holds anything.
fn list(copied: &Copied) -> String {
    let mut text = String::new();
    for (table, rows) in copied.tables.iter().filter(|(_, rows)| *rows > 0) {
        text.push_str(&format!("{rows:>12}  {table}\n"));
    }
    text.push_str(&format!(
        "Every row was read again and found the same; the counts are what the log says.\n\
         Fingerprint of all rows: {}",
        copied.fingerprint
    ));
    text
}

/// Does the work of a command.
fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
