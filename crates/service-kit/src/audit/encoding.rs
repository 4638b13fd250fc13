//! Values in a row, so that no two lists of values become the same bytes: each has its length in
//! front.

use sha2::{Digest, Sha256};

use super::Hash;

/// A hash in the making. What it is a hash of stands first, so that a hash of one kind can never
/// be taken for one of another.
pub(super) struct Encoder(Vec<u8>);

impl Encoder {
    pub(super) fn new(domain: &str) -> Self {
        Self(Vec::new()).bytes(domain.as_bytes())
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend((bytes.len() as u64).to_be_bytes());
        self.0.extend(bytes);
        self
    }

    pub(super) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    pub(super) fn number(self, number: i64) -> Self {
        self.bytes(&number.to_be_bytes())
    }

    /// Nothing is told from an empty value by the byte before it.
    pub(super) fn optional(mut self, bytes: Option<&[u8]>) -> Self {
        self.0.push(u8::from(bytes.is_some()));
        match bytes {
            Some(bytes) => self.bytes(bytes),
            None => self,
        }
    }

    /// The values themselves, to be signed.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn hash(self) -> Hash {
        Sha256::digest(self.0).into()
    }
}
