//! The counts as a file, for the site's build: `{"safe-online":{"count":123}}`.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::store::Store;

/// Writes the file, whole or not at all; says whether it is there now.
pub(super) async fn write(store: &Store, file: &Path) -> bool {
    let counts = match store.counts().await {
        Ok(counts) => counts,
        Err(error) => {
            tracing::error!(%error, "the counts could not be read");
            return false;
        }
    };
    let json: serde_json::Map<String, serde_json::Value> = counts
        .into_iter()
        .map(|(form, count)| (form, json!({"count": count.max(0)})))
        .collect();
    let text = format!("{}\n", serde_json::Value::Object(json));
    let path = file.to_owned();
    let written = tokio::task::spawn_blocking(move || replace(&path, &text)).await;
    match written {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::error!(%error, file = %file.display(), "the counts could not be written");
            false
        }
        Err(_) => false,
    }
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    let temporary = PathBuf::from(name);
    std::fs::write(&temporary, text)?;
    std::fs::rename(&temporary, file)
}
