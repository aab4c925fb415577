//! Calls of filters, functions and macros.

use std::time::Instant;

use tera::Value;

use super::Renderer;
use super::stack::FrameKind;
use crate::fields::nearest;
use crate::template::arguments::Arguments;
use crate::template::compile::{Call, Compiled, Expr, Macro, MacroCall};
use crate::template::fault::{Fault, Rendering};
use crate::template::{filters, functions, limits};

impl<'a> Renderer<'a> {
    /// Applies a filter; says whether its result is to be escaped.
    pub(super) fn filter(&mut self, value: &Value, call: &'a Call) -> Rendering<(Value, bool)> {
        let Some(filter) = filters::find(&call.name) else {
            let fault = Fault::new(format!("There is no filter `{}`", call.name));
            return Err(match nearest(&call.name, filters::names()) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault.hint("take it away, or write a filter of Tera 1 or Zola 0.22"),
            });
        };
        let arguments = self.arguments(&call.arguments)?;
        let arguments = Arguments::new("filter", &call.name, &arguments);
        let value =
            filter(value, &arguments, self.scope).map_err(|fault| fault.of_filter(&call.name))?;
        limits::text(value.as_str().map_or(0, str::len))?;
        Ok((value, true))
    }

    /// Calls a function; says whether its result is to be escaped.
    pub(super) fn function(&mut self, call: &'a Call) -> Rendering<(Value, bool)> {
        let Some(function) = functions::find(&call.name) else {
            if call.name == "super" {
                return Err(Fault::new("super() stands outside a block")
                    .hint("write it within a {% block %} that the template above has too"));
            }
            let fault = Fault::new(format!("There is no function `{}`", call.name));
            return Err(match nearest(&call.name, functions::names()) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault.hint(
                    "take it away, or write a function of Zola 0.22; a macro needs the name of its import: m::name()",
                ),
            });
        };
        let arguments = self.arguments(&call.arguments)?;
        let arguments = Arguments::new("function", &call.name, &arguments);
        let value = (function.call)(&arguments, self.scope)
            .map_err(|fault| fault.of_function(&call.name))?;
        Ok((value, !function.safe))
    }

    fn arguments(&mut self, written: &'a [(String, Expr)]) -> Rendering<Vec<(&'a str, Value)>> {
        let mut arguments = Vec::with_capacity(written.len());
        for (name, expr) in written {
            arguments.push((name.as_str(), self.unescaped(expr)?));
        }
        Ok(arguments)
    }

    /// Renders a macro: it sees its arguments and the template's own variables, nothing else.
    pub(super) fn call_macro(&mut self, call: &'a MacroCall, out: &mut String) -> Rendering<()> {
        let (template, definition) = self.find_macro(call)?;
        let mut variables = Vec::with_capacity(definition.arguments.len());
        for (name, default) in &definition.arguments {
            let given = call.arguments.iter().find(|(given, _)| given == name);
            let value = match (given, default) {
                (Some((_, value)), _) => self.unescaped(value)?,
                (None, Some(default)) => self.unescaped(default)?,
                (None, None) => {
                    return Err(Fault::new(format!(
                        "The macro `{}` needs its argument `{name}`",
                        call.name
                    ))
                    .hint(format!(
                        "write {}::{}({name}=…), or give it a default where the macro is defined",
                        call.namespace, call.name
                    )));
                }
            };
            variables.push((name.as_str(), value));
        }
        self.steps.step(out)?;
        self.stack.push(FrameKind::Macro, template, variables);
        let start = Instant::now();
        let done = self.deeper(template, |renderer| renderer.body(&definition.body, out));
        self.spent(template, start);
        self.stack.pop();
        done
    }

    /// A macro is looked for where Tera 1 looks: in what the template of the last block imports, not
    /// in what the file that calls it does.
    fn find_macro(&self, call: &MacroCall) -> Rendering<(&'a Compiled, &'a Macro)> {
        let caller = match self.blocks.last() {
            Some(block) => block.template,
            None if self.main.name != self.root.name => self.root.name.as_str(),
            None => self.stack.template().name.as_str(),
        };
        let templates = self.templates;
        let found = templates
            .macros(caller, &call.namespace)
            .and_then(|file| templates.compiled(file));
        let Some(template) = found else {
            let file = templates
                .compiled(caller)
                .map_or(&self.here.file, |caller| &caller.file);
            return Err(Fault::new(format!(
                "No file of macros is imported as `{}` here",
                call.namespace
            ))
            .hint(format!(
                "write {{% import \"macros.html\" as {} %}} at the head of {file}",
                call.namespace
            )));
        };
        match template.macros.get(&call.name) {
            Some(definition) => Ok((template, definition)),
            None => {
                let fault = Fault::new(format!(
                    "There is no macro `{}` in {}",
                    call.name, template.file
                ));
                let names = template.macros.keys().map(String::as_str);
                Err(match nearest(&call.name, names) {
                    Some(near) => fault.hint(format!("did you mean `{near}`?")),
                    None => fault.hint(format!(
                        "define it there with {{% macro {}() %}}",
                        call.name
                    )),
                })
            }
        }
    }
}
