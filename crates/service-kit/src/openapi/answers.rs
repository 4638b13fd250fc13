//! Error codes as responses: a schema for each code, a response for each status.

use std::collections::{BTreeMap, BTreeSet};

use ghost_contracts::error::ErrorCode;
use serde_json::{Map, Value, json};

use super::Details;

/// Refusals of a head that is too long: status, name, what the description says.
const HEADS: [(&str, &str, &str); 2] = [
    ("414", "AddressTooLong", "`invalid_request`: path and query hold more than 8 KiB."),
    ("431", "HeadersTooLarge", "`invalid_request`: the headers hold more than 32 KiB."),
];

/// The codes that were named so far.
pub(super) struct Known<'a> {
    details: &'a [Details],
    codes: BTreeMap<&'static str, ErrorCode>,
    alone: BTreeSet<&'static str>,
}

impl<'a> Known<'a> {
    pub(super) fn new(details: &'a [Details]) -> Self {
        // No operation has it: it is the answer where there is none.
        let code = ErrorCode::MethodNotAllowed;
        let (codes, alone) = (BTreeMap::from([(code.as_str(), code)]), [code.as_str()].into());
        Self { details, codes, alone }
    }

    /// Adds a response for each status of `codes`. What the operation says itself of a status
    /// stays its description.
    pub(super) fn add(&mut self, codes: &[ErrorCode], responses: &mut Map<String, Value>) {
        let mut by_status = BTreeMap::<u16, BTreeMap<&'static str, ErrorCode>>::new();
        for code in codes {
            by_status.entry(code.http_status()).or_default().insert(code.as_str(), *code);
        }
        for (status, codes) in by_status {
            let own = responses.get(&status.to_string()).and_then(|own| own.get("description"));
            let response = match (codes.keys().next(), own) {
                (Some(only), None) if codes.len() == 1 => {
                    self.alone.insert(only);
                    json!({"$ref": format!("#/components/responses/{}", name(only))})
                }
                (_, own) => {
                    let mut response = self.response(&codes.values().copied().collect::<Vec<_>>());
                    if let (Some(own), Some(response)) = (own, response.as_object_mut()) {
                        response.insert("description".into(), own.clone());
                    }
                    response
                }
            };
            self.codes.extend(codes);
            responses.insert(status.to_string(), response);
        }
        for (status, name, _) in HEADS {
            let response = json!({"$ref": format!("#/components/responses/{name}")});
            responses.insert(status.to_owned(), response);
        }
    }

    /// The schemas and the responses that operations refer to.
    pub(super) fn components(&self) -> serde_json::Result<(Value, Value)> {
        let (mut schemas, mut responses) = (Map::new(), Map::new());
        for (text, code) in &self.codes {
            schemas.insert(name(text), self.schema(*code));
            if self.alone.contains(text) {
                responses.insert(name(text), self.response(&[*code]));
            }
            for details in self.details.iter().filter(|details| details.code == *code) {
                for (name, schema) in &details.schemas {
                    schemas.insert(name.clone(), serde_json::to_value(schema)?);
                }
            }
        }
        for (_, name, description) in HEADS {
            let mut response = self.response(&[ErrorCode::InvalidRequest]);
            if let Some(response) = response.as_object_mut() {
                response.insert("description".to_owned(), description.into());
            }
            responses.insert(name.to_owned(), response);
        }
        Ok((schemas.into(), responses.into()))
    }

    /// What an error of that code has in its body.
    fn schema(&self, code: ErrorCode) -> Value {
        let text = |description: &str| json!({"type": "string", "description": description});
        let mut properties = Map::new();
        properties.insert("error".into(), json!({"type": "string", "const": code.as_str()}));
        properties.insert("message".into(), text("One sentence for a person."));
        let mut required = vec!["error", "message"];
        if code.http_status() == 500 {
            properties.insert("request_id".into(), text("Names this request in the log."));
            required.push("request_id");
        }
        let body = json!({
            "type": "object",
            "description": code.message(),
            "properties": properties,
            "required": required,
        });
        match self.details.iter().find(|details| details.code == code) {
            Some(details) => {
                let more = json!({"$ref": format!("#/components/schemas/{}", details.name)});
                json!({"description": code.message(), "allOf": [body, more]})
            }
            None => body,
        }
    }

    /// A response whose body has one of these codes, which have the same status.
    fn response(&self, codes: &[ErrorCode]) -> Value {
        let lines = codes.iter().map(|code| format!("`{}`: {}", code.as_str(), sentence(*code)));
        let reference = |code: &ErrorCode| json!({"$ref": format!("#/components/schemas/{}", name(code.as_str()))});
        let schema = match codes {
            [only] => reference(only),
            many => json!({"oneOf": many.iter().map(reference).collect::<Vec<_>>()}),
        };
        let mut response = Map::new();
        response.insert("description".into(), lines.collect::<Vec<_>>().join("\n\n").into());
        response.insert("content".into(), json!({"application/json": {"schema": schema}}));
        let headers = codes.iter().filter_map(|code| header(*code, codes.len() == 1));
        let headers: Map<String, Value> = headers.collect();
        if !headers.is_empty() {
            response.insert("headers".into(), headers.into());
        }
        response.into()
    }
}

/// `not_found` is called `NotFoundError`, which no other schema is.
fn name(code: &str) -> String {
    let parts = code.split('_').map(|part| {
        let mut letters = part.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    parts.chain(["Error".to_owned()]).collect()
}

/// The code's own sentence, which ends as a sentence does.
fn sentence(code: ErrorCode) -> String {
    let message = code.message();
    if message.ends_with('.') { message.to_owned() } else { format!("{message}.") }
}

/// The header that belongs to a code. It is always there where all bodies of the status have it.
fn header(code: ErrorCode, always: bool) -> Option<(String, Value)> {
    let (name, description, schema) = match code {
        ErrorCode::RateLimited | ErrorCode::ServiceUnavailable | ErrorCode::MidEnrollment => (
            "Retry-After",
            "After how many seconds to try again.",
            json!({"type": "integer", "minimum": 0}),
        ),
        ErrorCode::MethodNotAllowed => {
            ("Allow", "The methods that this address answers.", json!({"type": "string"}))
        }
        ErrorCode::Unauthorized | ErrorCode::Unauthenticated => {
            ("WWW-Authenticate", "What is asked for.", json!({"type": "string"}))
        }
        _ => return None,
    };
    let header = json!({"description": description, "schema": schema, "required": always});
    Some((name.to_owned(), header))
}
