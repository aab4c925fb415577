//! All templates of a site, parsed together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use super::builtins;
use super::compile::{Compiled, compile};
use super::context::Context;
use super::native::{self, Native};
use super::render::Renderer;
use super::scope::Scope;
use crate::diagnostic::{Diagnostic, Outcome};
use crate::fields::{Place, nearest};
use crate::settings::Dialect;

/// A template as it lies on disk.
#[derive(Clone, Debug)]
pub struct TemplateSource {
    /// Its name: the path below `templates/`.
    pub name: String,
    /// Its path below the site's root, for messages.
    pub file: String,
    /// What it says.
    pub text: Arc<str>,
}

/// The templates of the theme in use.
#[derive(Clone, Debug)]
pub struct Theme {
    /// The theme's folder below `themes/`.
    pub name: String,
    /// Its templates, named as below its own `templates/`.
    pub templates: Vec<TemplateSource>,
}

/// The built-in templates, parsed once a process.
static BUILT_IN: LazyLock<Loading> = LazyLock::new(|| {
    let mut loading = Loading::default();
    for (name, text) in builtins::ALL {
        let full = format!("{}{name}", builtins::PREFIX);
        loading.add(&full, &full, text);
    }
    for (name, text) in builtins::UNPREFIXED {
        loading.add(name, name, text);
    }
    loading
});

/// Namespaces of macros in sight of a template, with the template that defines each.
type Namespaces = BTreeMap<String, String>;

/// All templates, immutable.
#[derive(Debug, Default)]
pub struct Templates {
    compiled: BTreeMap<String, Arc<Compiled>>,
    theme: Option<String>,
    /// By template: those above it, nearest first.
    parents: BTreeMap<String, Vec<String>>,
    namespaces: BTreeMap<String, Namespaces>,
    /// Templates of Zola 0.23, in place of all others.
    native: Option<Native>,
}

impl Templates {
    /// Parses templates in the dialect that is asked for, or seen from them.
    #[must_use]
    pub fn load_as(
        dialect: Option<Dialect>,
        site: &[TemplateSource],
        theme: Option<Theme>,
    ) -> Outcome<Self> {
        match dialect.unwrap_or_else(|| native::look(site, theme.as_ref())) {
            Dialect::Zola022 => Self::load(site, theme),
            Dialect::Zola023 => {
                let loaded = Native::load(site, theme.as_ref());
                Outcome {
                    value: Self {
                        native: Some(loaded.value),
                        ..Self::default()
                    },
                    diagnostics: loaded.diagnostics,
                }
            }
        }
    }

