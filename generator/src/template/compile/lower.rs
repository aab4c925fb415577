//! Templates, lowered.

use std::collections::BTreeMap;
use std::sync::Arc;

use tera1::ast;

use super::bounds;
use super::expressions::{call, expression};
use super::lines::{self, Tag};
use super::{Compiled, ForLoop, Import, Macro, Node, What};
use crate::diagnostic::Diagnostic;
use crate::fields::Place;

/// Parses a template.
///
/// # Errors
/// What the parser says, with file, line and column.
pub(in crate::template) fn compile(
    name: &str,
    file: &str,
    text: &str,
) -> Result<Compiled, Diagnostic> {
    let tags = lines::tags(text);
    bounds::check(&tags).map_err(|fault| fault.in_file(file))?;
    let template = tera1::Template::new(name, None, text)
        .map_err(|error| block_twice(file, &tags).unwrap_or_else(|| syntax(file, &error)))?;
    let mut lowering = Lowering {
        tags: tags.into_iter(),
        macros: BTreeMap::new(),
        imports: Vec::new(),
        parent: None,
    };
    let nodes = lowering.body(&template.ast);
    let mut blocks = BTreeMap::new();
    gather(&nodes, &mut blocks);
    Ok(Compiled {
        name: name.to_owned(),
        file: file.to_owned(),
        nodes,
        blocks,
        macros: lowering.macros,
        imports: lowering.imports,
        parent: lowering.parent,
    })
}

/// Blocks by name; only those directly inside other blocks are found, as in Tera 1.
fn gather(nodes: &[Node], blocks: &mut BTreeMap<String, Arc<Vec<Node>>>) {
    for node in nodes {
        if let What::Block { name, body } = &node.what {
            blocks.insert(name.clone(), Arc::clone(body));
            gather(body, blocks);
        }
    }
}

struct Lowering<'a> {
    tags: std::vec::IntoIter<Tag<'a>>,
    macros: BTreeMap<String, Macro>,
    imports: Vec<Import>,
    parent: Option<(String, Option<Place>)>,
}

