//! Accounts in use that nobody touches, though some will try.

use serde_json::{Value, json};

use crate::database::Database;
use crate::failure::Failure;

/// Their addresses: with a passkey and a session, with a passkey, with a session.
pub(crate) const BYSTANDERS: [&str; 3] = [
    "bystander-both@example.com",
    "bystander-passkey@example.com",
    "bystander-session@example.com",
];

/// Makes them, each with a row in every child table that no passkey and no session is.
pub(super) const MAKE: &str = "
INSERT INTO users (email, created_at) VALUES
    ('bystander-both@example.com', now() - interval '9 days'),
    ('bystander-passkey@example.com', now() - interval '9 days'),
    ('bystander-session@example.com', now() - interval '9 days');
INSERT INTO webauthn_credentials (user_id, credential_id, passkey)
    SELECT id, decode(md5(email), 'hex'), '{}' FROM users
    WHERE email IN ('bystander-both@example.com', 'bystander-passkey@example.com');
INSERT INTO customer_sessions (user_id)
    SELECT id FROM users
    WHERE email IN ('bystander-both@example.com', 'bystander-session@example.com');
DO $$
DECLARE
    child record;
BEGIN
    FOR child IN
        SELECT c.conrelid::regclass AS name, a.attname AS reference FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confrelid = 'users'::regclass
          AND c.conrelid NOT IN
            ('webauthn_credentials'::regclass, 'customer_sessions'::regclass)
    LOOP
        EXECUTE format('INSERT INTO %s (%I) SELECT id FROM users', child.name, child.reference);
    END LOOP;
END $$;
";

/// They are testers too, so that an operator can try to reset them.
pub(super) const INVITE: &str = "
INSERT INTO beta_testers (email, name)
    SELECT email, 'Bystander' FROM unnest(ARRAY[
        'bystander-both@example.com', 'bystander-passkey@example.com',
        'bystander-session@example.com']) AS email;
";

/// Every row of theirs, byte for byte.
pub(crate) async fn snapshot(raptor: &Database) -> Result<Vec<Value>, Failure> {
    let emails = json!(BYSTANDERS);
    let children = raptor
        .rows(
            "SELECT format('SELECT %L AS what, t::text AS row FROM %s t JOIN users u \
                            ON u.id = t.%I', c.conrelid::regclass, c.conrelid::regclass, \
                           a.attname) AS query \
             FROM pg_constraint c \
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
             WHERE c.contype = 'f' AND c.confrelid = 'users'::regclass ORDER BY 1",
            &Value::Null,
        )
        .await?;
    let mut queries = vec!["SELECT 'users' AS what, u::text AS row FROM users u".to_owned()];
    queries
        .extend(children.iter().filter_map(|child| Some(child.get("query")?.as_str()?.to_owned())));
    let mut rows = Vec::new();
    for query in queries {
        let query = format!(
            "{query} WHERE u.email IN (SELECT jsonb_array_elements_text(value) FROM given) \
             ORDER BY 1, 2"
        );
        rows.extend(raptor.rows(&query, &emails).await?);
    }
    Ok(rows)
}
