//! What an operator agreed to, as a digest (section 5 of the contracts): one part of 8 characters
//! for the state, one for the user id and one for each child table, so that a comparison can name
//! what has changed.
//!
//! A part is 6 bytes of SHA-256 over its name and its value. It holds no time and no secret: the
//! same account in the same condition has the same plan in every process. Whoever changes how a
//! part is made changes `DOMAIN` too; an older plan then differs in everything, which is safe.

use ghost_contracts::Base64Url;
use ghost_contracts::raptor::{ChildRows, GhostCheck, Plan, PlanError};
use sha2::{Digest, Sha256};

/// Sets these digests apart from all others.
const DOMAIN: &str = "raptor ghost plan 1";

/// How many bytes of a digest make a part; 8 characters of base64url.
const PART_BYTES: usize = 6;

/// How many characters that is.
const PART_CHARACTERS: usize = 8;

/// One thing that a plan speaks of.
struct Part<'a> {
    name: &'a str,
    value: String,
}

impl Part<'_> {
    /// A byte 0, which is in neither text, keeps name and value apart.
    fn digest(&self) -> String {
        let whole = Sha256::digest(format!("{DOMAIN}\0{}\0{}", self.name, self.value));
        let some: Vec<u8> = whole.into_iter().take(PART_BYTES).collect();
        Base64Url::from(some).to_string()
    }
}

fn parts<'a>(check: &GhostCheck, children: &'a [ChildRows]) -> Vec<Part<'a>> {
    let user_id = check.user_id.map_or_else(|| "none".to_owned(), |id| id.to_string());
    let mut parts = vec![
        Part { name: "state", value: check.state.to_string() },
        Part { name: "user_id", value: user_id },
    ];
    parts.extend(
        children.iter().map(|child| Part { name: &child.table, value: child.rows.to_string() }),
    );
    parts
}

/// The plan of an account in this condition.
///
/// # Errors
///
/// [`PlanError`] where there are so many child tables that no plan can hold them.
pub fn of(check: &GhostCheck, children: &[ChildRows]) -> Result<Plan, PlanError> {
    let text: String = parts(check, children).iter().map(Part::digest).collect();
    Plan::parse(&text)
}

/// What is not as `given` says: `state`, `user_id` or names of child tables, in that order.
/// Nothing where all is. Everything where `given` has another number of parts: then another
/// version made it, or nobody.
#[must_use]
pub fn changed(given: &Plan, check: &GhostCheck, children: &[ChildRows]) -> Vec<String> {
    let parts = parts(check, children);
    let comparable = given.as_str().len() == parts.len() * PART_CHARACTERS;
    let given = given.as_str().as_bytes().chunks(PART_CHARACTERS);
    let pairs = parts.iter().zip(given);
    let differing = pairs.filter(|(part, given)| !comparable || part.digest().as_bytes() != *given);
    let names: Vec<String> = differing.map(|(part, _)| part.name.to_owned()).collect();
    if comparable { names } else { parts.iter().map(|part| part.name.to_owned()).collect() }
}

#[cfg(test)]
mod tests;
