//! Settings from the environment: read once, at start, every fault named together
//! (section 9 of the contracts).

pub mod catalogue;
mod database_url;
mod otlp;
mod public_url;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use database_url::{CaCertificates, DatabaseSettings, DatabaseUrl, TlsMode};
pub use otlp::{OtlpEndpoint, OtlpHeaders, Share, TraceSettings, TraceVariables};
pub use public_url::{PublicUrl, RelyingPartyId, ServiceUrl};
pub use values::{Domain, KeySecret, LogFormat, RedisUrl, Switch, Text};

/// Whether what is sent to an address does not leave this machine.
pub(crate) fn stays_here(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A value that can be read from a variable.
pub trait Setting: Sized {
    /// Whether white space at the ends belongs to the value, as it does to a secret's.
    const VERBATIM: bool = false;

    /// Reads the text of a variable, which is never empty.
    ///
    /// # Errors
    /// What is wrong with it and what would be right, without the value itself.
    fn parse(text: &str) -> Result<Self, String>;
}

/// The variables of a process, or of a test.
#[derive(Clone, Default)]
pub struct Source(BTreeMap<String, Result<String, NotText>>);

/// A value that is not UTF-8.
#[derive(Debug, Clone, Copy)]
struct NotText;

impl Source {
    /// The environment of this process.
    #[must_use]
    pub fn process() -> Self {
        let pairs = std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.into_string().map_err(|_| NotText)))
            })
            .collect();
        Self(pairs)
    }

    /// Names and values given by the caller.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), Ok(value.into()))).collect())
    }

    /// The names that begin with `prefix` and have a value.
    pub fn names_with_prefix(&self, prefix: &str) -> Vec<String> {
        self.0.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
    }

    /// What a variable says, where it is set and not empty.
    fn parse<T: Setting>(&self, name: &str) -> Option<Result<T, String>> {
        let Ok(value) = self.0.get(name)? else {
            return Some(Err("is not UTF-8".to_owned()));
        };
        let value = if T::VERBATIM { value } else { value.trim() };
        (!value.is_empty()).then(|| T::parse(value))
    }
}

/// A variable as it was found: absent, malformed (which is recorded already) or a value.
#[derive(Clone)]
pub struct Given<T> {
    name: &'static str,
    value: Option<T>,
    malformed: bool,
}

impl<T> Given<T> {
    /// The value, where there is one.
    pub fn optional(self) -> Option<T> {
        self.value
    }

    /// A look at the value, where there is one.
    pub fn as_ref(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// Whether it was there and could not be read, which is recorded already.
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        self.malformed
    }

    /// The value, or what the contracts give where the variable is unset.
    pub fn or(self, default: T) -> T {
        self.value.unwrap_or(default)
    }
}

/// The names of those `keys` that are published ([`KeySecret::is_published`]), where the service is
/// on the internet.
pub fn published<const N: usize>(
    public_url: &Given<PublicUrl>,
    keys: [&Given<KeySecret>; N],
) -> Vec<&'static str> {
    let is_public = public_url.as_ref().is_some_and(PublicUrl::is_https);
    let keys = keys.into_iter().filter(|key| key.as_ref().is_some_and(KeySecret::is_published));
    keys.filter(|_| is_public).map(|key| key.name).collect()
}

