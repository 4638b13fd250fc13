DELETE FROM feature_flags WHERE name = 'beta_ghost_reset';
