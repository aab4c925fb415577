//! What Zola 0.23 changes in the graph: pages and sections that lists leave out, and the order
//! of pages of one date.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{PageId, SectionId, SiteGraph, order};
use crate::diagnostic::Diagnostic;
use crate::settings::Dialect;

impl SiteGraph {
    /// The graph as a dialect knows it: in the newer one `hidden` is settled for everything, and
    /// what is hidden stands in no section's list; the older one knows no such key. Tells what only this
    /// dialect refuses.
    #[must_use]
    pub fn settle(&mut self, dialect: Dialect) -> Vec<Diagnostic> {
        self.dialect = dialect;
        let faults = match dialect {
            Dialect::Zola022 => Vec::new(),
            Dialect::Zola023 => self.terms_without_address(),
        };
        if dialect == Dialect::Zola023 {
            order::turn_ties(self);
        }
        let sections = match dialect {
            Dialect::Zola022 => BTreeMap::new(),
            Dialect::Zola023 => self.hidden_sections(),
        };
        for section in self.sections.values_mut() {
            section.front.hidden = sections.get(&section.id).copied();
        }
        for page in self.pages.values_mut() {
            let settled = match dialect {
                Dialect::Zola022 => None,
                Dialect::Zola023 => {
                    let own = page.front.hidden;
                    let above = page.section.as_ref().and_then(|id| sections.get(id));
                    Some(own.or(above.copied()).unwrap_or(false))
                }
            };
            // The front matter is shared: a copy is made only where it is to be another.
            if page.front.hidden != settled {
                Arc::make_mut(&mut page.front).hidden = settled;
            }
        }
        if self.pages.values().any(|page| is(page.front.hidden))
            || sections.values().any(|hidden| *hidden)
        {
            self.leave_out();
        }
        faults
    }

    /// Terms of which the slug leaves nothing would stand at the address of their list.
    fn terms_without_address(&self) -> Vec<Diagnostic> {
        let all = self.taxonomies.values().flatten();
        let terms =
            all.flat_map(|taxonomy| taxonomy.terms.iter().map(move |term| (taxonomy, term)));
        terms
            .filter(|(_, term)| term.slug.is_empty())
            .filter_map(|(taxonomy, term)| {
                let page = term.pages.first()?;
                Some(
                    Diagnostic::error(format!(
                        "Nothing is left of the term `{}` of `{}` in its address",
                        term.name, taxonomy.name
                    ))
                    .in_file(format!("content/{}", page.0))
                    .about(format!("taxonomies.{}", taxonomy.name))
                    .hint("give it a name with letters or digits, or set [slugify] taxonomies = \"safe\""),
                )
            })
            .collect()
    }

    /// Whether each section is hidden: as it says, else as the nearest above that says so.
    fn hidden_sections(&self) -> BTreeMap<SectionId, bool> {
        let said = |id: &SectionId| self.sections.get(id).and_then(|one| one.front.hidden);
        let settled = self.sections.values().map(|section| {
            let above = || section.ancestors.iter().rev().find_map(said);
            let hidden = section.front.hidden.or_else(above).unwrap_or(false);
            (section.id.clone(), hidden)
        });
        settled.collect()
    }

    fn leave_out(&mut self) {
        let hidden_sections: Vec<SectionId> = self
            .sections
            .values()
            .filter(|section| is(section.front.hidden))
            .map(|section| section.id.clone())
            .collect();
        let pages = &self.pages;
        for section in self.sections.values_mut() {
            section
                .pages
                .retain(|id| !pages.get(id).is_some_and(|page| is(page.front.hidden)));
            section
                .subsections
                .retain(|id| !hidden_sections.contains(id));
        }
        // A hidden page stands in no order, so nothing is beside it.
        let beside: Vec<[Option<PageId>; 2]> = self
            .pages
            .iter()
            .map(|(id, page)| match is(page.front.hidden) {
                true => [None, None],
                false => [
                    self.nearest_shown(id, |page| page.lower.as_ref()),
                    self.nearest_shown(id, |page| page.higher.as_ref()),
                ],
            })
            .collect();
        for (page, [lower, higher]) in self.pages.values_mut().zip(beside) {
            (page.lower, page.higher) = (lower, higher);
        }
    }

    /// The next page in one direction that is not hidden.
    fn nearest_shown(
        &self,
        from: &PageId,
        step: impl Fn(&super::PageHead) -> Option<&PageId>,
    ) -> Option<PageId> {
        let mut next = step(self.pages.get(from)?)?;
        // No chain is longer than there are pages.
        for _ in 0..self.pages.len() {
            let page = self.pages.get(next)?;
            if !is(page.front.hidden) {
                return Some(next.clone());
            }
            next = step(page)?;
        }
        None
    }
}

fn is(hidden: Option<bool>) -> bool {
    hidden.unwrap_or(false)
}
