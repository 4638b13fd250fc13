COMMENT ON TABLE rate_limit_windows IS
    'How many requests each client has made in its current minute, counted by all processes together.';
COMMENT ON COLUMN rate_limit_windows.client IS
    'An IPv4 address or an IPv6 /64.';
