//! `/console/admins`: the operators.

mod changes;
mod detail;
mod invitations;
mod last_superadmin;
mod pages;
