//! Renders a lowered template: walks its pieces and writes text.

mod calls;
mod conditions;
mod expressions;
mod numbers;
mod stack;

use std::time::Instant;

use super::compile::{Compiled, ForLoop, Node, What};
use super::context::Context;
use super::effects::Cost;
use super::fault::{Fault, Rendering};
use super::limits;
use super::load::Templates;
use super::scope::Scope;
use super::values;
use stack::{FrameKind, Loop, Stack};

/// Templates may include, call and fill each other this deep; a template that calls itself without
/// an end is stopped here, long before the thread's stack is used up.
const DEEPEST: usize = 100;

/// A block being rendered: its name, and how far up the chain of parents its text was found.
struct OpenBlock<'a> {
    name: &'a str,
    /// The template whose macros its calls see.
    template: &'a str,
    level: usize,
}

pub(super) struct Renderer<'a> {
    templates: &'a Templates,
    scope: &'a Scope<'a>,
    /// The template asked for.
    main: &'a Compiled,
    /// The topmost template that it extends, or itself.
    root: &'a Compiled,
    /// The template whose text is being rendered, for messages.
    here: &'a Compiled,
    stack: Stack<'a>,
    escape: bool,
    blocks: Vec<OpenBlock<'a>>,
    depth: usize,
    steps: limits::Steps,
    /// What the templates included and called cost: a handful, so a list will do.
    costs: Vec<(&'a str, Cost)>,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(
        templates: &'a Templates,
        main: &'a Compiled,
        context: &'a Context,
        scope: &'a Scope<'a>,
    ) -> Self {
        let root = templates
            .parents(&main.name)
            .last()
            .and_then(|parent| templates.compiled(parent))
            .unwrap_or(main);
        let escape = [".html", ".htm", ".xml"]
            .iter()
            .any(|ending| main.name.ends_with(ending));
        Self {
            templates,
            scope,
            main,
            root,
            here: root,
            stack: Stack::new(context, main),
            escape,
            blocks: Vec::new(),
            depth: 0,
            steps: limits::Steps::default(),
            costs: Vec::new(),
        }
    }

    /// Renders the template asked for.
    pub(super) fn render(mut self) -> Rendering<String> {
        let start = Instant::now();
        let mut out = String::new();
        let root = self.root;
        for node in &root.nodes {
            // The template asked for may extend another: its own text outside blocks is not shown.
            self.node(node, &mut out)?;
        }
        self.spent(self.main, start);
        self.scope.effects.spent(self.costs);
        Ok(out)
    }

    /// Notes what a template cost since then.
    fn spent(&mut self, template: &'a Compiled, start: Instant) {
        let cost = Cost {
            times: 1,
            spent: start.elapsed(),
        };
        let file = template.file.as_str();
        match self.costs.iter_mut().find(|(known, _)| *known == file) {
            Some((_, known)) => known.add(cost),
            None => self.costs.push((file, cost)),
        }
    }

    fn body(&mut self, nodes: &'a [Node], out: &mut String) -> Rendering<()> {
        for node in nodes {
            self.node(node, out)?;
            if self.stack.leaves_body() {
                break;
            }
        }
        Ok(())
    }

    fn node(&mut self, node: &'a Node, out: &mut String) -> Rendering<()> {
        let here = self.here;
        self.piece(&node.what, out)
            .map_err(|fault| fault.placed(&here.file, node.place))
    }

    fn piece(&mut self, what: &'a What, out: &mut String) -> Rendering<()> {
        match what {
            What::Text(text) => out.push_str(text),
            What::Print(expr) => {
                let value = self.value(expr)?;
                values::print(&value, out);
            }
            What::Set {
                name,
                value,
                global,
            } => {
                let value = self.unescaped(value)?;
                self.stack.assign(name, *global, value);
            }
            What::FilterSection { filter, body } => {
                let mut text = String::new();
                self.body(body, &mut text)?;
                limits::text(text.len())?;
                if filter.name == "safe" {
                    out.push_str(&text);
                } else {
                    let (value, _) = self.filter(&tera::Value::from(text), filter)?;
                    values::print(&value, out);
                }
            }
            What::If { arms, otherwise } => {
                let here = self.here;
                for (place, asked, body) in arms {
                    let holds = self
                        .truth(asked)
                        .map_err(|fault| fault.placed(&here.file, *place))?;
                    if holds {
                        return self.body(body, out);
                    }
                }
                self.body(otherwise, out)?;
            }
            What::For(each) => self.for_loop(each, out)?,
            What::Break => self.stack.break_loop()?,
            What::Continue => self.stack.continue_loop()?,
            What::Block { name, body } => self.block(name, body, out)?,
            What::Super => self.parent_block(out)?,
            What::Include {
                names,
                ignore_missing,
            } => self.include(names, *ignore_missing, out)?,
            What::Extends(name) => {
                return Err(Fault::new(format!(
                    "A template that is included cannot extend another (`{name}`)"
                ))
                .hint("include a template that extends nothing, or make a macro of it"));
            }
        }
        Ok(())
    }

    /// One level deeper, in the text of another template.
    fn deeper<T>(
        &mut self,
        template: &'a Compiled,
        work: impl FnOnce(&mut Self) -> Rendering<T>,
    ) -> Rendering<T> {
        if self.depth >= DEEPEST {
            return Err(Fault::new(format!(
                "The templates call each other more than {DEEPEST} levels deep"
            ))
            .hint("look for a template or macro that includes or calls itself without an end"));
        }
        let before = self.here;
        self.here = template;
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        self.here = before;
        done
    }

    fn for_loop(&mut self, each: &'a ForLoop, out: &mut String) -> Rendering<()> {
        let container = self.unescaped(&each.container)?;
        let turns = Loop::over(each, container)?;
        if turns.is_empty() {
            return self.body(&each.empty, out);
        }
        let len = turns.len();
        self.stack.push_loop(turns);
        for _ in 0..len {
            self.steps.step(out)?;
            self.body(&each.body, out)?;
            if self.stack.ends_loop() {
                break;
            }
            self.stack.next_turn();
        }
        self.stack.pop();
        Ok(())
    }

    /// A block is filled by the lowest template of the chain that has it.
    fn block(&mut self, name: &'a str, body: &'a [Node], out: &mut String) -> Rendering<()> {
        let active = self.stack.template();
        let parents = self.templates.parents(&active.name);
        let chain = std::iter::once(active).chain(
            parents
                .iter()
                .filter_map(|parent| self.templates.compiled(parent)),
        );
        for (level, template) in chain.enumerate() {
            if let Some(found) = template.blocks.get(name) {
                return self.open_block(name, template, level, found, out);
            }
        }
        self.body(body, out)
    }

    fn open_block(
        &mut self,
        name: &'a str,
        template: &'a Compiled,
        level: usize,
        body: &'a [Node],
        out: &mut String,
    ) -> Rendering<()> {
        // Tera 1 never closes a block: what follows it looks for macros and for super() as if it
        // stood inside.
        self.blocks.push(OpenBlock {
            name,
            template: &template.name,
            level,
        });
        self.steps.step(out)?;
        self.deeper(template, |renderer| renderer.body(body, out))
    }

    /// `super()`: the same block further up the chain.
    fn parent_block(&mut self, out: &mut String) -> Rendering<()> {
        let nothing = || {
            Fault::new("There is no block above this one for super() to show")
                .hint("take super() away, or extend a template that has this block")
        };
        let Some((name, level)) = self.blocks.last().map(|block| (block.name, block.level)) else {
            return Err(nothing());
        };
        let parents = self.templates.parents(&self.main.name);
        for (index, parent) in parents.iter().enumerate().skip(level) {
            let Some(template) = self.templates.compiled(parent) else {
                continue;
            };
            if let Some(body) = template.blocks.get(name) {
                self.open_block(name, template, index + 1, body, out)?;
                // Shown to the end of the chain, the block itself is done with.
                self.blocks.pop();
                if index + 1 >= parents.len() {
                    self.blocks.pop();
                }
                return Ok(());
            }
        }
        Err(nothing())
    }

    fn include(
        &mut self,
        names: &'a [String],
        ignore_missing: bool,
        out: &mut String,
    ) -> Rendering<()> {
        let found = names.iter().find_map(|name| self.templates.compiled(name));
        let Some(template) = found else {
            if ignore_missing {
                return Ok(());
            }
            let hint = self
                .templates
                .nearest(names.first().map_or("", String::as_str));
            let fault = Fault::new(format!("There is no template `{}`", names.join("`, `")));
            return Err(match hint {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault.hint("write it below templates/, or add `ignore missing`"),
            });
        };
        self.steps.step(out)?;
        self.stack.push(FrameKind::Include, template, Vec::new());
        let start = Instant::now();
        let done = self.deeper(template, |renderer| renderer.body(&template.nodes, out));
        self.spent(template, start);
        self.stack.pop();
        done
    }
}
