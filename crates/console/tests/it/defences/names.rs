//! One name with everything in it, followed through every page, mail, download and log.

use serde_json::{Value, json};
use test_support::postmark::Outcome;
use test_support::wait::within;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::helpers::binary::start;
use crate::helpers::{Ask, Client, Operator, Reply, System, migrated_database, variables};

/// A formula, markup, quotes, marks that turn, isolate and end isolation, what nobody sees, and a
/// word by which it is found again.
const NASTY: &str = "=1+1|<script>alert(1)</script>\"'&amp;{{7*7}}\u{202e}\u{2066}\u{2069}\u{2069}\
                     \u{200f}\u{61c}\u{200b}\u{2028}\u{202c}evif-ytrof";
const FOUND_BY: &str = "evif-ytrof";
const EMAIL: &str = "ada@example.com";

/// What could turn, end or break what stands around it. FSI and PDI are ours, in pairs.
fn reaches_out(c: char) -> bool {
    let marks = ['\u{61c}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{2066}', '\u{2067}'];
    marks.contains(&c) || ('\u{202a}'..='\u{202e}').contains(&c)
}

/// Asserts that the page shows the name, and that the name does nothing to the page.
#[track_caller]
fn assert_harmless(page: &Reply) {
    assert!(page.header("content-type").starts_with("text/html"), "{page:?}");
    let text = &page.text;
    assert!(!text.contains("<script>alert") && !text.contains("49|"), "{text}");
    let typed = text.matches("value=\"=1+1").count();
    let turning = text.chars().filter(|c| reaches_out(*c)).count();
    assert!(turning == 0 || typed > 0, "{text}");
    for (place, _) in text.match_indices(FOUND_BY) {
        let before = &text[..place];
        let inside = |open: &str, close: &str| {
            before.rfind(open).is_some_and(|at| !before[at + open.len()..].contains(close))
        };
        let isolated = inside("<bdi>", "</bdi>") || inside("\u{2068}", "\u{2069}");
        // The details of an audit row are a block of their own, a field is one, too, and what is
        // in an address is escaped there.
        let blocks = [("<pre>", "</pre>"), ("value=\"", "\""), ("href=\"", "\"")];
        let apart = blocks.iter().any(|(open, close)| inside(open, close));
        assert!(isolated || apart, "{text}");
    }
    let count = |mark: char| text.chars().filter(|c| *c == mark).count();
    assert!(typed > 0 || count('\u{2068}') == count('\u{2069}'), "{text}");
}