    /// The dialect of these templates.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.native {
            Some(_) => Dialect::Zola023,
            None => Dialect::Zola022,
        }
    }

    /// The templates of Zola 0.23, if these are such.
    pub(super) fn native(&self) -> Option<&Native> {
        self.native.as_ref()
    }

    /// Parses the site's templates, the theme's (each under its own name, unless the site has it,
    /// and as `THEME/templates/NAME`) and the built-in ones, and reports every fault of all.
    #[must_use]
    pub fn load(site: &[TemplateSource], theme: Option<Theme>) -> Outcome<Self> {
        let mut loading = Loading::default();
        for source in site {
            loading.add(&source.name, &source.file, &source.text);
        }
        let mut templates = Self::default();
        if let Some(theme) = theme {
            for source in &theme.templates {
                let full = format!("{}/templates/{}", theme.name, source.name);
                let sound = loading.add(&full, &source.file, &source.text);
                if sound && !loading.compiled.contains_key(&source.name) {
                    loading.add(&source.name, &source.file, &source.text);
                }
            }
            templates.theme = Some(theme.name);
        }
        for (name, template) in &BUILT_IN.compiled {
            let known = loading.compiled.entry(name.clone());
            known.or_insert_with(|| Arc::clone(template));
        }
        let mut faults = loading.faults;
        templates.compiled = loading.compiled;
        templates.connect(&mut faults);
        Outcome {
            value: templates,
            diagnostics: faults,
        }
    }

    /// Follows `extends` and `import`.
    fn connect(&mut self, faults: &mut Vec<Diagnostic>) {
        let mut parents = BTreeMap::new();
        for template in self.compiled.values() {
            match self.chain(template) {
                Ok(chain) => {
                    parents.insert(template.name.clone(), chain);
                }
                Err(fault) => push_once(faults, fault),
            }
            for import in &template.imports {
                if !self.compiled.contains_key(&import.template) {
                    let fault = self.not_there(template, import.place, "imports", &import.template);
                    push_once(faults, fault);
                }
            }
        }
        self.parents = parents;
        let mut namespaces = BTreeMap::new();
        for name in self.compiled.keys() {
            self.gather(name, &mut namespaces, &mut BTreeSet::new());
        }
        self.namespaces = namespaces;
    }

    fn not_there(
        &self,
        template: &Compiled,
        place: Option<Place>,
        deed: &str,
        wanted: &str,
    ) -> Diagnostic {
        let fault = Diagnostic::error(format!(
            "This template {deed} `{wanted}`, which is not there"
        ))
        .in_file(template.file.clone());
        let fault = marked(fault, place);
        match self.nearest(wanted) {
            Some(near) => fault.hint(format!("did you mean `{near}`?")),
            None => fault.hint("write it below templates/"),
        }
    }

    fn chain(&self, template: &Compiled) -> Result<Vec<String>, Diagnostic> {
        let mut chain = Vec::new();
        let mut current = template;
        while let Some((parent, place)) = &current.parent {
            let Some(next) = self.compiled.get(parent) else {
                return Err(self.not_there(current, *place, "extends", parent));
            };
            if next.name == template.name || chain.contains(parent) {
                let fault = Diagnostic::error(format!(
                    "This template extends itself, by way of `{}`",
                    current.name
                ))
                .in_file(template.file.clone())
                .hint("let one of the two extend nothing, or another template");
                let place = template.parent.as_ref().and_then(|(_, place)| *place);
                return Err(marked(fault, place));
            }
            chain.push(parent.clone());
            current = next;
        }
        Ok(chain)
    }

    /// The namespaces of a template: its own macros as `self`, those it imports, then those of the
    /// files it imports and of its parents, where no nearer one has the name.
    fn gather(
        &self,
        name: &str,
        done: &mut BTreeMap<String, Namespaces>,
        under_way: &mut BTreeSet<String>,
    ) {
        if done.contains_key(name) || !under_way.insert(name.to_owned()) {
            return;
        }
        let Some(template) = self.compiled.get(name) else {
            return;
        };
        let mut own = Namespaces::new();
        if !template.macros.is_empty() {
            own.insert("self".to_owned(), name.to_owned());
        }
        for import in &template.imports {
            own.insert(import.namespace.clone(), import.template.clone());
            self.gather(&import.template, done, under_way);
            inherit(&mut own, done.get(&import.template));
        }
        for parent in self.parents.get(name).into_iter().flatten() {
            self.gather(parent, done, under_way);
            inherit(&mut own, done.get(parent));
        }
        done.insert(name.to_owned(), own);
    }

    /// The name under which `name` is found: its own, the theme's, the built-in one's.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Option<&str> {
        if let Some(native) = &self.native {
            return native.resolve(name);
        }
        let found = |name: &str| {
            self.compiled
                .get_key_value(name)
                .map(|(name, _)| name.as_str())
        };
        found(name)
            .or_else(|| found(&format!("{}/templates/{name}", self.theme.as_ref()?)))
            .or_else(|| found(&format!("{}{name}", builtins::PREFIX)))
    }

    /// Whether a template exists under exactly this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.compiled.contains_key(name)
            || self
                .native
                .as_ref()
                .is_some_and(|native| native.contains(name))
    }

    /// The file of the template that `name` resolves to, for messages.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&str> {
        let name = self.resolve(name)?;
        if let Some(native) = &self.native {
            return native.file(name);
        }
        self.compiled
            .get(name)
            .map(|template| template.file.as_str())
    }

    /// Renders the template that `name` resolves to.
    ///
    /// # Errors
    /// What went wrong, with the template's file and, where known, its line.
    pub fn render(
        &self,
        name: &str,
        context: &Context,
        scope: &Scope<'_>,
    ) -> Result<String, Diagnostic> {
        if let Some(native) = &self.native {
            return native.render(name, context, scope);
        }
        let Some(template) = self.resolve(name).and_then(|name| self.compiled.get(name)) else {
            let fault = Diagnostic::error(format!("There is no template `{name}`"));
            return Err(match self.nearest(name) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault.hint(format!("write templates/{name}")),
            });
        };
        Renderer::new(self, template, context, scope)
            .render()
            .map_err(|fault| fault.placed(&template.file, None).into_diagnostic())
    }

    pub(super) fn compiled(&self, name: &str) -> Option<&Compiled> {
        self.compiled.get(name).map(AsRef::as_ref)
    }

    /// The templates above one, nearest first.
    pub(super) fn parents(&self, name: &str) -> &[String] {
        self.parents.get(name).map_or(&[], Vec::as_slice)
    }

    /// The template whose macros stand under a namespace.
    pub(super) fn macros(&self, template: &str, namespace: &str) -> Option<&str> {
        self.namespaces
            .get(template)?
            .get(namespace)
            .map(String::as_str)
    }

    /// The name most like one that is not there.
    pub(super) fn nearest(&self, name: &str) -> Option<&str> {
        let own = self
            .compiled
            .keys()
            .map(String::as_str)
            .filter(|known| !known.starts_with(builtins::PREFIX));
        nearest(name, own)
    }
}

fn inherit(own: &mut Namespaces, theirs: Option<&Namespaces>) {
    for (namespace, template) in theirs.into_iter().flatten() {
        own.entry(namespace.clone())
            .or_insert_with(|| template.clone());
    }
}

fn marked(fault: Diagnostic, place: Option<Place>) -> Diagnostic {
    match place {
        Some(place) => place.mark(fault),
        None => fault,
    }
}

/// A theme's template is loaded under two names: its faults are told once.
fn push_once(faults: &mut Vec<Diagnostic>, fault: Diagnostic) {
    if !faults.contains(&fault) {
        faults.push(fault);
    }
}

#[derive(Default)]
struct Loading {
    compiled: BTreeMap<String, Arc<Compiled>>,
    faults: Vec<Diagnostic>,
}

impl Loading {
    /// Whether the template is sound.
    fn add(&mut self, name: &str, file: &str, text: &str) -> bool {
        match compile(name, file, text) {
            Ok(template) => {
                self.compiled.insert(name.to_owned(), Arc::new(template));
                true
            }
            Err(fault) => {
                push_once(&mut self.faults, fault);
                false
            }
        }
    }
}
