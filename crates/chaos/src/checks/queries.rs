//! One query an invariant: each row that it finds is one too many.

/// An invariant and who breaks it.
pub(super) struct Query {
    /// Its name.
    pub(super) invariant: &'static str,
    /// What a row of it means.
    pub(super) words: &'static str,
    /// What was promised, which the query finds in `given.value` as an array of objects.
    pub(super) promise: Option<&'static str>,
    /// The query.
    pub(super) sql: &'static str,
}

const fn query(invariant: &'static str, words: &'static str, sql: &'static str) -> Query {
    Query { invariant, words, promise: None, sql }
}

const fn promised(
    invariant: &'static str,
    promise: &'static str,
    words: &'static str,
    sql: &'static str,
) -> Query {
    Query { invariant, words, promise: Some(promise), sql }
}

/// About Raptor's database.
pub(super) const RAPTOR: &[Query] = &[
    promised(
        "credential-lost",
        "signups",
        "verify answered 200, and the passkey or its account is not there",
        "SELECT note.* FROM given, jsonb_to_recordset(value)
             AS note(email text, user_id bigint, credential_id text)
         WHERE NOT EXISTS (
             SELECT FROM users u JOIN webauthn_credentials c ON c.user_id = u.id
             WHERE u.id = note.user_id AND u.email = note.email
               AND c.credential_id = decode(note.credential_id, 'hex'))",
    ),
    query(
        "credential-lost",
        "a passkey or a live session went with its account",
        "SELECT * FROM chaos.losses",
    ),
    query(
        "unaudited-deletion",
        "an account was deleted, and its audit row was not committed before or with that",
        "SELECT * FROM chaos.deletions WHERE NOT audited",
    ),
    query(
        "unaudited-signup",
        "a passkey has no account.signup_completed in the audit log",
        "SELECT u.id, u.email FROM webauthn_credentials c JOIN users u ON u.id = c.user_id
         WHERE u.email NOT LIKE 'bystander-%' AND NOT EXISTS (
             SELECT FROM audit_log a WHERE a.action = 'account.signup_completed'
               AND a.target_id = u.id::text)",
    ),
    query(
        "two-passkeys",
        "one invitation made more than one passkey",
        "SELECT user_id, count(*) FROM webauthn_credentials GROUP BY user_id HAVING count(*) > 1",
    ),
    promised(
        "session-lost",
        "sign-ins",
        "a sign-in was answered with a session that is not there",
        "SELECT note.email FROM given, jsonb_to_recordset(value) AS note(email text, session text)
         WHERE NOT EXISTS (SELECT FROM customer_sessions s
                           WHERE s.id_sha256 = decode(note.session, 'hex'))",
    ),
    promised(
        "session-alive",
        "sign-outs",
        "a sign-out was confirmed, and the session lives, or its end is not in the audit log",
        "SELECT s.id, s.user_id FROM given, jsonb_to_recordset(value) AS note(session text)
         JOIN customer_sessions s ON s.id_sha256 = decode(note.session, 'hex')
         WHERE s.revoked_at IS NULL OR NOT EXISTS (
             SELECT FROM audit_log a WHERE a.action = 'account.signed_out'
               AND a.target_id = s.user_id::text)",
    ),
    promised(
        "reset-without-deletion",
        "resets completed",
        "a reset was confirmed to this operator, and Raptor has no account.ghost_reset by them",
        "SELECT note.* FROM given, jsonb_to_recordset(value) AS note(email text, actor text)
         WHERE NOT EXISTS (
             SELECT FROM audit_log a WHERE a.action = 'account.ghost_reset'
               AND a.actor_user_id = note.actor
               AND (a.target_id = note.email OR a.target_id IN (
                   SELECT d.user_id::text FROM chaos.deletions d WHERE d.email = note.email)))",
    ),
];

