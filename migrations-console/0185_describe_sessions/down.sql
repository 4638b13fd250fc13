ALTER TABLE admin_sessions
    DROP COLUMN platform,
    DROP COLUMN browser,
    DROP COLUMN public_id;
