//! Redis: one connection that heals itself.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, IntoConnectionInfo, RedisError, TlsCertificates};
use rustls::pki_types::pem::PemObject;
use secrecy::ExposeSecret;

use crate::settings::{CaCertificates, RedisUrl};

/// How long a command may take.
const WAIT: Duration = Duration::from_secs(2);

/// A shared connection, made when it is first needed and made again when it breaks.
#[derive(Clone)]
pub struct Redis(ConnectionManager);

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
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(WAIT))
            .set_response_timeout(Some(WAIT))
            .set_number_of_retries(1);
        Ok(Self(ConnectionManager::new_lazy_with_config(client, config)?))
    }

    /// Runs one command, and once more where the connection was found broken: after a restart of
    /// the server the first command only finds that out.
    ///
    /// # Errors
    /// Where Redis cannot be reached or refuses the command.
    pub async fn query<T: redis::FromRedisValue>(
        &self,
        command: &redis::Cmd,
    ) -> Result<T, RedisError> {
        let mut connection = self.0.clone();
        match command.query_async(&mut connection).await {
            Err(error) if error.is_connection_dropped() || error.is_io_error() => {
                command.query_async(&mut connection).await
            }
            answer => answer,
        }
    }

    /// Asks whether Redis is there.
    ///
    /// # Errors
    /// Where it is not.
    pub async fn ping(&self) -> Result<(), RedisError> {
        self.query::<String>(&redis::cmd("PING")).await.map(|_| ())
    }
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
