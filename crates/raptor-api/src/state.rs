//! What the requests of one process share.

use ghost_contracts::EmailAddress;
use service_kit::challenge::ChallengeStore;
use service_kit::clock::Clock;
use service_kit::db::{self, Connection, Pool};
use service_kit::passkey::Passkeys;
use service_kit::service_client::ServiceClient;

use crate::ceremonies::Ceremonies;
use crate::domain::bootstrap_token::BootstrapKeys;
use crate::error::Error;

/// The accounts' database, and the two ways to change it.
#[derive(Clone)]
pub struct Accounts {
    /// Its connections.
    pub pool: Pool,
}

/// Everything that the public routes work with.
pub struct State {
    /// The accounts' database.
    pub accounts: Accounts,
    /// Where ceremonies wait.
    pub challenges: ChallengeStore,
    /// This relying party.
    pub passkeys: Passkeys,
    /// The keys of bootstrap tokens.
    pub bootstrap_keys: BootstrapKeys,
    /// The Console's internal API.
    pub console: ServiceClient,
    /// How signups go.
    pub ceremonies: Ceremonies,
    /// What dates tokens.
    pub clock: Clock,
}

/// `FLAG_WEBAUTHN_REGISTRATION`.
#[derive(Debug, Clone, Copy)]
pub struct RegistrationFlag(pub bool);

impl Accounts {
    /// Runs `work` in one transaction.
    ///
    /// # Errors
    ///
    /// What `work` returns, and where the database is away.
    pub async fn transaction<T>(
        &self,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        db::transaction(&self.pool, work).await
    }

    /// Runs `work`, which only reads, in one transaction that sees one state of the database
    /// throughout, and answers within the time that the Console waits.
    ///
    /// # Errors
    ///
    /// What `work` returns, and where the database is away or too slow.
    pub async fn snapshot<T>(
        &self,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.transaction(async |connection| {
            crate::db::snapshot::begin(connection).await?;
            work(connection).await
        })
        .await
    }

    /// Runs `work` in one transaction that holds the lock on `email`: the first step of
    /// whoever writes for an account (section 3 of the contracts, lock order). The lock is a
    /// statement of its own, so what follows sees what was committed while it waited. After a
    /// deadlock the whole is run once more.
    ///
    /// # Errors
    ///
    /// What `work` returns, and where the database is away.
    pub async fn locked<T>(
        &self,
        email: &EmailAddress,
        work: impl AsyncFn(&mut Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let attempt = async || {
            self.transaction(async |connection| {
                crate::db::user::lock_email(connection, email).await?;
                work(connection).await
            })
            .await
        };
        db::retry_once(attempt).await
    }
}
