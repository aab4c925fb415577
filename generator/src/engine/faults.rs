//! One fault of a template that serves many pages is told once.

use crate::diagnostic::Diagnostic;

/// Joins equal faults; each names the first file that it was met with, and how many more.
pub(super) fn gather(failed: Vec<(&str, Diagnostic)>) -> Vec<Diagnostic> {
    let mut groups: Vec<(Diagnostic, Vec<&str>)> = Vec::new();
    for (source, fault) in failed {
        let at_source = fault.file.is_none();
        match groups
            .iter_mut()
            .find(|(known, _)| !at_source && *known == fault)
        {
            Some((_, sources)) => sources.push(source),
            None if at_source => groups.push((fault.in_file(source), Vec::new())),
            None => groups.push((fault, vec![source])),
        }
    }
    groups
        .into_iter()
        .map(|(mut fault, sources)| {
            let others: Vec<&str> = sources
                .into_iter()
                .filter(|source| fault.file.as_deref() != Some(*source))
                .collect();
            if let Some(first) = others.first() {
                let more = match others.len() - 1 {
                    0 => String::new(),
                    1 => " and one other".to_owned(),
                    more => format!(" and {more} others"),
                };
                fault.message = format!("{} (while making {first}{more})", fault.message);
            }
            fault
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::gather;
    use crate::diagnostic::Diagnostic;

    #[test]
    fn a_template_that_fails_for_all_pages_is_told_once() {
        let fault = || {
            Diagnostic::error("no `x`")
                .in_file("templates/page.html")
                .at_line(2)
        };
        let faults = gather(vec![
            ("content/a.md", fault()),
            ("content/b.md", Diagnostic::error("no template")),
            ("content/c.md", fault()),
            ("content/d.md", fault()),
        ]);
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "templates/page.html:2: no `x` (while making content/a.md and 2 others)",
                "content/b.md: no template"
            ]
        );
    }
}
