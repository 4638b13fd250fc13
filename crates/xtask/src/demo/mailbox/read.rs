//! The pages that only show: all mails, one mail, its HTML part.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use service_kit::error::ApiError;

use super::{Mailbox, answers, views};

/// The HTML part is foreign: in a frame, without scripts, forms or requests. Its links open a
/// tab of their own that is free of all that.
const HTML_PART_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
     default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; \
     base-uri 'none'; frame-ancestors 'self'";

/// `GET /`: every mail, the newest first.
pub(super) async fn list(mailbox: web::Data<Mailbox>) -> Result<HttpResponse, ApiError> {
    let mut mails = mailbox.mails().clone();
    mails.reverse();
    let page = views::Mails {
        addresses: &mailbox.addresses,
        plays: mailbox.plays(),
        mails: &mails,
        now: mailbox.clock.now(),
    };
    answers::page(&mailbox, &page)
}

/// `GET /mails/{number}`: one mail, and what the tester may do with it.
pub(super) async fn mail(
    mailbox: web::Data<Mailbox>,
    number: web::Path<usize>,
) -> Result<HttpResponse, ApiError> {
    let mail = mailbox.find(*number)?;
    let page = views::OneMail {
        addresses: &mailbox.addresses,
        plays: mailbox.plays(),
        mail: &mail,
        now: mailbox.clock.now(),
    };
    answers::page(&mailbox, &page)
}

/// `GET /mails/{number}/html`: the HTML part as it was sent, for the frame.
pub(super) async fn html(
    mailbox: web::Data<Mailbox>,
    number: web::Path<usize>,
) -> Result<HttpResponse, ApiError> {
    let mail = mailbox.find(*number)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, HTML_PART_POLICY))
        .insert_header((header::X_FRAME_OPTIONS, "SAMEORIGIN"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(in_new_tabs(&mail.html)))
}

/// Makes links open a tab of their own: most sites, ours too, refuse to be shown in a frame.
fn in_new_tabs(html: &str) -> String {
    const BASE: &str = "<base target=\"_blank\">";
    match html.find("<head>") {
        Some(head) => {
            let (before, after) = html.split_at(head + "<head>".len());
            format!("{before}{BASE}{after}")
        }
        None => format!("{BASE}{html}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_goes_into_the_head_where_there_is_one() {
        let html = "<!doctype html><html><head><title>Hello</title></head></html>";
        let wanted =
            "<!doctype html><html><head><base target=\"_blank\"><title>Hello</title></head></html>";
        assert_eq!(in_new_tabs(html), wanted);
        assert_eq!(in_new_tabs("<p>Hello"), "<base target=\"_blank\"><p>Hello");
    }
}
