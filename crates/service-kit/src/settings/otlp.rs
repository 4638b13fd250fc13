//! Where traces go (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/>).

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{Given, Reader, Setting};

/// The collector: the base to which `/v1/traces` is added. It may have a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpEndpoint(String);

impl OtlpEndpoint {
    /// Where traces are posted.
    #[must_use]
    pub fn traces_url(&self) -> String {
        format!("{}/v1/traces", self.0)
    }
}

impl Setting for OtlpEndpoint {
    fn parse(text: &str) -> Result<Self, String> {
        let shape = "must be an address such as https://otlp.example.net, without user, query or \
                     fragment";
        let url = Url::parse(text).map_err(|_| shape)?;
        let usable = matches!(url.scheme(), "http" | "https")
            && url.host().is_some()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if usable {
            Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
        } else {
            Err(shape.to_owned())
        }
    }
}

/// Headers for the collector, such as its key: `name=value,name=value`, the values
/// percent-encoded. A secret.
#[derive(Clone, Default)]
pub struct OtlpHeaders(BTreeMap<String, SecretString>);

impl OtlpHeaders {
    /// Names and values, as they are sent.
    pub fn exposed(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned()))
    }
}

impl Setting for OtlpHeaders {
    fn parse(text: &str) -> Result<Self, String> {
        let shape =
            || "must be name=value, several with commas between, the values percent-encoded";
        let mut headers = BTreeMap::new();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(shape)?;
            let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| shape())?;
            let value = percent_encoding::percent_decode_str(value.trim()).decode_utf8();
            let value = value.map_err(|_| shape())?;
            HeaderValue::from_str(&value).map_err(|_| shape())?;
            headers.insert(name.as_str().to_owned(), value.as_ref().into());
        }
        Ok(Self(headers))
    }
}

/// The share of requests that are traced, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share(pub f64);

impl Setting for Share {
    fn parse(text: &str) -> Result<Self, String> {
        let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
        share.map(Self).ok_or_else(|| "must be a number from 0 to 1, such as 0.1".to_owned())
    }
}

/// The variables about traces, as they were found.
pub struct TraceVariables {
    endpoint: Given<OtlpEndpoint>,
    headers: Given<OtlpHeaders>,
    share: Given<Share>,
}

/// Where traces go, and how many.
#[derive(Clone)]
pub struct TraceSettings {
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub endpoint: OtlpEndpoint,
    /// `OTEL_EXPORTER_OTLP_HEADERS`.
    pub headers: OtlpHeaders,
    /// `OTEL_TRACES_SAMPLER_ARG`: of the requests that nobody else has decided about.
    pub share: Share,
}

impl TraceVariables {
    /// Reads them.
    pub fn read(reader: &mut Reader) -> Self {
        Self {
            endpoint: reader.read("OTEL_EXPORTER_OTLP_ENDPOINT"),
            headers: reader.read("OTEL_EXPORTER_OTLP_HEADERS"),
            share: reader.read("OTEL_TRACES_SAMPLER_ARG"),
        }
    }

    /// Nothing where no collector is named: then nothing is traced.
    #[must_use]
    pub fn optional(self) -> Option<TraceSettings> {
        let headers = self.headers.optional().unwrap_or_default();
        let share = self.share.or(Share(1.0));
        self.endpoint.optional().map(|endpoint| TraceSettings { endpoint, headers, share })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_is_a_base_and_traces_have_their_path_below_it() {
        for (text, url) in [
            ("http://localhost:4318", "http://localhost:4318/v1/traces"),
            ("https://otlp.example.net/team/", "https://otlp.example.net/team/v1/traces"),
        ] {
            assert_eq!(OtlpEndpoint::parse(text).unwrap().traces_url(), url);
        }
        for bad in ["localhost:4318", "grpc://x", "https://a:b@x.example", "https://x.example/?k=v"]
        {
            assert!(OtlpEndpoint::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn headers_are_pairs_whose_values_are_decoded() {
        let headers = OtlpHeaders::parse("Authorization=Basic%20YTpi, x-team = beta").unwrap();
        let pairs: Vec<_> = headers.exposed().collect();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(pairs, [pair("authorization", "Basic YTpi"), pair("x-team", "beta")]);
        for bad in ["secret", "a b=c", "a=%0a"] {
            assert!(OtlpHeaders::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_share_lies_between_none_and_all() {
        assert_eq!(Share::parse("0.25"), Ok(Share(0.25)));
        for bad in ["-0.1", "1.1", "NaN", "all"] {
            assert!(Share::parse(bad).is_err(), "{bad}");
        }
    }
}
