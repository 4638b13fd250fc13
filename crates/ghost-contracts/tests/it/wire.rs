//! What every test of a wire type needs.

use ghost_contracts::{EmailAddress, PersonName};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An address that is one.
pub fn email(text: &str) -> EmailAddress {
    text.parse().expect("an e-mail address")
}

/// A name that is one.
pub fn name(text: &str) -> PersonName {
    text.parse().expect("a name")
}

/// Whether `T` can be read from this JSON.
pub fn reads<T: DeserializeOwned>(json: &Value) -> bool {
    serde_json::from_slice::<T>(json.to_string().as_bytes()).is_ok()
}

/// Writes a value, reads it and writes it again: nothing may be lost on the way.
pub fn survives<T: Serialize + DeserializeOwned>(value: &T) {
    let text = serde_json::to_string(value).expect("it can be written");
    let back: T = serde_json::from_str(&text).expect("it can be read");
    assert_eq!(serde_json::to_string(&back).expect("it can be written again"), text);
}

/// Everything that a request of ours must refuse: each member missing, null, or of a wrong
/// type, one member more, one twice, and the members as an array.
///
/// `sound` is a request that is accepted; `optional` names the members that may be absent.
pub fn is_strict<T: DeserializeOwned>(sound: &Value, optional: &[&str]) {
    assert!(reads::<T>(sound), "a sound request is refused: {sound}");
    let members = sound.as_object().expect("an object");
    for (name, value) in members {
        let mut without = members.clone();
        without.remove(name);
        let accepted = reads::<T>(&Value::Object(without));
        assert_eq!(accepted, optional.contains(&name.as_str()), "without `{name}`");

        for wrong in [serde_json::json!(7.5), Value::Null] {
            if wrong.is_null() && optional.contains(&name.as_str()) {
                continue;
            }
            let mut mistyped = members.clone();
            mistyped.insert(name.clone(), wrong);
            assert!(!reads::<T>(&Value::Object(mistyped)), "`{name}` of a wrong type is accepted");
        }

        let twice = format!("{{\"{name}\":{value},{}", &sound.to_string()[1..]);
        assert!(serde_json::from_str::<T>(&twice).is_err(), "`{name}` twice is accepted");
    }
    let mut surplus = members.clone();
    surplus.insert("force".to_owned(), Value::Bool(true));
    assert!(!reads::<T>(&Value::Object(surplus)), "an unknown member is accepted");

    let positional: Vec<Value> = members.values().cloned().collect();
    for array in [Value::Array(positional), serde_json::json!([]), serde_json::json!([sound])] {
        assert!(!reads::<T>(&array), "an array is accepted: {array}");
    }
    assert!(!reads::<T>(&Value::Null), "null is accepted");
    assert!(!reads::<T>(&serde_json::json!(sound.to_string())), "a string is accepted");
}

/// An answer with a member that this version does not know must still be read.
pub fn is_patient<T: DeserializeOwned>(answer: &Value) {
    let mut newer = answer.as_object().expect("an object").clone();
    newer.insert("from_a_newer_service".to_owned(), serde_json::json!({ "deep": [1] }));
    assert!(reads::<T>(&Value::Object(newer)), "an unknown member is refused: {answer}");
    for name in answer.as_object().expect("an object").keys() {
        let mut without = answer.as_object().expect("an object").clone();
        without.remove(name);
        assert!(!reads::<T>(&Value::Object(without)), "an answer without `{name}` is read");
    }
}
