//! What a shortcode's call looks like; anything else is plain text.
//!
//! `{{ name(key=value, …) }}`, `{% name(…) %} … {% end %}`, and both escaped with `/*` and `*/`.

use tera::Value;

/// A tag found at the head of a text.
#[derive(Debug)]
pub(super) struct Tag<'a> {
    pub(super) kind: Kind<'a>,
    /// Bytes of the whole tag.
    pub(super) len: usize,
}

/// What a tag is.
#[derive(Debug)]
pub(super) enum Kind<'a> {
    /// `{{ name(…) }}`
    Inline(Call<'a>),
    /// `{% name(…) %}`
    Open(Call<'a>),
    /// `{% end %}`
    End,
    /// `{{/* name(…) */}}` and its kin: the text to show.
    Escaped(String),
}

/// Name and arguments.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) name: &'a str,
    pub(super) arguments: Vec<(String, Value)>,
}

/// The tag at the head of `text`, if there is one.
pub(super) fn tag(text: &str) -> Option<Tag<'_>> {
    let (open, close) = if text.starts_with("{{") {
        ("{{", "}}")
    } else if text.starts_with("{%") {
        ("{%", "%}")
    } else {
        return None;
    };
    let mut cursor = Cursor { rest: text };
    cursor.take(open)?;
    let escaped = cursor.take("/*").is_some();
    let inner_from = cursor.rest;
    cursor.blank();
    let call = if open == "{%" && cursor.take_word("end") {
        None
    } else {
        Some(cursor.call()?)
    };
    cursor.blank();
    let inner_len = inner_from.len() - cursor.rest.len();
    if escaped {
        cursor.take("*/")?;
    }
    cursor.take(close)?;
    let len = text.len() - cursor.rest.len();
    let kind = if escaped {
        let inner = inner_from.get(..inner_len).unwrap_or_default();
        Kind::Escaped(format!("{open}{inner}{close}"))
    } else {
        match call {
            None => Kind::End,
            Some(call) if open == "{{" => Kind::Inline(call),
            Some(call) => Kind::Open(call),
        }
    };
    Some(Tag { kind, len })
}

struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    fn take_word(&mut self, word: &str) -> bool {
        let mut ahead = Cursor { rest: self.rest };
        let found = ahead.word() == Some(word) && {
            ahead.blank();
            !ahead.rest.starts_with('(')
        };
        if found {
            self.rest = ahead.rest;
        }
        found
    }

    fn blank(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn word(&mut self) -> Option<&'a str> {
        let first = self.rest.chars().next()?;
        if !(first.is_ascii_alphabetic() || first == '_') {
            return None;
        }
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        Some(word)
    }

    fn call(&mut self) -> Option<Call<'a>> {
        let name = self.word()?;
        self.blank();
        self.take("(")?;
        let mut arguments: Vec<(String, Value)> = Vec::new();
        loop {
            self.blank();
            if self.take(")").is_some() {
                return Some(Call { name, arguments });
            }
            let key = self.word()?.to_owned();
            self.blank();
            self.take("=")?;
            self.blank();
            let value = self.value(0)?;
            match arguments.iter_mut().find(|(known, _)| *known == key) {
                Some((_, old)) => *old = value,
                None => arguments.push((key, value)),
            }
            self.blank();
            // A comma between arguments may be left out, as in Zola.
            let _optional = self.take(",");
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        let first = self.rest.chars().next()?;
        match first {
            '"' | '\'' | '`' => self.string(first).map(Value::from),
            '[' if depth < 8 => self.list(depth),
            '-' | '0'..='9' => self.number(),
            _ => match self.word()? {
                "true" => Some(Value::from(true)),
                "false" => Some(Value::from(false)),
                _ => None,
            },
        }
    }

    fn string(&mut self, quote: char) -> Option<&'a str> {
        let inner = self.rest.strip_prefix(quote)?;
        let (text, rest) = inner.split_once(quote)?;
        self.rest = rest;
        Some(text)
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        self.take("[")?;
        let mut items = Vec::new();
        loop {
            self.blank();
            if self.take("]").is_some() {
                return Some(Value::from(items));
            }
            items.push(self.value(depth + 1)?);
            self.blank();
            if self.take(",").is_none() && !self.rest.starts_with(']') {
                return None;
            }
        }
    }

    fn number(&mut self) -> Option<Value> {
        let end = self
            .rest
            .char_indices()
            .find(|(at, c)| !(c.is_ascii_digit() || *c == '.' || (*at == 0 && *c == '-')))
            .map_or(self.rest.len(), |(at, _)| at);
        let (number, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        let digits = number.strip_prefix('-').unwrap_or(number);
        match digits.split_once('.') {
            Some((whole, part)) => {
                let sound = is_whole(whole) && !part.is_empty() && all_digits(part);
                sound.then(|| number.parse::<f64>().ok().map(Value::from))?
            }
            None => is_whole(digits).then(|| number.parse::<i64>().ok().map(Value::from))?,
        }
    }
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits without a leading zero.
fn is_whole(text: &str) -> bool {
    !text.is_empty() && all_digits(text) && (text == "0" || !text.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::{Kind, tag};

    fn show(text: &str) -> String {
        match tag(text).map(|tag| tag.kind) {
            None => "text".to_owned(),
            Some(Kind::End) => "end".to_owned(),
            Some(Kind::Escaped(text)) => format!("escaped {text}"),
            Some(Kind::Inline(call) | Kind::Open(call)) => {
                let arguments: Vec<String> = call
                    .arguments
                    .iter()
                    .map(|(key, value)| format!("{key}={value}"))
                    .collect();
                format!("{} {}", call.name, arguments.join(";"))
            }
        }
    }

    #[test]
    fn calls() {
        assert_eq!(show("{{ h() }} x"), "h ");
        assert_eq!(
            show("{{h (a=1 b='x y', c=-2.5, d=[1, true,], a=3)}}"),
            "h a=3;b=x y;c=-2.5;d=[1, true]"
        );
        assert_eq!(show("{% quote(by=`me`) %}"), "quote by=me");
        assert_eq!(show("{%end%}"), "end");
        assert_eq!(show("{{/* h(a=1) */}}"), "escaped {{ h(a=1) }}");
        assert_eq!(show("{%/* end */%}"), "escaped {% end %}");
    }

    #[test]
    fn what_is_no_call() {
        for text in [
            "{{ nope }}",
            "{% if x %}",
            "{{ h(a=.5) }}",
            "{{ h(a=01) }}",
            "{{ h(a=null) }}",
            "{{ h(",
            "{{",
            "{{ h(a=\"x) }}",
            "{{/* h() }}",
        ] {
            assert_eq!(show(text), "text", "{text}");
        }
    }
}