impl Lowering<'_> {
    /// The place of the next tag of the text.
    fn next_tag(&mut self) -> Option<Place> {
        self.tags.next().map(|tag| tag.place)
    }

    fn body(&mut self, nodes: &[ast::Node]) -> Vec<Node> {
        nodes.iter().filter_map(|node| self.node(node)).collect()
    }

    fn node(&mut self, node: &ast::Node) -> Option<Node> {
        let (place, what) = match node {
            ast::Node::Text(text) => (None, What::Text(text.clone())),
            ast::Node::Raw(_, text, _) => {
                let place = self.next_tag();
                self.next_tag();
                (place, What::Text(text.clone()))
            }
            ast::Node::Comment(..) => return None,
            ast::Node::VariableBlock(_, value) => (self.next_tag(), What::Print(expression(value))),
            ast::Node::Super => (self.next_tag(), What::Super),
            ast::Node::Set(_, set) => {
                let what = What::Set {
                    name: set.key.clone(),
                    value: expression(&set.value),
                    global: set.global,
                };
                (self.next_tag(), what)
            }
            ast::Node::Extends(_, name) => {
                let place = self.next_tag();
                self.parent = Some((name.clone(), place));
                (place, What::Extends(name.clone()))
            }
            ast::Node::Include(_, names, ignore_missing) => {
                let what = What::Include {
                    names: names.clone(),
                    ignore_missing: *ignore_missing,
                };
                (self.next_tag(), what)
            }
            ast::Node::ImportMacro(_, template, namespace) => {
                let place = self.next_tag();
                self.imports.push(Import {
                    template: template.clone(),
                    namespace: namespace.clone(),
                    place,
                });
                return None;
            }
            ast::Node::MacroDefinition(_, definition, _) => {
                self.macro_definition(definition);
                return None;
            }
            ast::Node::FilterSection(_, section, _) => {
                let place = self.next_tag();
                let body = self.body(&section.body);
                self.next_tag();
                let filter = call(&section.filter);
                (place, What::FilterSection { filter, body })
            }
            ast::Node::Block(_, block, _) => {
                let place = self.next_tag();
                let body = Arc::new(self.body(&block.body));
                self.next_tag();
                let name = block.name.clone();
                (place, What::Block { name, body })
            }
            ast::Node::Forloop(_, each, _) => {
                let place = self.next_tag();
                (place, What::For(self.for_loop(each)))
            }
            ast::Node::If(condition, _) => self.condition(condition),
            ast::Node::Break(_) => (self.next_tag(), What::Break),
            ast::Node::Continue(_) => (self.next_tag(), What::Continue),
        };
        Some(Node { place, what })
    }

    fn macro_definition(&mut self, definition: &ast::MacroDefinition) {
        self.next_tag();
        let body = self.body(&definition.body);
        self.next_tag();
        let mut names: Vec<&String> = definition.args.keys().collect();
        names.sort();
        let arguments = names
            .into_iter()
            .map(|name| {
                let default = definition.args.get(name).and_then(Option::as_ref);
                (name.clone(), default.map(expression))
            })
            .collect();
        self.macros
            .insert(definition.name.clone(), Macro { arguments, body });
    }

    fn for_loop(&mut self, each: &ast::Forloop) -> ForLoop {
        let body = self.body(&each.body);
        let empty = match &each.empty_body {
            Some(nodes) => {
                self.next_tag();
                self.body(nodes)
            }
            None => Vec::new(),
        };
        self.next_tag();
        ForLoop {
            key: each.key.clone(),
            value: each.value.clone(),
            container: expression(&each.container),
            body,
            empty,
        }
    }

    fn condition(&mut self, condition: &ast::If) -> (Option<Place>, What) {
        let mut first = None;
        let mut arms = Vec::with_capacity(condition.conditions.len());
        for (_, asked, body) in &condition.conditions {
            let place = self.next_tag();
            first = first.or(place);
            arms.push((place, expression(asked), self.body(body)));
        }
        let otherwise = match &condition.otherwise {
            Some((_, body)) => {
                self.next_tag();
                self.body(body)
            }
            None => Vec::new(),
        };
        self.next_tag();
        (first, What::If { arms, otherwise })
    }
}

/// The second of two blocks of one name, of which the parser tells without a place.
fn block_twice(file: &str, tags: &[Tag<'_>]) -> Option<Diagnostic> {
    let mut known = Vec::new();
    for tag in tags.iter().filter(|tag| tag.is_statement("block")) {
        let name = tag.word(1);
        if known.contains(&name) {
            let message = format!("There are two blocks `{name}` in this template");
            let fault = Diagnostic::error(message).in_file(file);
            return Some(
                tag.place
                    .mark(fault)
                    .hint("give one of them another name, or take it away"),
            );
        }
        known.push(name);
    }
    None
}

/// The parser's message with its place, in a sentence.
fn syntax(file: &str, error: &tera1::Error) -> Diagnostic {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}\n{cause}");
        source = cause.source();
    }
    let place = text.lines().find_map(|line| {
        let (line, column) = line.trim().strip_prefix("--> ")?.split_once(':')?;
        Some((line.parse().ok()?, column.parse().ok()?))
    });
    let reason = text
        .lines()
        .map(str::trim)
        .find_map(|line| line.strip_prefix("= "))
        .or_else(|| text.lines().next())
        .unwrap_or("it cannot be parsed");
    let fault = Diagnostic::error(format!("This template is not sound: {reason}"))
        .in_file(file)
        .hint("correct the tag at this place; what only looks like one stands between {% raw %} and {% endraw %}");
    match place {
        Some((line, column)) => fault.at(line, column),
        None => fault,
    }
}
