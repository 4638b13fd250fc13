//! Certificates for throw-away servers, made when they are wanted.

use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, chown};
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::throwaway::{Directory, StartError};

/// Somebody who signs certificates, and whom nobody knows who was not told.
pub struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// What a server shows, and its key.
#[derive(Debug, Clone)]
pub struct Certificate {
    pem: String,
    key: String,
}

/// Where a server finds them.
pub(crate) struct Files {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Authority {
    /// One with a key of its own.
    ///
    /// # Panics
    /// Where no key can be made.
    #[must_use]
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "An authority of a test");
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.self_signed(&key).expect("an authority can sign itself");
        Self { pem: certificate.pem(), issuer: Issuer::new(params, key) }
    }

    /// Its own certificate in PEM, for whoever is to trust it: `DATABASE_CA_CERT`,
    /// `REDIS_CA_CERT`.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate for a server that is reached by these names (or addresses).
    ///
    /// # Panics
    /// Where one of them is no name.
    #[must_use]
    pub fn issue(&self, names: &[&str]) -> Certificate {
        self.sign(certificate_for(names))
    }

    /// The same, but it has ended long ago.
    ///
    /// # Panics
    /// As [`Self::issue`].
    #[must_use]
    pub fn issue_expired(&self, names: &[&str]) -> Certificate {
        let mut params = certificate_for(names);
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
        self.sign(params)
    }

    fn sign(&self, params: CertificateParams) -> Certificate {
        let key = KeyPair::generate().expect("a key can be made");
        let signed = params.signed_by(&key, &self.issuer).expect("an authority can sign");
        Certificate { pem: signed.pem(), key: key.serialize_pem() }
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

fn certificate_for(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    CertificateParams::new(names).expect("names that a certificate can bear")
}

impl Certificate {
    /// Writes both into a server's directory, open to its account alone.
    pub(crate) fn write(&self, directory: &Directory) -> Result<Files, StartError> {
        let place = |name: &str| directory.path().join(name);
        let files = Files { certificate: place("server.crt"), key: place("server.key") };
        for (path, text) in [(&files.certificate, &self.pem), (&files.key, &self.key)] {
            private(path, text, directory)
                .map_err(StartError::io("write a certificate for a server"))?;
        }
        Ok(files)
    }
}

fn private(path: &Path, text: &str, directory: &Directory) -> std::io::Result<()> {
    let mut file = std::fs::File::options().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    match directory.account() {
        Some(account) => chown(path, Some(account.uid), Some(account.gid)),
        None => Ok(()),
    }
}
