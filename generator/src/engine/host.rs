//! What templates may see, owned: for functions that live longer than a build.

use std::sync::Arc;

use super::bodies::{Doors, Filter};
use super::stages::{Heads, heads_of};
use crate::settings::Settings;
use crate::template::{Effects, Files, Scope, ScopeHost};
use crate::view::SiteView;

/// What one stage of a build shows.
#[derive(Clone)]
pub(super) struct Host {
    pub(super) settings: Arc<Settings>,
    pub(super) heads: Arc<Heads>,
    pub(super) files: Arc<Files>,
    pub(super) effects: Arc<Effects>,
    pub(super) view: Arc<SiteView>,
}

impl ScopeHost for Host {
    fn with(&self, work: &mut dyn FnMut(&Scope<'_>)) {
        let doors = Doors {
            files: &self.files,
            effects: &self.effects,
        };
        let filter = Filter::new(&self.settings, heads_of(&self.heads), doors);
        let scope = Scope::new(
            &self.settings,
            &self.heads.graph,
            &self.files,
            &self.effects,
        )
        .with_site(&*self.view)
        .with_markdown(&filter);
        work(&scope);
    }
}
