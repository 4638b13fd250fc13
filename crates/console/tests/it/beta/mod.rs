//! `/console/beta`: testers and their invitations.

mod detail;
mod invite;
mod link;
mod list;
mod orders;
mod page;
mod plan;
mod resend;
mod states;
mod timeline;
mod way_in;
