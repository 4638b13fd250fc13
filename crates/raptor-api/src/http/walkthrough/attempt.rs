//! The cookie that names an attempt to accept an invitation, so that a double tap, a reload or a
//! crash between the two services makes no ghost (section 6 of the contracts).
//!
//! The page's form names the attempt too, for browsers that keep no cookies, or no longer.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use service_kit::settings::PublicUrl;
use uuid::Uuid;

const NAME: &str = "walkthrough_attempt";

/// Far longer than the Console remembers an attempt (10 minutes after it was carried out): people
/// read the agreement first, and the cookie must still be there for the second of two taps.
const LIFE: Duration = Duration::hours(2);

/// The attempt that the browser has been given.
pub(super) fn known(request: &HttpRequest) -> Option<Uuid> {
    Uuid::try_parse(request.cookie(NAME)?.value()).ok()
}

/// The cookie for an attempt. Only the walkthrough's own form sends it back.
pub(super) fn cookie(attempt: Uuid, public: &PublicUrl) -> Cookie<'static> {
    Cookie::build(NAME, attempt.to_string())
        .path("/walkthrough")
        .http_only(true)
        .secure(public.is_https())
        .same_site(SameSite::Lax)
        .max_age(LIFE)
        .finish()
}
