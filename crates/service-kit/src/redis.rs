//! Redis: one connection that heals itself.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, IntoConnectionInfo, RedisError, TlsCertificates};
use rustls::pki_types::pem::PemObject;
use secrecy::ExposeSecret;

use crate::settings::{CaCertificates, RedisUrl};

/// How long a command may take.
const WAIT: Duration = Duration::from_secs(2);

/// A shared connection, made when it is first needed and made again when it breaks or falls
/// silent.
#[derive(Clone)]
pub struct Redis(Arc<Shared>);

struct Shared {
    client: Client,
    current: Mutex<Current>,
}

/// The connection of now.
#[derive(Clone)]
struct Current {
    manager: ConnectionManager,
    /// How many there were before.
    generation: u64,
}

impl Redis {
    /// Prepares the connection; the server need not be there yet.
    ///
    /// # Errors
    /// Where the address or a certificate cannot be used.
    pub fn new(url: &RedisUrl, ca: Option<&CaCertificates>) -> Result<Self, RedisError> {
        let info = url.address.expose_secret().into_connection_info()?;
        if url.accept_any_certificate {
            tracing::warn!("REDIS_URL says #insecure: any certificate of the Redis is accepted");
        }
        let client = match ca.filter(|_| url.tls && !url.accept_any_certificate) {
            Some(ca) => Client::build_with_tls(
                info,
                TlsCertificates { client_tls: None, root_cert: Some(pem(ca)) },
            )?,
            None => Client::open(info)?,
        };
        let current = Current { manager: manager(&client)?, generation: 0 };
        Ok(Self(Arc::new(Shared { client, current: Mutex::new(current) })))
    }

    /// Runs one command, and once more where the connection was found broken: after a restart of
    /// the server the first command only finds that out. A connection over which no answer came
    /// in time is given up: its server may be gone without a word, and another in its place.
    ///
    /// # Errors
    /// Where Redis cannot be reached or refuses the command.
    pub async fn query<T: redis::FromRedisValue>(
        &self,
        command: &redis::Cmd,
    ) -> Result<T, RedisError> {
        let mut used = self.current();
        match command.query_async(&mut used.manager).await {
            Err(error) if error.is_timeout() => {
                self.replace(used.generation)?;
                Err(error)
            }
            Err(error) if error.is_connection_dropped() || error.is_io_error() => {
                command.query_async(&mut used.manager).await
            }
            answer => answer,
        }
    }

    /// Asks whether Redis is there and takes writes: one that is full or a replica answers, and
    /// no ceremony can begin all the same.
    ///
    /// # Errors
    /// Where it is not.
    pub async fn check(&self) -> Result<(), RedisError> {
        let mut write = redis::cmd("SET");
        write.arg("readiness").arg("probe").arg("EX").arg(60);
        self.query(&write).await
    }

    fn current(&self) -> Current {
        self.0.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A new connection, made when it is first needed; by the first of those who waited in vain.
    fn replace(&self, generation: u64) -> Result<(), RedisError> {
        let mut current = self.0.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.generation == generation {
            tracing::warn!("Redis does not answer: its connection is given up");
            *current = Current { manager: manager(&self.0.client)?, generation: generation + 1 };
        }
        Ok(())
    }
}

fn manager(client: &Client) -> Result<ConnectionManager, RedisError> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(WAIT))
        .set_response_timeout(Some(WAIT))
        .set_number_of_retries(1);
    ConnectionManager::new_lazy_with_config(client.clone(), config)
}

fn pem(ca: &CaCertificates) -> Vec<u8> {
    use base64::Engine;
    let mut text = String::new();
    for certificate in &ca.0 {
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        text.push_str(&base64::engine::general_purpose::STANDARD.encode(certificate));
        text.push_str("\n-----END CERTIFICATE-----\n");
    }
    debug_assert!(rustls::pki_types::CertificateDer::from_pem_slice(text.as_bytes()).is_ok());
    text.into_bytes()
}
