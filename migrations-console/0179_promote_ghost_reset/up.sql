-- Off: the action answers 404 and no page shows it until an operator switches it on.
INSERT INTO feature_flags (name, enabled, description)
VALUES ('beta_ghost_reset', false, 'Operators may reset testers whose signup broke half-way.');
