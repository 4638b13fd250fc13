//! Postmark's reports as the OpenAPI document has them: what is read of each kind.

use serde::Serialize;
use utoipa::ToSchema;

/// A report as the document describes it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = MailReport)]
#[expect(dead_code, reason = "it is only described")]
pub enum Described {
    /// The receiving server took the mail.
    Delivery(DescribedDelivery),
    /// Something came back, or the mail was reported as spam.
    Bounce(DescribedBounce),
    /// Whatever else it reports is passed over, and none of its other members is read.
    Other(DescribedOther),
}

/// The receiving server took the mail.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = MailDelivery)]
pub struct DescribedDelivery {
    /// Always that.
    #[schema(pattern = "^Delivery$")]
    record_type: String,
    /// Which mail.
    #[serde(rename = "MessageID")]
    message_id: Option<String>,
    /// When.
    delivered_at: Option<String>,
    /// What the receiving server said.
    details: Option<String>,
}

/// Something came back, or the mail was reported as spam.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = MailBounce)]
pub struct DescribedBounce {
    /// Which of the two.
    #[schema(pattern = "^(Bounce|SpamComplaint)$")]
    record_type: String,
    /// Which mail.
    #[serde(rename = "MessageID")]
    message_id: Option<String>,
    /// Which bounce.
    #[serde(rename = "ID")]
    id: Option<i64>,
    /// The kind of bounce.
    #[serde(rename = "Type")]
    kind: Option<String>,
    /// The same in words.
    name: Option<String>,
    /// What the provider says of it.
    description: Option<String>,
    /// What the receiving server said.
    details: Option<String>,
    /// When.
    bounced_at: Option<String>,
    /// Whether the provider sends nothing to that address any more.
    inactive: Option<bool>,
}

/// Opens, clicks, changes of subscriptions, and what may be added.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = OtherMailReport)]
pub struct DescribedOther {
    /// Any other.
    #[schema(pattern = "^(?!(Delivery|Bounce|SpamComplaint)$)")]
    record_type: String,
}
