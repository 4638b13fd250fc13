//! The answer to "what is this walkthrough token worth?".

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::RefusalReason;
use crate::{EmailAddress, PersonName};

/// What a walkthrough token is worth. On the wire the boolean `valid` tells the two apart,
/// which serde's own tags cannot express.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Members", into = "Members")]
pub enum WalkthroughVerification {
    /// `"valid": true`: it can be consumed.
    Usable(UsableWalkthrough),
    /// `"valid": false`: it cannot, for this reason.
    Refused(RefusalReason),
}

/// What the walkthrough page needs to know.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct UsableWalkthrough {
    /// Whom the invitation is for.
    pub email: EmailAddress,
    /// What they are called.
    pub name: PersonName,
    /// The current version of the NDA.
    pub nda_version: String,
    /// Its text.
    pub nda_text: String,
    /// Whether this person has acknowledged this version already; they are not asked again.
    pub nda_acknowledged: bool,
}

impl PartialSchema for WalkthroughVerification {
    fn schema() -> RefOr<Schema> {
        let valid = |valid: bool| {
            ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([valid])).build()
        };
        let mut usable = UsableWalkthrough::schema();
        if let RefOr::T(Schema::Object(object)) = &mut usable {
            object.properties.insert("valid".to_owned(), valid(true).into());
            object.required.insert(0, "valid".to_owned());
        }
        let refused = ObjectBuilder::new()
            .property("valid", valid(false))
            .required("valid")
            .property("reason", RefusalReason::schema())
            .required("reason");
        OneOfBuilder::new()
            .description(Some("What a walkthrough token is worth; `valid` tells the two apart."))
            .item(usable)
            .item(refused)
            .into()
    }
}

impl ToSchema for WalkthroughVerification {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((EmailAddress::name().into_owned(), EmailAddress::schema()));
        schemas.push((PersonName::name().into_owned(), PersonName::schema()));
    }
}

/// Everything that either answer may hold.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Members {
    valid: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<EmailAddress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<PersonName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nda_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nda_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nda_acknowledged: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<RefusalReason>,
}

impl From<WalkthroughVerification> for Members {
    fn from(verification: WalkthroughVerification) -> Self {
        match verification {
            WalkthroughVerification::Usable(usable) => Self {
                valid: Some(true),
                email: Some(usable.email),
                name: Some(usable.name),
                nda_version: Some(usable.nda_version),
                nda_text: Some(usable.nda_text),
                nda_acknowledged: Some(usable.nda_acknowledged),
                reason: None,
            },
            WalkthroughVerification::Refused(reason) => {
                Self { valid: Some(false), reason: Some(reason), ..Self::default() }
            }
        }
    }
}

impl TryFrom<Members> for WalkthroughVerification {
    /// The name of the member that is missing.
    type Error = MissingMember;

    fn try_from(members: Members) -> Result<Self, MissingMember> {
        if !members.valid.ok_or(MissingMember("valid"))? {
            return members.reason.map(Self::Refused).ok_or(MissingMember("reason"));
        }
        Ok(Self::Usable(UsableWalkthrough {
            email: members.email.ok_or(MissingMember("email"))?,
            name: members.name.ok_or(MissingMember("name"))?,
            nda_version: members.nda_version.ok_or(MissingMember("nda_version"))?,
            nda_text: members.nda_text.ok_or(MissingMember("nda_text"))?,
            nda_acknowledged: members.nda_acknowledged.ok_or(MissingMember("nda_acknowledged"))?,
        }))
    }
}

/// The answer is neither of the two.
#[derive(Debug, thiserror::Error)]
#[error("missing member `{0}`")]
struct MissingMember(&'static str);
