//! Triggers of ours in the databases. They look at the moment of each commit, because afterwards
//! an audit row that came too late looks like one that came in time.

/// In Raptor's database. An account may only go with its audit row; a passkey or a live session
/// may not go at all.
pub(super) const RAPTOR: &str = "
CREATE SCHEMA chaos;
CREATE TABLE chaos.deletions (
    user_id bigint, email text, audited boolean, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE chaos.losses (what text, user_id bigint, at timestamptz DEFAULT clock_timestamp());

CREATE FUNCTION chaos.note_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos.deletions (user_id, email, audited)
    SELECT OLD.id, OLD.email, EXISTS (
        SELECT FROM audit_log
        WHERE action = 'account.ghost_reset' AND target_kind = 'user'
          AND target_id = OLD.id::text);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER chaos_note_deletion AFTER DELETE ON users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chaos.note_deletion();

CREATE FUNCTION chaos.note_loss() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos.losses (what, user_id) VALUES (TG_TABLE_NAME, OLD.user_id);
    RETURN NULL;
END $$;
CREATE TRIGGER chaos_note_loss AFTER DELETE ON webauthn_credentials
    FOR EACH ROW EXECUTE FUNCTION chaos.note_loss();
CREATE TRIGGER chaos_note_loss AFTER DELETE ON customer_sessions
    FOR EACH ROW WHEN (OLD.revoked_at IS NULL) EXECUTE FUNCTION chaos.note_loss();
";

/// In the Console's database. An invitation may only be revoked by a reset that is under way and
/// in the audit log, or together with the audit row of a new one; a reset may only say that the
/// mail was accepted when it was.
pub(super) const CONSOLE: &str = "
CREATE SCHEMA chaos;
CREATE TABLE chaos.revocations (
    token_id bigint, email text, audited boolean, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE chaos.completions (
    tester_id text, token_id bigint, email_sent boolean, accepted boolean,
    at timestamptz DEFAULT clock_timestamp());

CREATE FUNCTION chaos.note_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos.revocations (token_id, email, audited)
    SELECT OLD.id, OLD.tester_email, EXISTS (
        SELECT FROM beta_testers t
        JOIN audit_log a ON a.target_type = 'beta_tester' AND a.target_id = t.id::text
        WHERE t.email = OLD.tester_email AND (
            a.action = 'console.beta.invitation.resent'
                AND a.xmin::text::bigint = pg_current_xact_id()::text::bigint % 4294967296
            OR a.action = 'console.beta.ghost_reset.initiated' AND EXISTS (
                SELECT FROM beta_ghost_resets r
                WHERE r.tester_id = t.id
                  -- One that another has overtaken may still be at work.
                  AND (r.finished_at IS NULL OR r.outcome = 'rerun'))));
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER chaos_note_revocation AFTER UPDATE ON beta_walkthrough_tokens
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
    EXECUTE FUNCTION chaos.note_revocation();

CREATE FUNCTION chaos.note_completion() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    token bigint := (NEW.payload ->> 'new_token_id')::bigint;
BEGIN
    INSERT INTO chaos.completions (tester_id, token_id, email_sent, accepted)
    SELECT NEW.target_id, token, (NEW.payload ->> 'email_sent')::boolean, EXISTS (
        SELECT FROM mail_outbox WHERE token_id = token AND status = 'accepted');
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER chaos_note_completion AFTER INSERT ON audit_log
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.action = 'console.beta.ghost_reset.completed')
    EXECUTE FUNCTION chaos.note_completion();
";
