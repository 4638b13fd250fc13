//! Settings that are addresses.

use console::settings::{ApiUrl, Sender};
use service_kit::settings::{
    DatabaseUrl, PublicUrl, RedisUrl, RelyingPartyId, ServiceUrl, Setting as _, TlsMode,
};
use tokio_postgres::config::Host;

/// One text, read as each of them.
pub(crate) fn every_setting(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(public) = PublicUrl::parse(text) {
        assert_eq!(
            PublicUrl::parse(public.origin()).as_ref(),
            Ok(&public),
            "not its own normal form"
        );
        assert!(public.is_https() || public.host().ends_with("localhost"));
        assert!(!public.host().is_empty());
        let id = RelyingPartyId::choose(&public, None).expect("the host itself");
        assert_eq!(id.as_str(), public.host());
    }
    if let Ok(service) = ServiceUrl::parse(text) {
        assert_eq!(ServiceUrl::parse(service.as_str()).as_ref(), Ok(&service));
    }
    if let Ok(database) = DatabaseUrl::parse(text) {
        let config: tokio_postgres::Config =
            database.driver_url().parse().expect("what the driver reads");
        let is_local = |host: &Host| match host {
            Host::Unix(_) => true,
            Host::Tcp(name) => {
                let address = name.parse::<std::net::IpAddr>();
                name == "localhost" || address.is_ok_and(|address| address.is_loopback())
            }
        };
        let asked = text.to_ascii_lowercase().contains("mode");
        assert!(
            asked
                || database.tls() != TlsMode::Disable
                || config.get_hosts().iter().all(is_local)
                    && config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback),
            "in the clear to another machine"
        );
    }
    let _ = RedisUrl::parse(text);
    let _ = Sender::parse(text);
    let _ = ApiUrl::parse(text);
}
