//! How a mail stands, in words.

use chrono::{DateTime, Utc};

use crate::db::mail::MailRecord;
use crate::domain::mail::{MailKind, Standing};
use crate::views::badge::{self, Badge};

/// What is said of one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailWords<'a> {
    /// The state as a sign and a word.
    pub badge: Badge,
    /// What happened last, as in "Came back".
    pub happened: &'static str,
    /// When that was; nothing where it has not happened yet.
    pub at: Option<DateTime<Utc>>,
    /// Why, in the words of whoever said so, without a full stop at the end.
    pub why: Option<&'a str>,
    /// When it is tried next.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

/// The words for a mail.
#[must_use]
pub fn words(mail: &MailRecord) -> MailWords<'_> {
    let standing = mail.standing();
    let (happened, at) = match standing {
        Standing::Waiting => ("Written", Some(mail.created_at)),
        Standing::Retrying => ("Not accepted by Postmark so far", None),
        Standing::Accepted => ("Accepted by Postmark", mail.accepted_at),
        Standing::Delayed => ("Put off by their mail server", mail.delivery_at),
        Standing::Delivered => ("Taken by their mail server", mail.delivery_at),
        Standing::Bounced => ("Came back", mail.delivery_at),
        Standing::Complained => ("Reported as spam", mail.delivery_at),
        Standing::Failed => ("Refused by Postmark for good", None),
        Standing::Superseded => ("Not sent, since its link had ended", None),
    };
    MailWords {
        badge: badge::mail(standing),
        happened,
        at,
        why: mail.why().map(|why| why.trim_end_matches('.')),
        next_attempt_at: mail.is_pending().then_some(mail.next_attempt_at),
    }
}

impl MailWords<'_> {
    /// What happened last and why, as one phrase.
    #[must_use]
    pub fn told(&self) -> String {
        match self.why {
            Some(why) => format!("{}: “{why}”", self.happened),
            None => self.happened.to_owned(),
        }
    }
}

/// What a mail brings, as in "Invitation mail".
#[must_use]
pub const fn kind(kind: MailKind) -> &'static str {
    match kind {
        MailKind::Invitation => "Invitation",
        MailKind::GhostReset => "New link",
    }
}

/// What is wrong with a mail that needs somebody, as in "The newest mail bounced".
#[must_use]
pub const fn trouble(standing: Standing) -> &'static str {
    match standing {
        Standing::Bounced => "bounced",
        Standing::Complained => "was marked as spam",
        Standing::Failed => "was refused by Postmark for good",
        Standing::Retrying => "has not been accepted by Postmark so far",
        Standing::Waiting
        | Standing::Accepted
        | Standing::Delayed
        | Standing::Delivered
        | Standing::Superseded => "",
    }
}

/// What an operator can do about a mail that needs somebody while its link works.
#[must_use]
pub const fn advice(standing: Standing) -> &'static str {
    match standing {
        Standing::Bounced => {
            "Check the address with them, then send again. If it is wrong, invite the right one. If \
             it is right and Postmark has made it inactive, reactivate it there first."
        }
        Standing::Complained => {
            "Postmark sends nothing to this address any more, so sending again is refused. Ask \
             them for another address and invite that."
        }
        Standing::Failed => {
            "Check the address with them. If it is wrong, invite the right one; if Postmark has \
             made it inactive, reactivate it there and send again. Until then a superadmin can \
             show the link."
        }
        Standing::Retrying => {
            "It is tried again by itself until the link ends. Nothing has to be done; you can also \
             send it at once."
        }
        Standing::Waiting
        | Standing::Accepted
        | Standing::Delayed
        | Standing::Delivered
        | Standing::Superseded => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::MailStatus;
    use crate::domain::mail_event::Delivery;
    use crate::domain::walkthrough_token::TokenId;

    fn mail(status: MailStatus, delivery: Option<Delivery>) -> MailRecord {
        let at = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        MailRecord {
            id: 1,
            token: TokenId(7),
            kind: MailKind::Invitation,
            to: "ada@example.com".to_owned(),
            status,
            attempts: 1,
            created_at: at,
            accepted_at: (status == MailStatus::Accepted).then_some(at),
            next_attempt_at: at,
            last_error: None,
            delivery,
            delivery_at: delivery.map(|_| at),
            delivery_detail: delivery.map(|_| "no such mailbox.".to_owned()),
        }
    }

    #[test]
    fn every_standing_has_a_word_of_its_own() {
        let accepted = |delivery| mail(MailStatus::Accepted, Some(delivery));
        let mut retried = mail(MailStatus::Pending, None);
        retried.last_error = Some("Postmark could not be reached".to_owned());
        for (mail, word) in [
            (mail(MailStatus::Pending, None), "Waiting"),
            (retried, "Waiting"),
            (mail(MailStatus::Accepted, None), "Accepted by Postmark"),
            (accepted(Delivery::Delayed), "Delayed"),
            (accepted(Delivery::Delivered), "Delivered"),
            (accepted(Delivery::Bounced), "Bounced"),
            (accepted(Delivery::Complained), "Marked as spam"),
            (mail(MailStatus::Failed, None), "Failed for good"),
            (mail(MailStatus::Superseded, None), "Superseded"),
        ] {
            assert_eq!(words(&mail).badge.word, word);
            let needs_somebody = mail.standing().needs_somebody();
            assert_eq!(!advice(mail.standing()).is_empty(), needs_somebody, "{word}");
            assert_eq!(!trouble(mail.standing()).is_empty(), needs_somebody, "{word}");
        }
    }

    #[test]
    fn a_bounce_says_why_and_when() {
        let bounced = mail(MailStatus::Accepted, Some(Delivery::Bounced));
        let words = words(&bounced);
        assert_eq!((words.happened, words.why), ("Came back", Some("no such mailbox")));
        assert_eq!(words.at, bounced.delivery_at);
    }
}
