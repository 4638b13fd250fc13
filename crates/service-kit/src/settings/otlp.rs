//! Where traces go (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/>).

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{Given, Reader, Setting, stays_here};

/// The collector: the base to which `/v1/traces` is added. It may have a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpEndpoint(Url);

impl OtlpEndpoint {
    /// Where traces are posted.
    #[must_use]
    pub fn traces_url(&self) -> String {
        format!("{}/v1/traces", self.0.as_str().trim_end_matches('/'))
    }

    /// Whether somebody on the way could read what is sent there.
    fn is_readable(&self) -> bool {
        self.0.scheme() == "http" && !stays_here(&self.0)
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
        if usable { Ok(Self(url)) } else { Err(shape.to_owned()) }
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
    /// Reads them. Headers, which hold a key, go over https or stay on this machine.
    pub fn read(reader: &mut Reader) -> Self {
        let name = "OTEL_EXPORTER_OTLP_ENDPOINT";
        let read = Self {
            endpoint: reader.read(name),
            headers: reader.read("OTEL_EXPORTER_OTLP_HEADERS"),
            share: reader.read("OTEL_TRACES_SAMPLER_ARG"),
        };
        let endpoint: Option<&OtlpEndpoint> = read.endpoint.as_ref();
        if read.headers.as_ref().is_some() && endpoint.is_some_and(OtlpEndpoint::is_readable) {
            let reason = "must be https, since OTEL_EXPORTER_OTLP_HEADERS go there; http will do \
                          with them on this machine alone";
            reader.fault(name, reason.to_owned());
        }
        read
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
    use crate::settings::Source;

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
    fn headers_go_over_https_or_stay_on_this_machine() {
        let faults = |endpoint: &'static str, headers: &'static str| {
            let mut reader = Reader::new(Source::from_pairs([
                ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
                ("OTEL_EXPORTER_OTLP_HEADERS", headers),
            ]));
            TraceVariables::read(&mut reader);
            reader.finish(Some(())).err().map(|faults| faults.0)
        };
        for (endpoint, headers) in [
            ("https://otlp.example.net", "x-key=secret"),
            ("http://otlp.example.net", ""),
            ("http://localhost:4318", "x-key=secret"),
            ("http://[::1]:4318", "x-key=secret"),
        ] {
            assert_eq!(faults(endpoint, headers), None, "{endpoint}");
        }
        for endpoint in ["http://otlp.example.net", "http://10.0.0.1:4318"] {
            let faults = faults(endpoint, "x-key=secret").unwrap();
            assert_eq!(faults[0].name, "OTEL_EXPORTER_OTLP_ENDPOINT");
            assert!(!faults[0].reason.contains("secret"));
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
