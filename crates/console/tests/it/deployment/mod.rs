//! What deploys both services, as far as it can be judged without Heroku and without an engine for
//! containers: that it can be read, that whatever it names is there, and that each service knows
//! and accepts what it is told.

mod commands;
mod compose;
mod disk;
mod dockerfile;
mod examples;
mod files;
mod first_time;
mod image;
mod rehearsal;
