//! The address of a Postgres, with `sslmode` read by us: the driver knows only
//! `disable|prefer|require` (section 9 of the contracts).

use std::net::IpAddr;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::Config;
use tokio_postgres::config::Host;
use url::Url;

use super::Setting;

/// How far a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// In the clear.
    Disable,
    /// Encrypted where the server offers it; the certificate is not checked.
    Prefer,
    /// Encrypted; the certificate is not checked.
    Require,
    /// Encrypted, and certificate and host name are checked.
    VerifyFull,
}

/// A Postgres address. It can hold a password and so is not printed.
#[derive(Clone)]
pub struct DatabaseUrl {
    driver_url: SecretString,
    tls: TlsMode,
}

impl DatabaseUrl {
    /// The address for the driver, without `sslmode`.
    #[must_use]
    pub fn driver_url(&self) -> &str {
        self.driver_url.expose_secret()
    }

    /// What `sslmode` asks for; where it is absent: `require`, unless the host is loopback or a
    /// socket.
    #[must_use]
    pub fn tls(&self) -> TlsMode {
        self.tls
    }
}

impl Setting for DatabaseUrl {
    fn parse(text: &str) -> Result<Self, String> {
        let shape = || "must be postgres://user:password@host:port/database".to_owned();
        let mut url = Url::parse(text).map_err(|_| shape())?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(shape());
        }
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let mode = pairs.iter().rev().find(|(name, _)| name == "sslmode");
        let asked = match mode.map(|(_, mode)| mode.as_str()) {
            None => None,
            Some("require") => Some(TlsMode::Require),
            Some("disable") => Some(TlsMode::Disable),
            Some("allow" | "prefer") => Some(TlsMode::Prefer),
            Some("verify-full") => Some(TlsMode::VerifyFull),
            Some(_) => {
                return Err("has an sslmode that is none of disable, prefer, require and \
                            verify-full"
                    .to_owned());
            }
        };
        // The rest stays to the letter: the driver reads a plus sign as a plus sign.
        let query = url.query().unwrap_or_default().to_owned();
        let rest: Vec<&str> =
            query.split('&').filter(|pair| !pair.starts_with("sslmode=")).collect();
        let rest = rest.join("&");
        url.set_query(Some(rest.as_str()).filter(|rest| !rest.is_empty()));
        let driver_url = url.to_string();
        let config: Config = driver_url.parse().map_err(|_| shape())?;
        let absent = if is_local(&config) { TlsMode::Disable } else { TlsMode::Require };
        Ok(Self { driver_url: driver_url.into(), tls: asked.unwrap_or(absent) })
    }
}

/// Whether each host that the driver may try is this machine. It knows several ways to name one,
/// so it is the driver that is asked: `host` in the query comes on top of the host in front, and
/// `hostaddr` goes before both.
fn is_local(config: &Config) -> bool {
    let is_local = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            let address = name.parse::<IpAddr>();
            name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
    };
    config.get_hosts().iter().all(is_local)
        && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

/// Certificates to trust, in PEM, for a server whose certificate the system does not know.
#[derive(Debug, Clone)]
pub struct CaCertificates(pub Vec<CertificateDer<'static>>);

impl Setting for CaCertificates {
    fn parse(text: &str) -> Result<Self, String> {
        let certificates: Result<Vec<_>, _> =
            CertificateDer::pem_slice_iter(text.as_bytes()).collect();
        match certificates {
            Ok(certificates) if !certificates.is_empty() => Ok(Self(certificates)),
            _ => Err("must hold one certificate or more in PEM".to_owned()),
        }
    }
}

/// What is needed to connect to a service's database.
#[derive(Clone)]
pub struct DatabaseSettings {
    /// `DATABASE_URL`.
    pub url: DatabaseUrl,
    /// `DATABASE_CA_CERT`.
    pub ca: Option<CaCertificates>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_way_to_name_a_host_makes_a_connection_to_it_unencrypted() {
        for text in [
            "postgres://u@db.example/app?host=localhost",
            "postgres://u@db.example/app?host=/var/run/postgresql",
            "postgres://u@localhost,db.example/app",
            "postgres://u@localhost/app?host=db.example",
            "postgres://u@localhost/app?hostaddr=192.0.2.7",
        ] {
            assert_eq!(
                DatabaseUrl::parse(text).map(|url| url.tls()),
                Ok(TlsMode::Require),
                "{text}"
            );
        }
    }

    #[test]
    fn sslmode_is_read_and_stripped() {
        let cases = [
            ("postgres://u:p@db.example/app", TlsMode::Require),
            ("postgres://u:p@db.example/app?sslmode=verify-full", TlsMode::VerifyFull),
            ("postgresql://u@db.example/app?sslmode=disable&application_name=x", TlsMode::Disable),
            ("postgres://u@localhost:5433/app", TlsMode::Disable),
            ("postgres://u@127.0.0.1/app?sslmode=require", TlsMode::Require),
            ("postgres://u@[::1]/app", TlsMode::Disable),
            ("postgres://u@%2Fvar%2Frun%2Fpostgresql/app", TlsMode::Disable),
            ("postgres:///app?host=/var/run/postgresql", TlsMode::Disable),
            ("postgres://u@db.example/app?sslmode=prefer", TlsMode::Prefer),
        ];
        for (text, tls) in cases {
            let url = DatabaseUrl::parse(text).unwrap();
            assert_eq!(url.tls(), tls, "{text}");
            assert!(!url.driver_url().contains("sslmode"), "{text}");
        }
        let spaced = "postgres://u@db/app?sslmode=require&options=-c%20work_mem%3D8MB";
        let spaced = DatabaseUrl::parse(spaced).unwrap();
        assert_eq!(spaced.driver_url(), "postgres://u@db/app?options=-c%20work_mem%3D8MB");
        assert!(DatabaseUrl::parse("postgres://u@db/app?sslmode=verify-ca").is_err());
        assert!(DatabaseUrl::parse("mysql://u@db/app").is_err());
    }
}
