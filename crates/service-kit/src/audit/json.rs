//! One text for one JSON value: members by the bytes of their names, no white space, strings and
//! numbers as Postgres prints them.
//!
//! Numbers stay text, because `jsonb` holds more digits than any number type of ours. There is no
//! recursion: a row that is nested without end must not stop the seals of all others.

/// The canonical text of a `jsonb` value as Postgres prints it. What is no JSON stays as it is:
/// every row has to be sealed, and this text is hashed, never parsed again.
#[must_use]
pub fn canonical(text: &str) -> String {
    Parser { rest: text, open: Vec::new() }.run().unwrap_or_else(|| text.to_owned())
}

struct Parser<'a> {
    rest: &'a str,
    open: Vec<Open<'a>>,
}

/// A value that has begun and not ended.
enum Open<'a> {
    Array(Vec<String>),
    Object { members: Vec<(&'a str, String)>, name: &'a str },
}

impl<'a> Parser<'a> {
    fn run(mut self) -> Option<String> {
        loop {
            let mut value = match self.begin()? {
                Some(value) => value,
                None => continue,
            };
            loop {
                match self.place(value)? {
                    Placed::Last(text) => {
                        return self.rest.trim_ascii().is_empty().then_some(text);
                    }
                    Placed::Next => break,
                    Placed::Closed(closed) => value = closed,
                }
            }
        }
    }

    /// Reads a scalar or an empty container, or opens a container.
    fn begin(&mut self) -> Option<Option<String>> {
        if self.take('{') {
            if self.take('}') {
                return Some(Some("{}".to_owned()));
            }
            let name = self.name()?;
            self.open.push(Open::Object { members: Vec::new(), name });
            return Some(None);
        }
        if self.take('[') {
            if self.take(']') {
                return Some(Some("[]".to_owned()));
            }
            self.open.push(Open::Array(Vec::new()));
            return Some(None);
        }
        Some(Some(self.scalar()?.to_owned()))
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, value: String) -> Option<Placed> {
        match self.open.pop() {
            None => Some(Placed::Last(value)),
            Some(Open::Array(mut items)) => {
                items.push(value);
                if self.take(',') {
                    self.open.push(Open::Array(items));
                    return Some(Placed::Next);
                }
                self.take(']').then(|| Placed::Closed(format!("[{}]", items.join(","))))
            }
            Some(Open::Object { mut members, name }) => {
                members.push((name, value));
                if self.take(',') {
                    let name = self.name()?;
                    self.open.push(Open::Object { members, name });
                    return Some(Placed::Next);
                }
                self.take('}').then(|| Placed::Closed(object(members)))
            }
        }
    }

    fn name(&mut self) -> Option<&'a str> {
        let name = self.scalar()?;
        (name.starts_with('"') && self.take(':')).then_some(name)
    }

    /// A string with its quotes, or a number, `true`, `false`, `null`.
    fn scalar(&mut self) -> Option<&'a str> {
        self.rest = self.rest.trim_ascii_start();
        let end = match self.rest.strip_prefix('"') {
            Some(inside) => end_of_string(inside)? + 1,
            None => {
                self.rest.find([',', ']', '}', ':', '"', '[', '{', ' ']).unwrap_or(self.rest.len())
            }
        };
        let (scalar, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!scalar.is_empty()).then_some(scalar)
    }

    fn take(&mut self, wanted: char) -> bool {
        match self.rest.trim_ascii_start().strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

enum Placed {
    Last(String),
    Next,
    Closed(String),
}

/// How many bytes there are up to and with the closing quote.
fn end_of_string(inside: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn object(mut members: Vec<(&str, String)>) -> String {
    members.sort();
    let members: Vec<_> = members.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    format!("{{{}}}", members.join(","))
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn one_value_has_one_text() {
        for (given, expected) in [
            (r#"{"b": 1, "aa": [1, 2.50, {}], "a": null}"#, r#"{"a":null,"aa":[1,2.50,{}],"b":1}"#),
            (
                r#"{"a": {"d": "x, \"}]", "c": [[], [true]]}}"#,
                r#"{"a":{"c":[[],[true]],"d":"x, \"}]"}}"#,
            ),
            (" 12345678901234567890.000 ", "12345678901234567890.000"),
            (r#""a b""#, r#""a b""#),
            ("[]", "[]"),
            (r#"["é", "\\"]"#, r#"["é","\\"]"#),
        ] {
            assert_eq!(canonical(given), expected);
            assert_eq!(canonical(expected), expected);
        }
    }

    #[test]
    fn what_is_no_json_stays_as_it_is() {
        for odd in ["", "{", "[1", "[1 2]", r#"{"a"}"#, r#"{1: 2}"#, r#""a"#, "1 2", "[,]", "}"] {
            assert_eq!(canonical(odd), odd);
        }
    }

    #[test]
    fn depth_is_no_fault() {
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        assert_eq!(canonical(&deep).len(), deep.len());
    }
}