/// Says at the start of a service which of its keys are [`published`].
pub fn warn_of_published(names: &[&'static str]) {
    if !names.is_empty() {
        tracing::warn!(
            variables = names.join(", "),
            "these keys stand in the examples of the repository, for everybody to read, and the \
             public URL is https: whoever knows them can create accounts and invitations. Set keys \
             of your own (openssl rand -hex 32)"
        );
    }
}

/// Reads variables and gathers every fault.
pub struct Reader {
    source: Source,
    asked: BTreeSet<String>,
    faults: Vec<Fault>,
}

impl Reader {
    /// Starts with no fault.
    #[must_use]
    pub fn new(source: Source) -> Self {
        Self { source, asked: BTreeSet::new(), faults: Vec::new() }
    }

    /// Reads one variable; a malformed value is a fault from here on, whoever needs it.
    pub fn read<T: Setting>(&mut self, name: &'static str) -> Given<T> {
        self.asked.insert(name.to_owned());
        match self.source.parse(name) {
            None => Given { name, value: None, malformed: false },
            Some(Ok(value)) => Given { name, value: Some(value), malformed: false },
            Some(Err(reason)) => {
                self.fault(name, reason);
                Given { name, value: None, malformed: true }
            }
        }
    }

    /// Reads every variable whose name begins with `prefix`, by its name. A malformed value is a
    /// fault like any other.
    pub fn read_each<T: Setting>(&mut self, prefix: &str) -> BTreeMap<String, T> {
        self.asked.insert(format!("{prefix}*"));
        let mut values = BTreeMap::new();
        for name in self.source.names_with_prefix(prefix) {
            match self.source.parse(&name) {
                Some(Ok(value)) => drop(values.insert(name, value)),
                Some(Err(reason)) => self.fault(&name, reason),
                None => {}
            }
        }
        values
    }

    /// Demands a value: where there is none, that is a fault too.
    pub fn require<T>(&mut self, given: Given<T>) -> Option<T> {
        if given.value.is_none() && !given.malformed {
            self.fault(given.name, "is required and not set".to_owned());
        }
        given.value
    }

    /// Records a fault that only shows when two variables are seen together.
    pub fn fault(&mut self, name: &str, reason: String) {
        self.faults.push(Fault { name: name.to_owned(), reason });
    }

    /// The result, where nothing was wrong.
    ///
    /// # Errors
    /// Every fault found, by name.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Faults> {
        self.faults.sort_by(|a, b| a.name.cmp(&b.name));
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(Faults(self.faults)),
        }
    }

    /// The names that were asked for, whether there was a value or not; a prefix with `*` behind
    /// it.
    #[must_use]
    pub fn asked(&self) -> &BTreeSet<String> {
        &self.asked
    }

    /// The variables that are being read.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }
}

/// One variable and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The variable's name.
    pub name: String,
    /// What is wrong, as the end of a sentence that starts with the name.
    pub reason: String,
}

/// Everything that is wrong with the settings. Its text is what a person sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|fault| fault.name.len()).max().unwrap_or(0);
        writeln!(f, "The settings are not usable. Nothing was started. Please mend:")?;
        for fault in &self.0 {
            writeln!(f, "  {:width$}  {}", fault.name, fault.reason)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_secret_is_used_as_it_stands_and_everything_else_without_white_space_around_it() {
        let text = " 0123456789abcdef0123456789abcdef ";
        let mut reader = Reader::new(Source::from_pairs([("KEY", text), ("PORT", " 80 ")]));
        let key = reader.read::<KeySecret>("KEY").optional().unwrap();
        assert_eq!(key.0.expose_secret(), text);
        assert_eq!(reader.read::<u16>("PORT").optional(), Some(80));
    }

    #[test]
    fn all_faults_are_named_together_and_no_value_is_shown() {
        let mut reader = Reader::new(Source::from_pairs([
            ("PORT", "eighty"),
            ("CONSOLE_SECRET_KEY", "short-and-secret"),
            ("DATABASE_URL", "  "),
        ]));
        let port = reader.read::<u16>("PORT");
        let key = reader.read::<KeySecret>("CONSOLE_SECRET_KEY");
        let url = reader.read::<DatabaseUrl>("DATABASE_URL");
        let all = (|| Some((reader.require(port)?, reader.require(key)?)))();
        reader.require(url);
        let faults = reader.finish(all).err().unwrap();
        let names: Vec<_> = faults.0.iter().map(|fault| fault.name.as_str()).collect();
        assert_eq!(names, ["CONSOLE_SECRET_KEY", "DATABASE_URL", "PORT"]);
        assert!(!faults.to_string().contains("short-and-secret"));
    }
}