async fn invited(system: &System, operator: &Operator) -> i64 {
    let fields = [("email", EMAIL), ("name", NASTY)];
    operator.client.submit("/console/beta/testers", &fields).await.assert_redirect("/console/beta");
    let told = operator.client.page("/console/beta").await;
    told.assert_page(200, "is invited");
    assert_harmless(&told);
    system.console.number("SELECT id FROM beta_testers").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_of_the_console_is_turned_broken_or_scripted_by_a_name() {
    let system = System::start().await;
    let app = &system.console;
    let admin = app.enrol("superadmin").await;
    app.switch_ghost_reset(true).await;
    system.postmark.always(Outcome::Refuse { status: 422, error_code: 406 });
    let tester = invited(&system, &admin).await;
    system.raptor.add_shell(EMAIL, 60).await;
    let page = format!("/console/beta/testers/{tester}");
    let reset = format!("{page}/ghost-reset");
    for path in ["/console", "/console/beta", "/console/audit", &page, &reset] {
        let shown = admin.client.page(path).await;
        assert_eq!(shown.status, 200, "{shown:?}");
        let is_named = shown.text.contains(FOUND_BY);
        assert!(is_named, "{path}: {}", shown.text);
        assert_harmless(&shown);
    }
    let search = url::form_urlencoded::byte_serialize(NASTY.as_bytes()).collect::<String>();
    assert_harmless(&admin.client.page(&format!("/console/beta?q={search}")).await);
    let link = admin.client.submit(&format!("{page}/link"), &[]).await;
    link.assert_page(200, "Invitation link for <bdi>");
    assert_harmless(&link);
    // A form that is refused comes back with what was typed.
    let fields = [("email", "wrong"), ("name", NASTY)];
    admin.client.submit("/console/beta/testers", &fields).await;
    assert_harmless(&admin.client.page("/console/beta").await);
    admin.client.submit(&reset, &[]).await;
    for path in ["/console/beta", &page, "/console/audit", "/console", "/console/flags"] {
        assert_harmless(&admin.client.page(path).await);
    }
    // An interrupted reset names its tester as well.
    app.sql(
        "UPDATE beta_ghost_resets SET started_at = now() - interval '1 hour', \
             finished_at = NULL, outcome = NULL",
    )
    .await;
    for path in ["/console/beta", "/console", &page] {
        assert_harmless(&admin.client.page(path).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_gets_the_name_as_it_is_and_a_spreadsheet_no_formula() {
    let system = System::start().await;
    let app = &system.console;
    let admin = app.enrol("superadmin").await;
    let tester = invited(&system, &admin).await;
    let twin = admin.client.tester(tester).await.json();
    assert_eq!(twin["tester"]["name"], NASTY);
    assert_eq!(admin.client.testers("").await.json()["testers"][0]["name"], NASTY);
    let row = admin.client.audit("?action=console.beta.tester.invited").await.json();
    assert_eq!(row["entries"][0]["payload"]["name"], NASTY);
    // Names stand in a payload; whatever stands in a field of its own is guarded, too.
    app.sql(
        "INSERT INTO audit_log (actor, action, target_type, target_id, payload) VALUES \
         ('=HYPERLINK(\"http://x\")', '+x', '-x', E'@x\r\ny', '{}')",
    )
    .await;
    let csv = admin.client.audit("?format=csv").await.text;
    assert!(!csv.chars().any(reaches_out) && !csv.contains('\u{200b}'), "{csv}");
    let rows = parse(&csv);
    let payload = rows.iter().find(|row| row[3] == "console.beta.tester.invited").unwrap();
    let payload: Value = serde_json::from_str(&payload[6]).unwrap();
    assert_eq!(payload["name"], NASTY);
    for field in rows.iter().flatten() {
        assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{field:?}");
    }
    assert!(rows.iter().any(|row| row[2] == "'=HYPERLINK(\"http://x\")" && row[5] == "'@x\r\ny"));
}

/// The rows of a CSV (RFC 4180), each of seven fields.
fn parse(csv: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (vec![], vec![], String::new(), false);
    let mut rest = csv.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => field.push(rest.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    assert!(rows.iter().all(|row: &Vec<String>| row.len() == 7), "{csv}");
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_the_mail_nor_the_walkthrough_is_changed_by_a_name() {
    let system = System::start().await;
    let admin = system.console.enrol("superadmin").await;
    invited(&system, &admin).await;
    let mail = system.postmark.wait_for_mail(1).await.remove(0);
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        (EMAIL, "Your invitation to the Raxx beta")
    );
    for part in [&mail.text_body, &mail.html_body] {
        assert!(!part.chars().any(reaches_out), "{part}");
    }
    assert!(!mail.html_body.contains("<script>"), "{}", mail.html_body);
    let link = mail.link("/walkthrough").unwrap();
    let token = crate::helpers::token_of_link(link);
    let path = format!("/walkthrough?token={token}");
    let page = system.raptor.client.page(&path).await;
    page.assert_page(200, FOUND_BY);
    assert_harmless(&page);
    let form = Ask::form("/walkthrough", &[("token", &token), ("nda_version", "none")]).html();
    let again = system.raptor.client.send(form).await;
    assert!(again.text.contains(FOUND_BY), "{again:?}");
    assert_harmless(&again);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_characters_are_no_part_of_a_name() {
    let system = System::start().await;
    let admin = system.console.enrol("superadmin").await;
    for name in ["a\nb", "a\rb", "a\tb", "a\u{0}b", "a\u{1b}[31mb", "a\u{85}b", "a\u{7f}b"] {
        admin.client.invite(EMAIL, name).await.assert_error(400, "invalid_request");
    }
    assert_eq!(admin.client.invite(EMAIL, "\u{202e}").await.status, 201);
    admin.client.page("/console/beta").await.assert_page(200, "(a name that cannot be seen)");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_writes_a_line_of_the_log_or_colours_it() {
    for format in ["pretty", "json"] {
        let database = migrated_database().await;
        let mut given = variables(&database.url());
        given.insert("LOG_FORMAT", format.to_owned());
        given.insert("POSTMARK_WEBHOOK_SECRET", "a secret of the tests".to_owned());
        given.insert("PORT", free_port().to_string());
        given.insert("NO_COLOR", "1".to_owned());
        let client = Client::new(given["PORT"].parse().unwrap());
        let mut program = start(&["serve"], &given);
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let listening =
            async { while !lines.next_line().await.unwrap().unwrap().contains("listening") {} };
        within("it listens", listening).await;
        for ask in asks_with_control_characters() {
            client.send(ask).await;
        }
        client.send(Ask::get("/last")).await;
        let mut seen = Vec::new();
        let read = async {
            while seen.iter().filter(|line: &&String| line.contains("answered")).count() < 6 {
                seen.push(lines.next_line().await.unwrap().unwrap());
            }
        };
        within("each request has its line", read).await;
        for line in &seen {
            assert!(!line.contains('\u{1b}') && !line.chars().any(|c| c.is_control()), "{line:?}");
            // A line of ours begins as ours do, and nobody else's begins one.
            let ours =
                if format == "json" { line.starts_with('{') } else { line.starts_with("20") };
            assert!(ours && !line.starts_with("FAKE"), "{line:?}");
        }
    }
}

/// Requests whose text would begin a line or colour it, wherever text of theirs is logged.
fn asks_with_control_characters() -> [Ask; 5] {
    let evil = "x\u{1b}[31m\r\nFAKE level=ERROR";
    [
        Ask::json("/console/login/begin", &json!({ evil: 1 })),
        Ask::json("/console/login/finish", &json!({"ceremony_id": evil, "credential": {}})),
        Ask::json("/console/enroll/begin", &json!({"token": evil})),
        Ask::get("/console/%0d%0aFAKE%1b[31m?x=%0d%0aFAKE"),
        Ask::get("/healthz/x")
            .header("x-request-id", "x\u{e9}\tFAKE")
            .method("F-AKE".parse().unwrap()),
    ]
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
