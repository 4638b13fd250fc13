mod batch;
mod check;
mod delete;
mod guard;
mod plan;
mod race;
