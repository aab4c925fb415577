//! Expressions, lowered.

use std::collections::HashMap;

use tera::Value;
use tera1::ast;

use super::paths::path;
use super::{Binary, Call, Compare, Expr, Fill, MacroCall, Test};

/// Lowers an expression with its filters.
pub(super) fn expression(expr: &ast::Expr) -> Expr {
    let default = expr
        .filters
        .first()
        .filter(|filter| filter.name == "default")
        .map(|filter| {
            filter
                .args
                .get("value")
                .map(|value| Box::new(expression(value)))
        });
    let safe = expr
        .filters
        .last()
        .is_some_and(|filter| filter.name == "safe");
    let filters = expr
        .filters
        .iter()
        .filter(|filter| filter.name != "safe" && filter.name != "default")
        .map(call)
        .collect();
    Expr {
        fill: fill(&expr.val),
        negated: expr.negated,
        filters,
        default,
        safe,
    }
}

fn boxed(expr: &ast::Expr) -> Box<Expr> {
    Box::new(expression(expr))
}

fn fill(value: &ast::ExprVal) -> Fill {
    match value {
        ast::ExprVal::String(text) => Fill::Text(Value::from(text.as_str())),
        ast::ExprVal::Int(number) => Fill::Literal(Value::from(*number)),
        ast::ExprVal::Float(number) => Fill::Literal(Value::from(*number)),
        ast::ExprVal::Bool(flag) => Fill::Literal(Value::from(*flag)),
        ast::ExprVal::Ident(written) => Fill::Path(path(written)),
        ast::ExprVal::Math(math) => Fill::Math {
            left: boxed(&math.lhs),
            right: boxed(&math.rhs),
            operator: match math.operator {
                ast::MathOperator::Add => Binary::Add,
                ast::MathOperator::Sub => Binary::Subtract,
                ast::MathOperator::Mul => Binary::Multiply,
                ast::MathOperator::Div => Binary::Divide,
                ast::MathOperator::Modulo => Binary::Remainder,
            },
        },
        ast::ExprVal::Logic(logic) => logical(logic),
        ast::ExprVal::Test(test) => Fill::Test(Test {
            subject: path(&test.ident),
            name: test.name.clone(),
            negated: test.negated,
            arguments: test.args.iter().map(expression).collect(),
        }),
        ast::ExprVal::MacroCall(called) => Fill::Macro(MacroCall {
            namespace: called.namespace.clone(),
            name: called.name.clone(),
            arguments: arguments(&called.args),
        }),
        ast::ExprVal::FunctionCall(called) => Fill::Function(call(called)),
        ast::ExprVal::Array(items) => Fill::Array(items.iter().map(expression).collect()),
        ast::ExprVal::StringConcat(concat) => {
            Fill::Concat(concat.values.iter().map(fill).collect())
        }
        ast::ExprVal::In(condition) => Fill::In {
            needle: boxed(&condition.lhs),
            haystack: boxed(&condition.rhs),
            negated: condition.negated,
        },
    }
}

fn logical(logic: &ast::LogicExpr) -> Fill {
    let (left, right) = (boxed(&logic.lhs), boxed(&logic.rhs));
    let operator = match logic.operator {
        ast::LogicOperator::And => return Fill::And(left, right),
        ast::LogicOperator::Or => return Fill::Or(left, right),
        ast::LogicOperator::Eq => Compare::Equal,
        ast::LogicOperator::NotEq => Compare::Different,
        ast::LogicOperator::Lt => Compare::Less,
        ast::LogicOperator::Lte => Compare::LessOrEqual,
        ast::LogicOperator::Gt => Compare::Greater,
        ast::LogicOperator::Gte => Compare::GreaterOrEqual,
    };
    Fill::Compare {
        left,
        right,
        operator,
    }
}

/// Lowers a call.
pub(super) fn call(called: &ast::FunctionCall) -> Call {
    Call {
        name: called.name.clone(),
        arguments: arguments(&called.args),
    }
}

/// Arguments by name, so that the order of their evaluation is the same in every run.
fn arguments(written: &HashMap<String, ast::Expr>) -> Vec<(String, Expr)> {
    let mut names: Vec<&String> = written.keys().collect();
    names.sort();
    names
        .into_iter()
        .filter_map(|name| {
            written
                .get(name)
                .map(|value| (name.clone(), expression(value)))
        })
        .collect()
}
