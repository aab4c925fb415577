//! What a site made to do harm may do: say clearly why it is not built, or nothing.

use tempfile::TempDir;

use super::support::{build, errors, site};

/// One error at least says `wanted`, names `file`, and how to mend it.
pub(crate) fn says(site: &TempDir, file: &str, wanted: &str) {
    let found = errors(site.path());
    assert!(
        found.iter().any(|fault| {
            fault.file.as_deref() == Some(file)
                && fault.message.contains(wanted)
                && fault.hint.is_some()
        }),
        "{file}: {wanted}: {found:#?}"
    );
}

/// It builds, or says in few words why not.
pub(crate) fn ends(site: &TempDir) {
    for fault in build(site.path()).diagnostics {
        let told = fault.to_string();
        assert!(told.len() < 2_000, "{} bytes: {:.300}…", told.len(), told);
    }
}

pub(crate) fn template(text: &str) -> TempDir {
    site("", &[("templates/index.html", text)])
}
