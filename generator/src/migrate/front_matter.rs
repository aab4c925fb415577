//! Front matter of sections: the keys that 0.22 refuses. A page's unknown keys are ignored.

use super::{Rewritten, keys, parse};
use crate::content::{Fence, front_matter_of};
use crate::diagnostic::Diagnostic;

/// Old keys of sections, and what they are called now.
const RENAMED: &[(&str, &str)] = &[
    ("generate_feed", "generate_feeds"),
    ("generate_rss", "generate_feeds"),
    ("order", "weight"),
];

/// Rewrites the front matter of a section's file; `file` is its name in messages.
///
/// # Errors
/// The front matter is not TOML.
pub fn front_matter(text: &str, file: &str) -> Result<Rewritten, Diagnostic> {
    let unchanged = Rewritten {
        text: text.to_owned(),
        notes: Vec::new(),
    };
    let Some((fence, range, first_line)) = front_matter_of(text) else {
        return Ok(unchanged);
    };
    let front = text.get(range.clone()).unwrap_or_default();
    let old = RENAMED.iter().any(|(old, _)| front.contains(old));
    if !old {
        return Ok(unchanged);
    }
    let new = match fence {
        Fence::Toml => {
            let mut document = parse(front, file, first_line)?;
            for (old, new) in RENAMED {
                keys::rename(document.as_table_mut(), old, new);
            }
            document.to_string()
        }
        Fence::Yaml => front
            .split_inclusive('\n')
            .map(|line| {
                let renamed = RENAMED.iter().find_map(|(old, new)| {
                    let rest = line.strip_prefix(old)?;
                    rest.trim_start()
                        .starts_with(':')
                        .then(|| format!("{new}{rest}"))
                });
                renamed.unwrap_or_else(|| line.to_owned())
            })
            .collect(),
    };
    let mut whole = text.to_owned();
    whole.replace_range(range, &new);
    Ok(Rewritten {
        text: whole,
        notes: Vec::new(),
    })
}
