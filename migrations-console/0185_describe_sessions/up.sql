-- What an operator needs to tell their sessions apart and to end one from another browser.

ALTER TABLE admin_sessions
    ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid()
        CONSTRAINT admin_sessions_public_id_key UNIQUE,
    ADD COLUMN browser text NOT NULL DEFAULT 'other',
    ADD COLUMN platform text NOT NULL DEFAULT 'other',
    ADD CONSTRAINT admin_sessions_browser_is_known CHECK (browser IN (
        'chrome', 'safari', 'firefox', 'edge', 'samsung_internet', 'opera', 'in_app', 'other')),
    ADD CONSTRAINT admin_sessions_platform_is_known CHECK (platform IN (
        'ios', 'ipados', 'android', 'windows', 'macos', 'chromeos', 'linux', 'other'));

COMMENT ON COLUMN admin_sessions.public_id IS
    'What the session is called where it is listed: opens nothing, and tells nothing of the id in the cookie.';
COMMENT ON COLUMN admin_sessions.browser IS
    'The family of the browser that signed in, by its User-Agent, of which nothing else is kept.';
COMMENT ON COLUMN admin_sessions.platform IS
    'What that browser runs on.';
