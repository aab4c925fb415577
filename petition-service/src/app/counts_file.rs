//! The counts as a file, for the site's build: `{"safe-online":{"count":123}}`.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::store::Store;

/// Writes the file, whole or not at all, if it would not say what was `written` before.
pub(super) async fn write(store: &Store, file: &Path, written: &mut String) {
    let counts = match store.counts().await {
        Ok(counts) => counts,
        Err(error) => {
            tracing::error!(%error, "the counts could not be read");
            return;
        }
    };
    let json: serde_json::Map<String, serde_json::Value> = counts
        .into_iter()
        .map(|(form, count)| (form, json!({"count": count.max(0)})))
        .collect();
    let text = format!("{}\n", serde_json::Value::Object(json));
    if text == *written {
        return;
    }
    let (path, new) = (file.to_owned(), text.clone());
    let replaced = tokio::task::spawn_blocking(move || replace(&path, &new)).await;
    match replaced {
        Ok(Ok(())) => *written = text,
        Ok(Err(error)) => {
            tracing::error!(%error, file = %file.display(), "the counts could not be written");
        }
        // It broke off, and is tried again.
        Err(_) => {}
    }
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    let temporary = PathBuf::from(name);
    std::fs::write(&temporary, text)?;
    std::fs::rename(&temporary, file)
}
