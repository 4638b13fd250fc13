//! By which ways an authenticator can be reached.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `AuthenticatorTransport` (WebAuthn Level 3, section 5.8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// Removable USB.
    Usb,
    /// Near-field communication.
    Nfc,
    /// Bluetooth Low Energy.
    Ble,
    /// An ISO/IEC 7816 smart card with contacts.
    SmartCard,
    /// Another device, such as a phone, by a mixture of ways.
    Hybrid,
    /// The device the browser runs on.
    Internal,
}

/// Text that names no transport that we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not the name of an authenticator transport.")]
pub struct UnknownTransport;

impl Transport {
    /// Every transport.
    pub const ALL: [Self; 6] =
        [Self::Usb, Self::Nfc, Self::Ble, Self::SmartCard, Self::Hybrid, Self::Internal];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usb => "usb",
            Self::Nfc => "nfc",
            Self::Ble => "ble",
            Self::SmartCard => "smart-card",
            Self::Hybrid => "hybrid",
            Self::Internal => "internal",
        }
    }
}

impl FromStr for Transport {
    type Err = UnknownTransport;

    fn from_str(text: &str) -> Result<Self, UnknownTransport> {
        Self::ALL.into_iter().find(|transport| transport.as_str() == text).ok_or(UnknownTransport)
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The member `transports`: an array of texts, null or absent.
pub(super) mod list {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Transport;

    pub(in crate::credential) fn serialize<S: Serializer>(
        transports: &[Transport],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        transports.serialize(serializer)
    }

    /// Skips names that we do not know, as WebAuthn asks of a relying party, and repetitions.
    pub(in crate::credential) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Transport>, D::Error> {
        let names = Option::<Vec<String>>::deserialize(deserializer)?.unwrap_or_default();
        let mut known = Vec::with_capacity(Transport::ALL.len());
        for transport in names.iter().filter_map(|name| name.parse().ok()) {
            if !known.contains(&transport) {
                known.push(transport);
            }
        }
        Ok(known)
    }
}
