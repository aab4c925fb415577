//! Lines and columns of faults that were seen long after their file was read: the file is read again,
//! since only a site that fails needs them.

use std::path::Path;

use crate::content::{Fence, front_matter_of};
use crate::diagnostic::Diagnostic;
use crate::fields::{Faults, Kind, Node, Place, parse_toml, parse_yaml};
use crate::source;

/// Gives each fault that names a key of its file the place of that key.
pub(super) fn find(root: &Path, faults: &mut [Diagnostic]) {
    for fault in faults {
        let Some(key) = fault.about.take() else {
            continue;
        };
        let Some(file) = fault.file.as_deref().filter(|_| fault.line.is_none()) else {
            continue;
        };
        let Ok(text) = source::read_text(&root.join(file), file) else {
            continue;
        };
        if let Some(place) = place_of(file, &text, &key.0) {
            fault.line = Some(place.line);
            fault.column = place.column;
        }
    }
}

/// Where the value of a key stands; if it is not written, the last of the tables on the way to it.
fn place_of(file: &str, text: &str, key: &str) -> Option<Place> {
    let mut unheard = Faults::default();
    let tree = if file.ends_with(".md") {
        let (fence, range, first_line) = front_matter_of(text)?;
        let front = text.get(range)?;
        match fence {
            Fence::Toml => parse_toml(front, first_line, &mut unheard),
            Fence::Yaml => parse_yaml(front, first_line, &mut unheard),
        }?
    } else {
        parse_toml(text, 1, &mut unheard)?
    };
    let mut node = &tree;
    let mut place = None;
    for step in key.split('.') {
        let Some((next, found)) = follow(node, step) else {
            break;
        };
        place = found.or(place);
        node = next;
    }
    place
}

/// One step into a table, or into the item of a list that has this name.
fn follow<'n>(node: &'n Node, step: &str) -> Option<(&'n Node, Option<Place>)> {
    if let Kind::Array(items) = &node.kind {
        return items.iter().find_map(|item| {
            let name = item.entry("name")?;
            match &name.value.kind {
                Kind::String(text) if text == step => Some((item, name.value.place)),
                _ => None,
            }
        });
    }
    let entry = node.entry(step)?;
    let own = match entry.value.kind {
        // A table begins where its name stands.
        Kind::Table(_) => entry.place,
        _ => entry.value.place.or(entry.place),
    };
    Some((&entry.value, own))
}

#[cfg(test)]
mod tests {
    use super::place_of;

    fn place(file: &str, text: &str, key: &str) -> Option<(usize, Option<usize>)> {
        place_of(file, text, key).map(|place| (place.line, place.column))
    }

    #[test]
    fn keys_are_found_in_settings_and_front_matter() {
        let config = "theme = \"t\"\n[[taxonomies]]\nname = \"a\"\n[[taxonomies]]\nname = \"b\"\n";
        assert_eq!(place("config.toml", config, "theme"), Some((1, Some(9))));
        assert_eq!(
            place("config.toml", config, "taxonomies.b"),
            Some((5, Some(8)))
        );
        assert_eq!(place("config.toml", config, "search"), None);
        let page = "+++\n[extra]\nstep = \"x\"\n+++\n";
        assert_eq!(
            place("content/a.md", page, "extra.step"),
            Some((3, Some(8)))
        );
        assert_eq!(place("content/a.md", page, "extra.no"), Some((2, Some(2))));
        let page = "---\ntemplate: no.html\n---\n";
        assert_eq!(place("content/a.md", page, "template"), Some((2, Some(11))));
    }
}
