-- The worker writes each tester's row about once a minute. No index may hold what it writes
-- (account_seen_at, refresh_claimed_at), and pages keep some room: then an update stays on its
-- page and touches no index (HOT). With an index over account_seen_at each one wrote every index
-- of the table anew, the search index too, and took five times as long.
DROP INDEX beta_testers_refresh_idx;
ALTER TABLE beta_testers SET (fillfactor = 70);

-- Each order of the list, for all testers and for those of one state. A tester whose state was
-- never seen comes last in the order of states: what is not known has not held for long.
CREATE INDEX beta_testers_name_idx ON beta_testers (lower(name), id);
CREATE INDEX beta_testers_stuck_idx
    ON beta_testers (coalesce(account_state_since, 'infinity'), id);
CREATE INDEX beta_testers_state_name_idx ON beta_testers (account_state, lower(name), id);
CREATE INDEX beta_testers_state_stuck_idx
    ON beta_testers (account_state, coalesce(account_state_since, 'infinity'), id);

-- Invitations spent, by day.
CREATE INDEX beta_walkthrough_tokens_consumed_at_idx ON beta_walkthrough_tokens (consumed_at)
    WHERE consumed_at IS NOT NULL;

-- A search looks inside names and addresses, which only an index of trigrams can do. pg_trgm is a
-- trusted extension that comes with Postgres, but a server may lack it, and a role without CREATE
-- on the database may not add it. The Console does without then: a search reads the whole table,
-- which takes about a tenth of a second at 100,000 testers.
-- The operator class is named by its schema: hosts keep extensions in one of their own. Without
-- fastupdate, because testers are added one by one, and a search would read what is pending.
DO $$
DECLARE
    home text;
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    SELECT quote_ident(nspname) INTO STRICT home
    FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
    WHERE extname = 'pg_trgm';
    EXECUTE format(
        'CREATE INDEX beta_testers_search_idx ON beta_testers '
        'USING gin (email %1$s.gin_trgm_ops, name %1$s.gin_trgm_ops) WITH (fastupdate = off)',
        home
    );
EXCEPTION
    WHEN insufficient_privilege OR feature_not_supported OR undefined_file OR undefined_object THEN
        RAISE NOTICE 'pg_trgm is not to be had (%): searches read the whole table', SQLERRM;
END
$$;

-- Searches for a beginning, which nobody makes.
DROP INDEX beta_testers_email_prefix_idx;
DROP INDEX beta_testers_name_prefix_idx;

CREATE TABLE beta_figures (
    id boolean PRIMARY KEY DEFAULT true CONSTRAINT beta_figures_is_one_row CHECK (id),
    counted_at timestamptz NOT NULL DEFAULT now(),
    testers bigint NOT NULL,
    figures jsonb NOT NULL
);

COMMENT ON TABLE beta_figures IS
    'The figures of the Overview and of the filters, counted by the worker: with many testers a page cannot count them. One row, or none before the first count.';
COMMENT ON COLUMN beta_figures.counted_at IS
    'When they were counted, which the pages say.';
COMMENT ON COLUMN beta_figures.testers IS
    'How many testers there were. With few of them a page counts for itself.';
COMMENT ON COLUMN beta_figures.figures IS
    'The figures as the Console serialises them. What another version wrote is passed over.';
