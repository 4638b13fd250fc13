//! An OpenAPI 3.1 document from the annotations at the handlers, and what those need not repeat:
//! the errors that a whole area of a service can answer, each with its body, and who may call.
//!
//! A handler names the errors of its own by the extension [`ERRORS`], a JSON array of
//! [`ErrorCode`]s. [`Document::finish`] turns them, and the general ones of the area, into the
//! operation's responses: one a status, with a schema for each code.

use ghost_contracts::error::ErrorCode;
use serde_json::{Map, Value, json};
use utoipa::openapi::{OpenApi, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

mod answers;
mod words;

/// The extension of `#[utoipa::path]` that names the errors of an operation. It is not left in
/// the document.
pub const ERRORS: &str = "x-errors";

/// What is known of an operation before its errors are written.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The path, with its parameters in braces.
    pub path: &'a str,
    /// `get` or `post`.
    pub method: &'a str,
}

/// What holds for a whole area of a service.
#[derive(Debug, Clone, Default)]
pub struct Area {
    /// The errors that its operations share. Those of bodies and of heads are known here.
    pub errors: Vec<ErrorCode>,
    /// The name of the security scheme, where one is asked for.
    pub security: Option<&'static str>,
}

/// The further members of a code's body.
#[derive(Clone)]
pub struct Details {
    code: ErrorCode,
    name: String,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Details {
    /// The members of `T` belong to the bodies with `code`.
    #[must_use]
    pub fn of<T: ToSchema + PartialSchema>(code: ErrorCode) -> Self {
        let name = T::name().into_owned();
        let mut schemas = vec![(name.clone(), T::schema())];
        T::schemas(&mut schemas);
        Self { code, name, schemas }
    }
}

/// A document in the making.
pub struct Document {
    /// What the annotations say.
    pub api: OpenApi,
    /// What holds for the area in which an operation is.
    pub area: fn(Asked<'_>) -> Area,
    /// The security schemes by name, as the document has them.
    pub security: Value,
    /// What some codes bring besides.
    pub details: Vec<Details>,
}

impl Document {
    /// The document, whole.
    ///
    /// # Errors
    /// Where an annotation names what is no error code, or cannot be written as JSON.
    pub fn finish(self) -> serde_json::Result<Value> {
        let mut document = serde_json::to_value(&self.api)?;
        words::tidy(&mut document);
        let mut known = answers::Known::new(&self.details);
        for (path, item) in members(document.get_mut("paths")) {
            for (method, operation) in members(Some(item)) {
                let asked = Asked { path, method };
                describe(operation, asked, (self.area)(asked), &mut known)?;
            }
        }
        let (mut schemas, responses) = known.components()?;
        words::tidy(&mut schemas);
        let Some(root) = document.as_object_mut() else { return Ok(document) };
        let components = root.entry("components").or_insert_with(|| json!({}));
        if let Some(components) = components.as_object_mut() {
            components.insert("securitySchemes".to_owned(), self.security);
            components.insert("responses".to_owned(), responses);
            let all = components.entry("schemas").or_insert_with(|| json!({}));
            if let (Some(all), Value::Object(schemas)) = (all.as_object_mut(), schemas) {
                all.extend(schemas);
            }
        }
        Ok(document)
    }
}

/// The document as it is checked in.
///
/// # Errors
/// Those of the format.
pub fn to_text(document: &Value) -> serde_json::Result<String> {
    serde_json::to_string_pretty(document).map(|text| text + "\n")
}

/// The members of an object, to be changed.
fn members(value: Option<&mut Value>) -> impl Iterator<Item = (&str, &mut Value)> {
    let members = value.and_then(Value::as_object_mut);
    members.into_iter().flat_map(Map::iter_mut).map(|(name, value)| (name.as_str(), value))
}

/// Adds the errors, the security and what a body that may be absent needs.
fn describe(
    operation: &mut Value,
    asked: Asked<'_>,
    area: Area,
    known: &mut answers::Known<'_>,
) -> serde_json::Result<()> {
    let Some(operation) = operation.as_object_mut() else { return Ok(()) };
    let own = operation.remove(ERRORS).unwrap_or_else(|| json!([]));
    let mut codes: Vec<ErrorCode> = serde_json::from_value(own)?;
    codes.extend(area.errors);
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        parameter.get_mut("schema").map(take_null_out);
    }
    if let Some(body) = operation.get_mut("requestBody") {
        allow_none(body);
        codes.extend([
            ErrorCode::InvalidRequest,
            ErrorCode::PayloadTooLarge,
            ErrorCode::UnsupportedMediaType,
        ]);
    }
    // A path that is written with escapes is none of ours.
    if asked.path.contains('{') {
        codes.push(ErrorCode::NotFound);
    }
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    if let Some(responses) = responses.as_object_mut() {
        known.add(&codes, responses);
    }
    if let Some(scheme) = area.security {
        let mut needed = Map::new();
        needed.insert(scheme.to_owned(), json!([]));
        operation.insert("security".to_owned(), json!([needed]));
    }
    Ok(())
}

/// A body that is an `Option` may be absent, but is never null.
fn allow_none(body: &mut Value) {
    let mut may_be_absent = false;
    for (_, media) in members(body.get_mut("content")) {
        may_be_absent |= media.get_mut("schema").is_some_and(take_null_out);
    }
    if let (true, Some(body)) = (may_be_absent, body.as_object_mut()) {
        body.insert("required".to_owned(), json!(false));
    }
}

/// The schema of an `Option` allows null, which neither an address nor a form can hold. Says
/// whether it did.
fn take_null_out(schema: &mut Value) -> bool {
    let null = json!("null");
    if let Some(types) = schema.get("type").and_then(Value::as_array) {
        let mut others = types.iter().filter(|one| **one != null).cloned();
        let (Some(other), true) = (others.next(), types.contains(&null)) else { return false };
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("type".to_owned(), other);
        }
        return true;
    }
    let choices = schema.get("oneOf").and_then(Value::as_array);
    let (Some(choices), is_null) = (choices, |one: &Value| one.get("type") == Some(&null)) else {
        return false;
    };
    let other = choices.iter().find(|one| !is_null(one)).cloned();
    let (Some(other), true) = (other, choices.iter().any(is_null)) else { return false };
    *schema = other;
    true
}
