DROP TABLE beta_figures;
CREATE INDEX beta_testers_name_prefix_idx ON beta_testers (lower(name) text_pattern_ops);
CREATE INDEX beta_testers_email_prefix_idx ON beta_testers (email text_pattern_ops);
DROP INDEX IF EXISTS beta_testers_search_idx;
-- The extension stays where it is somebody else's, or where something else uses it.
DO $$
BEGIN
    DROP EXTENSION IF EXISTS pg_trgm;
EXCEPTION
    WHEN insufficient_privilege OR dependent_objects_still_exist THEN
        RAISE NOTICE 'pg_trgm stays (%)', SQLERRM;
END
$$;
DROP INDEX beta_walkthrough_tokens_consumed_at_idx;
DROP INDEX beta_testers_state_stuck_idx;
DROP INDEX beta_testers_state_name_idx;
DROP INDEX beta_testers_stuck_idx;
DROP INDEX beta_testers_name_idx;
ALTER TABLE beta_testers RESET (fillfactor);
CREATE INDEX beta_testers_refresh_idx ON beta_testers (account_seen_at NULLS FIRST, id);
