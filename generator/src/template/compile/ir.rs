//! The lowered template.

use std::collections::BTreeMap;
use std::sync::Arc;

use tera::Value;

use crate::fields::Place;
use crate::template::values::Stride;

/// A template, ready to be rendered.
#[derive(Debug)]
pub(in crate::template) struct Compiled {
    /// Its name.
    pub(in crate::template) name: String,
    /// Its file below the site's root, for messages.
    pub(in crate::template) file: String,
    /// What it consists of.
    pub(in crate::template) nodes: Vec<Node>,
    /// Its blocks by name, those directly inside other blocks included.
    pub(in crate::template) blocks: BTreeMap<String, Arc<Vec<Node>>>,
    /// Its macros by name.
    pub(in crate::template) macros: BTreeMap<String, Macro>,
    /// Files whose macros it imports, in order.
    pub(in crate::template) imports: Vec<Import>,
    /// The template it extends, and the place that says so.
    pub(in crate::template) parent: Option<(String, Option<Place>)>,
}

/// An import of macros.
#[derive(Debug)]
pub(in crate::template) struct Import {
    pub(in crate::template) template: String,
    pub(in crate::template) namespace: String,
    pub(in crate::template) place: Option<Place>,
}

/// A macro: arguments with their defaults, and its body.
#[derive(Debug)]
pub(in crate::template) struct Macro {
    pub(in crate::template) arguments: Vec<(String, Option<Expr>)>,
    pub(in crate::template) body: Vec<Node>,
}

/// A piece of a template with the place of its tag.
#[derive(Debug)]
pub(in crate::template) struct Node {
    pub(in crate::template) place: Option<Place>,
    pub(in crate::template) what: What,
}

/// What a piece is.
#[derive(Debug)]
pub(in crate::template) enum What {
    Text(String),
    Print(Expr),
    Set {
        name: String,
        value: Expr,
        global: bool,
    },
    FilterSection {
        filter: Call,
        body: Vec<Node>,
    },
    If {
        arms: Vec<(Option<Place>, Expr, Vec<Node>)>,
        otherwise: Vec<Node>,
    },
    For(ForLoop),
    Break,
    Continue,
    Block {
        name: String,
        body: Arc<Vec<Node>>,
    },
    Super,
    Include {
        names: Vec<String>,
        ignore_missing: bool,
    },
    Extends(String),
}

/// A loop.
#[derive(Debug)]
pub(in crate::template) struct ForLoop {
    pub(in crate::template) key: Option<String>,
    pub(in crate::template) value: String,
    pub(in crate::template) container: Expr,
    pub(in crate::template) body: Vec<Node>,
    pub(in crate::template) empty: Vec<Node>,
}

/// An expression with its filters.
#[derive(Debug)]
pub(in crate::template) struct Expr {
    pub(in crate::template) fill: Fill,
    pub(in crate::template) negated: bool,
    pub(in crate::template) filters: Vec<Call>,
    /// The value of `default`, which counts only as the first filter. The outer option says
    /// whether the filter is there, the inner one whether it has its argument.
    pub(in crate::template) default: Option<Option<Box<Expr>>>,
    /// Whether the last filter is `safe`.
    pub(in crate::template) safe: bool,
}

/// What an expression begins with.
#[derive(Debug)]
pub(in crate::template) enum Fill {
    /// A number or a boolean.
    Literal(Value),
    /// A string.
    Text(Value),
    Path(Path),
    Array(Vec<Expr>),
    Concat(Vec<Fill>),
    Function(Call),
    Macro(MacroCall),
    Test(Test),
    In {
        needle: Box<Expr>,
        haystack: Box<Expr>,
        negated: bool,
    },
    Math {
        left: Box<Expr>,
        right: Box<Expr>,
        operator: Binary,
    },
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Compare {
        left: Box<Expr>,
        right: Box<Expr>,
        operator: Compare,
    },
}

/// An operator of arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// An operator of comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum Compare {
    Equal,
    Different,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A call of a function or filter.
#[derive(Debug)]
pub(in crate::template) struct Call {
    pub(in crate::template) name: String,
    pub(in crate::template) arguments: Vec<(String, Expr)>,
}

/// A call of a macro.
#[derive(Debug)]
pub(in crate::template) struct MacroCall {
    pub(in crate::template) namespace: String,
    pub(in crate::template) name: String,
    pub(in crate::template) arguments: Vec<(String, Expr)>,
}

/// `x is name(arguments)`.
#[derive(Debug)]
pub(in crate::template) struct Test {
    pub(in crate::template) subject: Path,
    pub(in crate::template) name: String,
    pub(in crate::template) negated: bool,
    pub(in crate::template) arguments: Vec<Expr>,
}

/// A variable and the way into it: `a.b[c].0`.
#[derive(Debug)]
pub(in crate::template) struct Path {
    /// As written, for messages.
    pub(in crate::template) written: String,
    pub(in crate::template) head: String,
    pub(in crate::template) steps: Vec<Step>,
}

/// A step into a value.
#[derive(Debug)]
pub(in crate::template) enum Step {
    /// A key of a map, or an index written as digits.
    Key(Stride),
    /// The value of another variable.
    Variable(Path),
}
