//! What the functions of Tera 2 may see while a template is rendered on this thread.

use std::cell::RefCell;
use std::sync::Arc;

use tera::{Error, TeraResult};

use crate::template::scope::{Scope, ScopeHost};

thread_local! {
    static HOST: RefCell<Option<Arc<dyn ScopeHost>>> = const { RefCell::new(None) };
}

/// Puts the host before in its place again, also when the work between panics.
struct Before(Option<Arc<dyn ScopeHost>>);

impl Drop for Before {
    fn drop(&mut self) {
        HOST.set(self.0.take());
    }
}

/// Does some work during which functions see what the scope's host shows; a scope without one
/// leaves that of the work around it.
pub(super) fn during<T>(scope: &Scope<'_>, work: impl FnOnce() -> T) -> T {
    let Some(host) = scope.host else {
        return work();
    };
    let _before = Before(HOST.replace(Some(Arc::clone(host))));
    work()
}

/// Asks something of what is in sight.
pub(super) fn ask<T>(question: impl Fn(&Scope<'_>) -> TeraResult<T>) -> TeraResult<T> {
    let Some(host) = HOST.with_borrow(Clone::clone) else {
        return Err(Error::message("this cannot be used here"));
    };
    let mut answer = None;
    host.with(&mut |scope| answer = Some(question(scope)));
    answer.unwrap_or_else(|| Err(Error::message("this cannot be used here")))
}
