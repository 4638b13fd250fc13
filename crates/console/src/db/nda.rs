//! `nda_documents` and `beta_nda_acknowledgements`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ghost_contracts::EmailAddress;
use service_kit::db::{Connection, DbError};

use crate::schema::{beta_nda_acknowledgements as acknowledgements, nda_documents};

/// The text testers agree to now.
#[derive(Debug, Clone, Queryable)]
pub struct NdaDocument {
    /// Its version.
    pub version: String,
    /// Plain text, an empty line between paragraphs.
    pub text: String,
}

/// The document published last.
///
/// # Errors
/// Where the database is away.
pub async fn current(connection: &mut Connection) -> Result<NdaDocument, DbError> {
    let document = nda_documents::table
        .order((nda_documents::published_at.desc(), nda_documents::version.desc()))
        .select((nda_documents::version, nda_documents::text))
        .first(connection)
        .await?;
    Ok(document)
}

/// Whether this person has agreed to this version.
///
/// # Errors
/// Where the database is away.
pub async fn is_acknowledged(
    connection: &mut Connection,
    email: &EmailAddress,
    version: &str,
) -> Result<bool, DbError> {
    let found = acknowledgements::table.find((email.as_str(), version));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(connection).await?)
}

/// Records that this person agrees to this version. A second row is never made.
///
/// # Errors
/// Where the database is away, or there is no such version.
pub async fn acknowledge(
    connection: &mut Connection,
    email: &EmailAddress,
    version: &str,
) -> Result<(), DbError> {
    diesel::insert_into(acknowledgements::table)
        .values((
            acknowledgements::email.eq(email.as_str()),
            acknowledgements::nda_version.eq(version),
        ))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    Ok(())
}
