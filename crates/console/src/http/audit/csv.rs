//! The audit log as CSV (RFC 4180), sent while it is read, so that its length costs no memory.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use futures_util::stream::{self, Stream};
use ghost_contracts::timestamp;
use service_kit::db::{DbError, Pool};
use service_kit::text::visible_json;

use crate::db;
use crate::domain::audit::asked::Asked;
use crate::domain::audit::{Entry, Filter};
use crate::domain::paging::Paging;

/// Rows that are read at a time.
const BATCH: i64 = 500;

const HEADER: &str = "id,occurred_at,actor,action,target_type,target_id,payload\r\n";

/// All rows that the filter wants; with a `limit` one page of them.
pub fn answer(pool: &Data<Pool>, filter: Filter, asked: &Asked, paging: Paging) -> HttpResponse {
    let limited = asked.limit.as_deref().is_some_and(|limit| !limit.is_empty());
    let left = if limited { paging.limit } else { i64::MAX };
    let rows = Rows { pool: pool.clone(), filter, before: paging.before, left, begun: false };
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"audit-log.csv\""))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(chunks(rows))
}

struct Rows {
    pool: Data<Pool>,
    filter: Filter,
    before: Option<i64>,
    left: i64,
    begun: bool,
}

/// The header, then a batch at a time. Where the database goes away the answer breaks off, so that
/// nobody takes half a log for the whole.
fn chunks(rows: Rows) -> impl Stream<Item = Result<Bytes, DbError>> {
    stream::try_unfold(rows, |mut rows| async move {
        if !rows.begun {
            rows.begun = true;
            return Ok(Some((Bytes::from_static(HEADER.as_bytes()), rows)));
        }
        if rows.left <= 0 {
            return Ok(None);
        }
        let wanted = rows.left.min(BATCH);
        let mut connection = rows.pool.get().await?;
        let entries = db::audit::page(&mut connection, &rows.filter, rows.before, wanted).await?;
        drop(connection);
        let Some(last) = entries.last() else { return Ok(None) };
        rows.before = Some(last.id);
        rows.left -= wanted;
        let text: String = entries.iter().map(line).collect();
        Ok(Some((Bytes::from(text), rows)))
    })
}

fn line(entry: &Entry) -> String {
    let fields = [
        entry.id.to_string(),
        timestamp::to_text(&entry.occurred_at),
        entry.actor.clone(),
        entry.action.clone(),
        entry.target_type.clone(),
        entry.target_id.clone(),
        visible_json(&entry.payload.to_string()),
    ];
    let mut line = fields.map(|text| field(&text)).join(",");
    line.push_str("\r\n");
    line
}

/// One field in quotes. A spreadsheet takes what begins with one of these signs for a formula,
/// which an apostrophe in front prevents.
fn field(text: &str) -> String {
    // The wide ones are those of East Asian keyboards.
    let signs = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    let formula = text.starts_with(signs);
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_quoted_and_never_a_formula() {
        assert_eq!(field("plain"), "\"plain\"");
        assert_eq!(field("say \"hi\", you"), "\"say \"\"hi\"\", you\"");
        for formula in
            ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠A"]
        {
            assert_eq!(field(formula), format!("\"'{formula}\""));
        }
    }
}
