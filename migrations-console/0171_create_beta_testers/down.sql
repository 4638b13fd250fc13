DROP TABLE beta_testers;
