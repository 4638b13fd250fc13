//! What has to hold before a change goes in.

use std::time::Instant;

use test_support::chromium;
use test_support::postgres::{self, Cluster, Options};
use test_support::redis::{self, RedisServer};

use crate::demo::conformance;
use crate::step::{Failure, announce, cargo, done, run};
use crate::{deny, docs, edges};

/// Everything but the tests.
pub(crate) fn check() -> Result<(), Failure> {
    announce("schemathesis, installed where it is missing");
    let started = Instant::now();
    conformance::prepare().map_err(Failure::Conformance)?;
    done(started);
    run("cargo fmt --all --check", &mut cargo(&["fmt", "--all", "--check"]))?;
    run(
        "cargo clippy --workspace --all-targets -- -D warnings",
        &mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    )?;
    run(
        "cargo doc --workspace --no-deps (warnings are errors)",
        cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    announce("the dependency rules");
    let started = Instant::now();
    edges::check()?;
    done(started);
    announce("what the documentation points at");
    let started = Instant::now();
    docs::check()?;
    done(started);
    deny::check()?;
    announce("the services against their OpenAPI documents");
    let started = Instant::now();
    conformance::run(conformance::Options::default()).map_err(Failure::Conformance)?;
    done(started);
    Ok(())
}

/// Everything, with one Postgres and one Redis for all tests. They are started first, and the
/// browser is looked for: that something is missing should not be news that comes after ten
/// minutes.
pub(crate) fn test() -> Result<(), Failure> {
    announce("a browser, and a throw-away Postgres and Redis");
    let started = Instant::now();
    if chromium::find().is_none() {
        return Err(Failure::NoChromium);
    }
    let cluster = Cluster::start(&Options::default())?;
    let redis = RedisServer::start()?;
    done(started);
    check()?;
    run(
        "cargo test --workspace",
        cargo(&["test", "--workspace"])
            .env(postgres::URL_VARIABLE, cluster.url("postgres"))
            .env(redis::URL_VARIABLE, redis.url()),
    )?;
    announce("cargo xtask chaos --planted");
    let started = Instant::now();
    if !chaos::planted::look_for_all(1)? {
        return Err(Failure::Planted);
    }
    done(started);
    eprintln!("\nAll checks and tests passed.");
    Ok(())
}
