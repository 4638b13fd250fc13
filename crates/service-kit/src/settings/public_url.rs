//! Addresses of services, as people and as each other reach them.

use url::{Host, Url};

use super::{Domain, Setting};

/// Where people reach a service: an origin, no path. Its host is the relying party's id, so an
/// IP address is refused, and http on anything but `localhost` and `*.localhost` (a browser
/// offers no passkeys there).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    url: Url,
    origin: String,
    host: String,
}

impl PublicUrl {
    /// The origin as a browser writes it: scheme, host, and the port where it is not the
    /// scheme's own.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host's name.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether people use https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The same as a parsed address.
    #[must_use]
    pub fn as_url(&self) -> &Url {
        &self.url
    }
}

impl Setting for PublicUrl {
    fn parse(text: &str) -> Result<Self, String> {
        let url = bare_origin(text)?;
        let host = match url.host() {
            Some(Host::Domain(host)) => host.to_owned(),
            _ => {
                return Err("must name a host, not an IP address: passkeys are bound to a name \
                            (for a try-out use http://localhost:8080)"
                    .to_owned());
            }
        };
        let local = host == "localhost" || host.ends_with(".localhost");
        if url.scheme() == "http" && !local {
            return Err(
                "must be https: browsers offer passkeys over http on localhost alone".to_owned()
            );
        }
        Ok(Self { origin: url.origin().ascii_serialization(), host, url })
    }
}

/// Where one service reaches another: an origin, no path. An IP address and http will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUrl(String);

impl ServiceUrl {
    /// The origin, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for ServiceUrl {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self(bare_origin(text)?.origin().ascii_serialization()))
    }
}

fn bare_origin(text: &str) -> Result<Url, String> {
    let shape = || "must be an origin such as https://example.net, without a path".to_owned();
    let url = Url::parse(text).map_err(|_| shape())?;
    let bare = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if bare { Ok(url) } else { Err(shape()) }
}

/// The relying party's id: the public host, or a parent domain of it
/// (WebAuthn Level 3, section 5.1.2: a registrable domain suffix).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingPartyId(String);

impl RelyingPartyId {
    /// The id for a service at `public`, narrowed to `wanted` where that is given.
    ///
    /// # Errors
    /// Where `wanted` is not the host and no parent of it.
    pub fn choose(public: &PublicUrl, wanted: Option<&Domain>) -> Result<Self, String> {
        let Some(Domain(wanted)) = wanted else { return Ok(Self(public.host().to_owned())) };
        let parent = public.host().strip_suffix(wanted.as_str()).is_some_and(|rest| {
            rest.is_empty()
                || (rest.ends_with('.') && (wanted.contains('.') || wanted == "localhost"))
        });
        if parent {
            Ok(Self(wanted.clone()))
        } else {
            Err(format!("must be {} or a parent domain of it", public.host()))
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_an_origin_that_can_hold_passkeys() {
        for good in ["https://raxx.app", "http://localhost:8080", "http://console.localhost:81"] {
            assert_eq!(PublicUrl::parse(good).unwrap().origin(), good);
        }
        for bad in [
            "http://raxx.app",
            "https://127.0.0.1",
            "http://127.0.0.1:8080",
            "https://[::1]",
            "https://raxx.app/path",
            "https://raxx.app/?q",
            "https://me@raxx.app",
            "ftp://raxx.app",
            "raxx.app",
        ] {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_relying_party_id_is_the_host_or_a_parent_of_it() {
        let public = PublicUrl::parse("https://api.raxx.app").unwrap();
        let choose = |id: &str| RelyingPartyId::choose(&public, Some(&Domain(id.to_owned())));
        assert_eq!(RelyingPartyId::choose(&public, None).unwrap().as_str(), "api.raxx.app");
        assert_eq!(choose("raxx.app").unwrap().as_str(), "raxx.app");
        for bad in ["app", "xx.app", "other.app", "www.api.raxx.app"] {
            assert!(choose(bad).is_err(), "{bad}");
        }
    }
}
