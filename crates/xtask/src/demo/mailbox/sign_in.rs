//! The desk where somebody without a passkey gets signed in to the Console.
//!
//! There is no back door for it in the Console. The demo's operators were invited and enrolled
//! as any other, with software passkeys. At each press of the button one of them signs in, and
//! the cookie that the Console sets is handed to the visitor's browser, which takes it because
//! the mailbox has the same host name: a cookie does not look at the port.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use service_kit::error::ApiError;
use service_kit::http::body::FormBody;

use super::{Mailbox, answers, views};
use crate::demo::failure::Failure;

/// An operator of the demo.
#[derive(Debug)]
pub(in crate::demo) struct Role {
    /// As the contracts name it.
    pub(in crate::demo) name: &'static str,
    pub(in crate::demo) email: &'static str,
    pub(super) may: &'static str,
}

/// One operator of each role, the one who may do everything first.
pub(in crate::demo) const ROLES: [Role; 3] = [
    Role {
        name: "superadmin",
        email: "operator@example.com",
        may: "May do everything: reset ghosts, invite, change flags and operators.",
    },
    Role {
        name: "support",
        email: "support@example.com",
        may: "May invite testers and send invitations again.",
    },
    Role { name: "readonly", email: "auditor@example.com", may: "May look, and change nothing." },
];

/// The form of the page.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Chosen {
    role: String,
}

/// `GET /sign-in`: whom one can be.
pub(super) async fn page(mailbox: web::Data<Mailbox>) -> Result<HttpResponse, ApiError> {
    show(&mailbox, None)
}

/// `POST /sign-in`: signs in and goes to the Console. Each time is a session of its own, so a
/// session that has ended is no obstacle.
pub(super) async fn sign_in(
    mailbox: web::Data<Mailbox>,
    FormBody(chosen): FormBody<Chosen>,
) -> Result<HttpResponse, ApiError> {
    let cookies = match session_of(&mailbox, &chosen.role).await {
        Ok(cookies) => cookies,
        Err(failure) => return show(&mailbox, Some(failure.to_string())),
    };
    let mut answer = HttpResponse::SeeOther();
    let console = format!("{}/console/beta", mailbox.addresses.console);
    answer.insert_header((header::LOCATION, console));
    for cookie in cookies {
        answer.append_header((header::SET_COOKIE, cookie));
    }
    Ok(answer.finish())
}

async fn session_of(mailbox: &Mailbox, role: &str) -> Result<Vec<String>, Failure> {
    let position = ROLES.iter().position(|known| known.name == role);
    let (Some(position), Some(operators)) = (position, mailbox.operators.get()) else {
        return Err(Failure::new("The demo has no such operator yet. Try again in a moment."));
    };
    let mut operators = operators.lock().await;
    match operators.get_mut(position) {
        Some(operator) => operator.sign_in().await,
        None => Err(Failure::new("The demo has no such operator.")),
    }
}

fn show(mailbox: &Mailbox, problem: Option<String>) -> Result<HttpResponse, ApiError> {
    let page = views::SignIn { addresses: &mailbox.addresses, roles: &ROLES, problem };
    answers::page(mailbox, &page)
}
