//! Postmark's reports as the OpenAPI document has them: what is read of each kind.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{Bounced, Delivered};

/// A report as the document describes it.
#[derive(Deserialize, ToSchema)]
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
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = MailDelivery)]
#[expect(dead_code, reason = "it is only described")]
pub struct DescribedDelivery {
    /// Always that.
    #[schema(pattern = "^Delivery$")]
    record_type: String,
    #[serde(flatten)]
    members: Delivered,
}

/// Something came back, or the mail was reported as spam.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = MailBounce)]
#[expect(dead_code, reason = "it is only described")]
pub struct DescribedBounce {
    /// Which of the two.
    #[schema(pattern = "^(Bounce|SpamComplaint)$")]
    record_type: String,
    #[serde(flatten)]
    members: Bounced,
}

/// Opens, clicks, changes of subscriptions, and what may be added.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = OtherMailReport)]
#[expect(dead_code, reason = "it is only described")]
pub struct DescribedOther {
    /// Any other.
    #[schema(pattern = "^(?!(Delivery|Bounce|SpamComplaint)$)")]
    record_type: String,
}
