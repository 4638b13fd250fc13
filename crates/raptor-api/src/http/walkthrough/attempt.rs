//! The cookie that names an attempt to accept an invitation, so that a double tap, a reload or a
//! crash between the two services makes no ghost (section 6 of the contracts).
//!
//! The page's form names the attempt too, for browsers that keep no cookies, or no longer.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::web::Data;
use service_kit::session::{self, cookie_name};
use service_kit::settings::PublicUrl;
use uuid::Uuid;

/// The cookie, without the prefix that https brings.
const NAME: &str = "walkthrough_attempt";

/// Far longer than the Console remembers an attempt (10 minutes after it was carried out): people
/// read the agreement first, and the cookie must still be there for the second of two taps.
const LIFE: Duration = Duration::from_secs(2 * 60 * 60);

/// The attempt that the browser has been given.
pub(super) fn known(request: &HttpRequest) -> Option<Uuid> {
    let is_https = request.app_data::<Data<PublicUrl>>().is_some_and(|public| public.is_https());
    Uuid::try_parse(request.cookie(&cookie_name(NAME, is_https))?.value()).ok()
}

/// The cookie for an attempt. The walkthrough alone reads it; it goes along to every address,
/// because a name with `__Host-` in front allows no other path.
pub(super) fn cookie(attempt: Uuid, public: &PublicUrl) -> Cookie<'static> {
    session::cookie(NAME, public.is_https(), &attempt.to_string(), LIFE)
}
