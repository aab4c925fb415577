//! Filters on lists and maps.

use std::borrow::Cow;
use std::collections::BTreeSet;

use indexmap::IndexMap;
use tera::Value;

use crate::template::arguments::Arguments;
use crate::template::fault::Rendering;
use crate::template::scope::Scope;
use crate::template::values::{self, dotted};
use crate::template::{limits, outline};

pub(super) fn nth(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let items = args.list(value)?;
    if items.is_empty() {
        return Ok(Value::from(""));
    }
    let n = args
        .count("n")?
        .ok_or_else(|| args.fault("needs its argument `n`"))?;
    Ok(items.get(n).cloned().unwrap_or_else(|| Value::from("")))
}

pub(super) fn first(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let items = args.list(value)?;
    Ok(items.first().cloned().unwrap_or_else(|| Value::from("")))
}

pub(super) fn last(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let items = args.list(value)?;
    Ok(items.last().cloned().unwrap_or_else(|| Value::from("")))
}

pub(super) fn join(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let sep = args.text("sep")?.unwrap_or_default();
    let sep = sep.replace("\\n", "\n").replace("\\t", "\t");
    let items = args.list(value)?;
    limits::text(items.len().saturating_mul(sep.len()))?;
    let texts: Vec<String> = items.iter().map(values::printed).collect();
    Ok(Value::from(texts.join(&sep)))
}

pub(super) fn concat(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let mut items = args.list(value)?.to_vec();
    let with = args
        .get("with")
        .ok_or_else(|| args.fault("needs its argument `with`"))?;
    match with.as_array() {
        Some(more) => items.extend(more.iter().cloned()),
        None => items.push(with.clone()),
    }
    let items = Value::from(items);
    limits::list(&items)?;
    Ok(items)
}

pub(super) fn get(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let key = args.required_text("key")?;
    let map = value
        .as_map()
        .ok_or_else(|| args.fault(format!("works on maps, not on {}", values::kind(value))))?;
    let found = values::entry(map, key).or_else(|| args.get("default"));
    found
        .map(|found| outline::unrolled(found).into_owned())
        .ok_or_else(|| {
            args.fault(format!("finds no key `{key}`"))
                .hint("give a value for that case: default=…")
        })
}

pub(super) fn slice(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let items = args.list(value)?;
    let index = |number: f64| {
        let number = if number >= 0.0 {
            number
        } else {
            items.len() as f64 + number
        };
        // Beyond either end is the end.
        number.max(0.0) as usize
    };
    let start = args.decimal("start")?.map_or(0, index);
    let end = args
        .decimal("end")?
        .map_or(items.len(), index)
        .min(items.len());
    Ok(Value::from(
        items.get(start..end).unwrap_or_default().to_vec(),
    ))
}

pub(super) fn map(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let items = args.list(value)?;
    if items.is_empty() {
        return Ok(value.clone());
    }
    let attribute = args.required_text("attribute")?;
    let mapped: Vec<Value> = items
        .iter()
        .filter_map(|item| dotted(item, attribute))
        .filter(|value| !values::is_null(value))
        .map(Cow::into_owned)
        .collect();
    Ok(Value::from(mapped))
}

pub(super) fn filter(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let items = args.list(value)?;
    if items.is_empty() {
        return Ok(value.clone());
    }
    let attribute = args.required_text("attribute")?;
    let wanted = args.get("value").filter(|value| !values::is_null(value));
    let kept: Vec<Value> = items
        .iter()
        .filter(|item| {
            let found = dotted(item, attribute).filter(|value| !values::is_null(value));
            match (found, wanted) {
                (Some(found), Some(wanted)) => values::same(&found, wanted),
                (found, None) => found.is_some(),
                (None, Some(_)) => false,
            }
        })
        .cloned()
        .collect();
    Ok(Value::from(kept))
}

/// A map from the attribute's values, as text, to the items that have them.
pub(super) fn group_by(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let items = args.list(value)?;
    let mut groups: IndexMap<String, Vec<Value>> = IndexMap::new();
    if !items.is_empty() {
        let attribute = args.required_text("attribute")?;
        for item in items {
            let Some(key) = dotted(item, attribute).filter(|key| !values::is_null(key)) else {
                continue;
            };
            let key = match key.as_str() {
                Some(text) => text.to_owned(),
                None => values::json(&key).to_string(),
            };
            groups.entry(key).or_default().push(item.clone());
        }
    }
    let groups: IndexMap<String, Value> = groups
        .into_iter()
        .map(|(key, items)| (key, Value::from(items)))
        .collect();
    Ok(Value::from(groups))
}

/// What a list is sorted by: one kind for all items.
#[derive(Clone, Debug)]
enum SortKey {
    Bool(bool),
    Number(f64),
    Text(String),
    Length(usize),
}

impl SortKey {
    fn of(value: &Value) -> Option<Self> {
        if let Some(flag) = value.as_bool() {
            Some(Self::Bool(flag))
        } else if let Some(text) = value.as_str() {
            Some(Self::Text(text.to_owned()))
        } else if let Some(items) = value.as_array() {
            Some(Self::Length(items.len()))
        } else {
            values::float(value).map(Self::Number)
        }
    }

    fn compare(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Number(a), Self::Number(b)) => Some(a.total_cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Length(a), Self::Length(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

pub(super) fn sort(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let attribute = args.text("attribute")?.unwrap_or_default();
    let mut keyed = Vec::new();
    for item in args.list(value)? {
        let found = dotted(item, attribute)
            .ok_or_else(|| args.fault(format!("finds no `{attribute}` in one of the items")))?;
        let key = SortKey::of(&found)
            .ok_or_else(|| args.fault(format!("cannot sort by {}", values::kind(&found))))?;
        if let Some((first, _)) = keyed.first()
            && key.compare(first).is_none()
        {
            return Err(args.fault("cannot sort values of several kinds"));
        }
        keyed.push((key, item.clone()));
    }
    keyed.sort_by(|(a, _), (b, _)| a.compare(b).unwrap_or(std::cmp::Ordering::Equal));
    Ok(Value::from(
        keyed.into_iter().map(|(_, item)| item).collect::<Vec<_>>(),
    ))
}

pub(super) fn unique(value: &Value, args: &Arguments<'_>, _: &Scope<'_>) -> Rendering<Value> {
    let attribute = args.text("attribute")?.unwrap_or_default();
    let case_sensitive = args.flag("case_sensitive", false)?;
    let items = args.list(value)?;
    let Some(first) = items.first() else {
        return Ok(value.clone());
    };
    let kind_of = |value: &Value| (values::kind(value), value.is_f64());
    let wanted = dotted(first, attribute)
        .ok_or_else(|| args.fault(format!("finds no `{attribute}` in the first item")))?;
    let wanted = kind_of(&wanted);
    if !matches!(wanted, ("a string" | "a boolean" | "a number", false)) {
        return Err(args.fault("tells only strings, whole numbers and booleans apart"));
    }
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for item in items {
        let Some(key) = dotted(item, attribute) else {
            continue;
        };
        if kind_of(&key) != wanted {
            return Err(args.fault("cannot compare values of several kinds"));
        }
        let text = values::printed(&key);
        let text = if case_sensitive {
            text
        } else {
            text.to_lowercase()
        };
        if seen.insert(text) {
            kept.push(item.clone());
        }
    }
    Ok(Value::from(kept))
}
