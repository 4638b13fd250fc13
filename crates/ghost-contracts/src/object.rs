//! Reading an object only from an object.
//!
//! A derived `Deserialize` also takes a struct from a sequence, its members by position:
//! `["a@b.example"]` would pass for `{"email": "a@b.example"}`. Section 2 calls that a wrong
//! type. The request types of this crate refuse it themselves; for request types elsewhere
//! there is [`from_slice`].

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Visitor};
use serde::forward_to_deserialize_any;

/// A deserializer that hands out an object, whatever it is asked for.
///
/// It wraps another one and replaces "a struct, please" by "a map, please", which no format
/// answers with a sequence.
#[derive(Debug)]
pub struct ObjectOnly<D>(pub D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ObjectOnly<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

/// Reads `T` from an object; made for `#[serde(deserialize_with = "…")]`.
///
/// # Errors
///
/// The format's own, also where the value is no object.
pub fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(ObjectOnly(deserializer))
}

/// Reads a whole text, which must be one JSON object and nothing after it, in UTF-8 (RFC 8259,
/// section 8.1) also where nobody looks: `serde_json` skips a member that it was not asked for
/// without a look at its bytes.
///
/// # Errors
///
/// What `serde_json` says of a body that is no JSON, no object, or no `T`. The text can quote
/// the body: it is for nobody but the person who sent it.
pub fn from_slice<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    let text = std::str::from_utf8(body).map_err(serde::de::Error::custom)?;
    let mut json = serde_json::Deserializer::from_str(text);
    let value = deserialize(&mut json)?;
    json.end()?;
    Ok(value)
}

/// Makes types with `#[serde(remote = "Self")]` readable from objects alone.
///
/// With that attribute serde derives inherent functions instead of the traits, and the traits
/// are implemented here around them. The inherent functions are as visible as the type, but
/// nothing calls them besides: serde's formats go by the traits.
macro_rules! objects_only {
    ($($request:ty),+ $(,)?) => {$(
        impl ::serde::Serialize for $request {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <$request>::serialize(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $request {
            fn deserialize<D: ::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                <$request>::deserialize($crate::object::ObjectOnly(from))
            }
        }
    )+};
}

pub(crate) use objects_only;
