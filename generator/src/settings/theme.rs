//! The theme's own settings: its `[extra]`, under the site's.

use crate::diagnostic::Diagnostic;
use crate::fields::{Entry, Faults, Kind, Node, Place, parse_toml};
use crate::source::{self, Layout};

/// Checks the theme's folder and reads its `[extra]`; an empty table where it has none. `named`: where
/// the site names its theme.
pub(super) fn read_extra(
    layout: &Layout,
    named: Option<Place>,
    faults: &mut Faults,
) -> Option<Node> {
    let name = layout.theme.as_deref()?;
    let folder = layout.theme_root()?;
    let simple = !name.is_empty() && !name.split(['/', '\\']).any(|part| part == "..");
    if !simple || !source::is_folder(&folder) {
        let message = format!("There is no theme `{name}`");
        let diagnostic = Diagnostic::error(message)
            .hint(format!("put it into themes/{name}/, or correct `theme`"));
        faults.push(named, diagnostic);
        return None;
    }
    let file = folder.join("theme.toml");
    let label = layout.label(&file);
    if !source::is_folder(&folder.join("templates")) {
        let message = format!("The theme `{name}` has no folder `templates`");
        faults.push(
            named,
            Diagnostic::error(message).hint("unpack the whole theme below themes/"),
        );
    }
    let text = match source::read_text(&file, &label) {
        Ok(text) => text,
        Err(diagnostic) => {
            faults.found.push(diagnostic);
            return None;
        }
    };
    let mut own = Faults::of(label);
    let tree = parse_toml(&text, 1, &mut own);
    faults.found.append(&mut own.found);
    let extra = tree?.entry("extra").map(|entry| entry.value.clone());
    extra.filter(|node| matches!(node.kind, Kind::Table(_)))
}

/// The site's settings over the theme's: tables are joined, all else is the site's where it has it.
pub(super) fn merge(site: Node, theme: Node, path: &str, faults: &mut Faults) -> Node {
    let (Kind::Table(mut entries), Kind::Table(below)) = (site.kind, theme.kind) else {
        // Only called with tables; what is none was reported where it was read.
        return Node::empty_table();
    };
    for Entry { key, value, .. } in below {
        let Some(own) = entries.iter_mut().find(|entry| entry.key == key) else {
            entries.push(Entry {
                key,
                place: None,
                value,
            });
            continue;
        };
        let path = format!("{path}.{key}");
        let own_is_table = matches!(own.value.kind, Kind::Table(_));
        let below_is_table = matches!(value.kind, Kind::Table(_));
        if own_is_table && below_is_table {
            let taken = std::mem::replace(&mut own.value, Node::empty_table());
            own.value = merge(taken, value, &path, faults);
        } else if own_is_table != below_is_table {
            let message = format!(
                "`{path}` is {} here, but {} in the theme",
                own.value.describe(),
                value.describe()
            );
            let fault = Diagnostic::error(message)
                .hint("write the same kind of value here, or use another key");
            faults.push(own.place, fault);
        }
    }
    Node {
        place: site.place,
        kind: Kind::Table(entries),
    }
}
