//! Files that are made from the code and checked in: `make generated` writes them anew.

mod configuration;
mod deployment;
mod metrics;
mod openapi;
