//! `/console/admins`: the operators.

mod changes;
mod invitations;
mod last_superadmin;
mod pages;
