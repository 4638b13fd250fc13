//! How an operator stands, as a sign and a word.

use crate::domain::admin_file::Standing;
use crate::views::badge::Badge;

/// The badge of a standing.
#[must_use]
pub const fn badge(standing: Standing) -> Badge {
    match standing {
        Standing::Enrolled => {
            Badge {
                icon: "✓", word: "Enrolled", meaning: "signs in with a passkey", class: "good"
            }
        }
        Standing::Invited => Badge {
            icon: "✉",
            word: "Invited",
            meaning: "has a link that works, and no passkey yet",
            class: "info",
        },
        Standing::LinkExpired => Badge {
            icon: "!",
            word: "Link expired",
            meaning: "has no passkey, and a link that is too old",
            class: "warn",
        },
        Standing::NoLink => Badge {
            icon: "!",
            word: "No link",
            meaning: "has neither a passkey nor a link",
            class: "warn",
        },
        Standing::Revoked => {
            Badge { icon: "✕", word: "Revoked", meaning: "cannot sign in", class: "bad" }
        }
    }
}
