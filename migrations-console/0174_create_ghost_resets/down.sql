DROP TABLE beta_ghost_resets;
