//! What the provider reports of a mail after it took it.

use chrono::{DateTime, Utc};
use utoipa::ToSchema;

use crate::domain::mail::UnknownName;
use crate::domain::mail_detail::Detail;

/// How far a mail has come after the provider took it. The order is that of the words: an event
/// only moves a mail forward, so the furthest counts, whatever came last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Delivery {
    /// The receiving server put it off; the provider keeps trying.
    Delayed,
    /// The receiving server took it.
    Delivered,
    /// It came back, or nobody tries any more.
    Bounced,
    /// The recipient, or their mail program, reported it as spam.
    Complained,
}

impl Delivery {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Delayed, Self::Delivered, Self::Bounced, Self::Complained];

    /// The name in the database and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
        }
    }
}

impl TryFrom<String> for Delivery {
    type Error = UnknownName;

    fn try_from(name: String) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|delivery| delivery.as_str() == name).ok_or(UnknownName(name))
    }
}

/// The longest message id that is looked at, in bytes. Postmark's are UUIDs.
const LONGEST_ID: usize = 100;

/// The provider's id of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageId(String);

impl MessageId {
    /// An id of 1 to 100 visible ASCII characters. Nothing else can be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        let bounded = (1..=LONGEST_ID).contains(&text.len());
        (visible && bounded).then(|| Self(text.to_owned()))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What kind of report it is, as the provider names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordType {
    /// The receiving server took the mail.
    Delivery,
    /// Something came back.
    Bounce,
    /// The mail was reported as spam.
    SpamComplaint,
}

impl RecordType {
    /// The provider's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivery => "Delivery",
            Self::Bounce => "Bounce",
            Self::SpamComplaint => "SpamComplaint",
        }
    }
}

/// One report. Message, record type and bounce id together tell a repetition.
#[derive(Debug, Clone)]
pub struct MailEvent {
    /// Which message.
    pub message: MessageId,
    /// What kind of report.
    pub record_type: RecordType,
    /// The provider's number for a bounce or complaint; 0 where there is none.
    pub bounce_id: i64,
    /// How far it moves the mail.
    pub delivery: Delivery,
    /// What the receiving server said.
    pub detail: Option<Detail>,
    /// When it happened; nothing where the provider does not say it intelligibly.
    pub occurred_at: Option<DateTime<Utc>>,
}

/// What a bounce of this type means for the mail, by Postmark's list
/// (<https://postmarkapp.com/developer/api/bounce-api#bounce-types>); `None` where it says nothing
/// about a mail of ours. `inactive` is Postmark's word that it sends nothing to the address any
/// more, which makes an end of what would otherwise pass.
///
/// A soft bounce is an end too: the cause may pass, but Postmark has given this mail up by then.
/// So is a type that is not on the list, since something did come back.
#[must_use]
pub fn meaning_of_bounce(name: &str, inactive: bool) -> Option<Delivery> {
    let meaning = match name {
        "Transient" | "DnsError" => Delivery::Delayed,
        // Answers from a mailbox: the mail must have reached it.
        "AutoResponder" | "Subscribe" | "Unsubscribe" | "AddressChange" => Delivery::Delivered,
        "SpamComplaint" => Delivery::Complained,
        // Somebody else's test, and mail that came in.
        "OpenRelayTest" | "InboundError" => return None,
        // HardBounce, SoftBounce, SpamNotification, VirusNotification, ChallengeVerification,
        // BadEmailAddress, ManuallyDeactivated, Unconfirmed, Blocked, SMTPApiError, DMARCPolicy,
        // TemplateRenderingFailed, Unknown, and whatever is added to the list.
        _ => Delivery::Bounced,
    };
    let ended = inactive && meaning == Delivery::Delayed;
    Some(if ended { Delivery::Bounced } else { meaning })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_postmarks_list_has_a_meaning() {
        use Delivery::{Bounced, Complained, Delayed, Delivered};
        for (name, meaning) in [
            ("HardBounce", Some(Bounced)),
            ("Transient", Some(Delayed)),
            ("Unsubscribe", Some(Delivered)),
            ("Subscribe", Some(Delivered)),
            ("AutoResponder", Some(Delivered)),
            ("AddressChange", Some(Delivered)),
            ("DnsError", Some(Delayed)),
            ("SpamNotification", Some(Bounced)),
            ("OpenRelayTest", None),
            ("Unknown", Some(Bounced)),
            ("SoftBounce", Some(Bounced)),
            ("VirusNotification", Some(Bounced)),
            ("ChallengeVerification", Some(Bounced)),
            ("BadEmailAddress", Some(Bounced)),
            ("SpamComplaint", Some(Complained)),
            ("ManuallyDeactivated", Some(Bounced)),
            ("Unconfirmed", Some(Bounced)),
            ("Blocked", Some(Bounced)),
            ("SMTPApiError", Some(Bounced)),
            ("InboundError", None),
            ("DMARCPolicy", Some(Bounced)),
            ("TemplateRenderingFailed", Some(Bounced)),
            ("AddedByPostmarkTomorrow", Some(Bounced)),
            ("", Some(Bounced)),
        ] {
            assert_eq!(meaning_of_bounce(name, false), meaning, "{name}");
        }
    }

    #[test]
    fn what_would_pass_is_an_end_where_the_address_was_made_inactive() {
        assert_eq!(meaning_of_bounce("Transient", true), Some(Delivery::Bounced));
        assert_eq!(meaning_of_bounce("AutoResponder", true), Some(Delivery::Delivered));
        assert_eq!(meaning_of_bounce("SpamComplaint", true), Some(Delivery::Complained));
    }

    #[test]
    fn a_mail_moves_from_delayed_to_delivered_to_bounced_to_complained() {
        let names = ["delayed", "delivered", "bounced", "complained"];
        let all = names.map(|name| Delivery::try_from(name.to_owned()).unwrap());
        assert!(all.is_sorted());
        assert_eq!(all.map(Delivery::as_str), names);
        assert!(Delivery::try_from("opened".to_owned()).is_err());
    }

    #[test]
    fn what_cannot_be_an_id_of_ours_is_none() {
        let uuid = "883953f4-6105-42a2-a16a-77a8eac79483";
        assert_eq!(MessageId::parse(uuid).unwrap().as_str(), uuid);
        for text in ["", "a b", "a\0b", "ä", &"a".repeat(101)] {
            assert_eq!(MessageId::parse(text), None, "{text:?}");
        }
    }
}
