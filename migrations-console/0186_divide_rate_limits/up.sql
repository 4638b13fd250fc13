-- The table is as it was; what stands in front of a client's address is new.

COMMENT ON TABLE rate_limit_windows IS
    'How many requests to one part of the Console each client has made in its current minute, counted by all processes together.';
COMMENT ON COLUMN rate_limit_windows.client IS
    'The part that is counted, a space, and an IPv4 address or an IPv6 /64.';
