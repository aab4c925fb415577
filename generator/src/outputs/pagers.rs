//! Lists cut into pagers: their number, their addresses, and what templates see of one.

use tera::Value;

use crate::settings::Settings;
use crate::view::object;

/// How a list is cut into pagers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pagers<'a> {
    /// Path of the list's own address.
    pub(super) path: &'a str,
    /// Path part before a pager's number.
    pub(super) part: &'a str,
    /// Items on each.
    pub(super) size: u64,
    /// Whether the list is reversed first.
    pub(super) reversed: bool,
    /// Items in all, those that are not shown included.
    pub(super) total: usize,
}

impl Pagers<'_> {
    /// Number of pagers for so many items: one at least.
    pub(super) fn number(&self, items: usize) -> usize {
        items.div_ceil(self.step()).max(1)
    }

    fn step(&self) -> usize {
        usize::try_from(self.size).unwrap_or(usize::MAX).max(1)
    }

    /// The path of the folder of the pager of that number, its redirect's for the first.
    pub(super) fn numbered_path(&self, number: usize) -> String {
        let part = self.part.trim_matches('/');
        if part.is_empty() {
            format!("{}{number}/", self.path)
        } else {
            format!("{}{part}/{number}/", self.path)
        }
    }

    /// The path of the pager of that number.
    pub(super) fn pager_path(&self, number: usize) -> String {
        if number <= 1 {
            self.path.to_owned()
        } else {
            self.numbered_path(number)
        }
    }

    /// Those of the list's items that the pager of that number shows.
    pub(super) fn cut<'i, T>(&self, items: &'i [T], number: usize) -> Vec<&'i T> {
        let before = number.saturating_sub(1).saturating_mul(self.step());
        if self.reversed {
            let items = items.iter().rev();
            items.skip(before).take(self.step()).collect()
        } else {
            items.iter().skip(before).take(self.step()).collect()
        }
    }

    /// What the templates of the pager of that number see as `paginator`: `shown` of so many items.
    pub(super) fn value(
        &self,
        settings: &Settings,
        items: usize,
        shown: Vec<Value>,
        number: usize,
    ) -> Value {
        let last = self.number(items);
        let address = |number: usize| settings.permalink(&self.pager_path(number));
        let base = settings.permalink(&match self.part.trim_matches('/') {
            "" => self.path.to_owned(),
            part => format!("{}{part}/", self.path),
        });
        object([
            ("paginate_by", Value::from(self.size)),
            ("first", Value::from(address(1))),
            ("last", Value::from(address(last))),
            (
                "previous",
                Value::from((number > 1).then(|| address(number - 1))),
            ),
            (
                "next",
                Value::from((number < last).then(|| address(number + 1))),
            ),
            ("number_pagers", Value::from(last)),
            ("base_url", Value::from(base)),
            ("pages", Value::from(shown)),
            ("current_index", Value::from(number)),
            ("total_pages", Value::from(self.total)),
        ])
    }
}