/// About the Console's database.
pub(super) const CONSOLE: &[Query] = &[
    query(
        "two-live-tokens",
        "a tester has more than one unrevoked invitation",
        "SELECT tester_email, array_agg(id) AS tokens FROM beta_walkthrough_tokens
         WHERE revoked_at IS NULL GROUP BY tester_email HAVING count(*) > 1",
    ),
    query(
        "unaudited-revocation",
        "an invitation was revoked without an audit row before or with that",
        "SELECT * FROM chaos.revocations WHERE NOT audited",
    ),
    query(
        "reset-without-end",
        "resets that were initiated, and the runs that there are, do not match",
        "SELECT t.email, i.initiated, r.runs FROM beta_testers t
         CROSS JOIN LATERAL (SELECT count(*) AS initiated FROM audit_log a
             WHERE a.action = 'console.beta.ghost_reset.initiated'
               AND a.target_type = 'beta_tester' AND a.target_id = t.id::text) i
         CROSS JOIN LATERAL (SELECT count(*) AS runs FROM beta_ghost_resets r
             WHERE r.tester_id = t.id) r
         WHERE i.initiated <> r.runs",
    ),
    query(
        "reset-without-end",
        "resets that were completed or failed, and the audit rows that say so, do not match",
        "SELECT t.email, r.*, a.* FROM beta_testers t
         CROSS JOIN LATERAL (SELECT
                 count(*) FILTER (WHERE outcome = 'completed') AS completed_runs,
                 count(*) FILTER (WHERE outcome IN ('failed', 'unknown')) AS failed_runs
             FROM beta_ghost_resets r WHERE r.tester_id = t.id) r
         CROSS JOIN LATERAL (SELECT
                 count(*) FILTER (WHERE action = 'console.beta.ghost_reset.completed')
                     AS completed_rows,
                 count(*) FILTER (WHERE action = 'console.beta.ghost_reset.failed') AS failed_rows
             FROM audit_log a WHERE a.target_type = 'beta_tester'
               AND a.target_id = t.id::text) a
         WHERE r.completed_runs <> a.completed_rows OR r.failed_runs > a.failed_rows",
    ),
    query(
        "completed-before-mail",
        "a reset was completed with the mail as accepted, which it was not yet",
        "SELECT * FROM chaos.completions WHERE email_sent AND NOT accepted",
    ),
    promised(
        "reset-lost",
        "resets completed",
        "a reset was confirmed, and its invitation or its last audit row is not there",
        "SELECT note.* FROM given, jsonb_to_recordset(value)
             AS note(tester_id bigint, email text, token_id bigint, actor text)
         WHERE NOT EXISTS (SELECT FROM beta_walkthrough_tokens k
                           WHERE k.id = note.token_id AND k.tester_email = note.email)
            OR NOT EXISTS (
                SELECT FROM audit_log a WHERE a.action = 'console.beta.ghost_reset.completed'
                  AND a.target_id = note.tester_id::text AND a.actor = note.actor
                  AND (a.payload ->> 'new_token_id')::bigint = note.token_id)",
    ),
    promised(
        "no-invitation-after-reset",
        "resets completed",
        "after a reset there is not exactly one invitation that works or was used",
        "SELECT DISTINCT note.email FROM given, jsonb_to_recordset(value) AS note(email text)
         WHERE (SELECT count(*) FROM beta_walkthrough_tokens k
                WHERE k.tester_email = note.email AND k.revoked_at IS NULL) <> 1",
    ),
    promised(
        "old-invitation-alive",
        "resets completed",
        "an invitation from before a reset is not revoked",
        "SELECT note.*, k.id FROM given, jsonb_to_recordset(value)
             AS note(email text, token_id bigint)
         JOIN beta_walkthrough_tokens k ON k.tester_email = note.email
         WHERE k.id < note.token_id AND k.revoked_at IS NULL",
    ),
    promised(
        "invitation-lost",
        "invitations",
        "an invitation was confirmed, and it or its audit row is not there",
        "SELECT note.* FROM given, jsonb_to_recordset(value)
             AS note(tester_id bigint, email text, token_id bigint)
         WHERE NOT EXISTS (
             SELECT FROM beta_testers t
             JOIN beta_walkthrough_tokens k ON k.tester_email = t.email
             JOIN audit_log a ON a.target_id = t.id::text
                             AND a.action = 'console.beta.tester.invited'
             WHERE t.id = note.tester_id AND t.email = note.email AND k.id = note.token_id)",
    ),
    promised(
        "acknowledgement-lost",
        "walkthroughs accepted",
        "the agreement was accepted, and no row or no audit row says so",
        "SELECT note.* FROM given, jsonb_to_recordset(value) AS note(email text, nda_version text)
         WHERE NOT EXISTS (SELECT FROM beta_nda_acknowledgements n
                           WHERE n.email = note.email AND n.nda_version = note.nda_version)
            OR NOT EXISTS (
                SELECT FROM audit_log a JOIN beta_testers t ON t.id::text = a.target_id
                WHERE a.action = 'console.beta.walkthrough.consumed' AND t.email = note.email)",
    ),
    promised(
        "unaudited-link",
        "links revealed",
        "a link was shown more often than the audit log knows",
        "SELECT note.tester_id, count(*) FROM given, jsonb_to_recordset(value)
             AS note(tester_id bigint)
         GROUP BY note.tester_id HAVING count(*) > (
             SELECT count(*) FROM audit_log a
             WHERE a.action = 'console.beta.invitation_link.revealed'
               AND a.target_id = note.tester_id::text)",
    ),
    promised(
        "unaudited-resend",
        "invitations sent again",
        "an invitation was sent again more often than the audit log knows",
        "SELECT note.tester_id, count(*) FROM given, jsonb_to_recordset(value)
             AS note(tester_id bigint)
         GROUP BY note.tester_id HAVING count(*) > (
             SELECT count(*) FROM audit_log a WHERE a.action = 'console.beta.invitation.resent'
               AND a.target_id = note.tester_id::text)",
    ),
    promised(
        "unaudited-flag",
        "flags switched",
        "a flag changed more often than the audit log knows",
        "SELECT f.changes FROM (SELECT count(*) AS changes FROM audit_log
             WHERE action = 'console.flag.changed') f, given
         WHERE f.changes = 0 AND jsonb_array_length(value) > 0",
    ),
    query(
        "wrong-address",
        "a mail is addressed to somebody else than its tester or its invitation's",
        "SELECT m.id, m.to_email, t.email, k.tester_email FROM mail_outbox m
         JOIN beta_testers t ON t.id = m.tester_id
         JOIN beta_walkthrough_tokens k ON k.id = m.token_id
         WHERE m.to_email <> t.email OR m.to_email <> k.tester_email",
    ),
];
