mod batch;
mod check;
mod delete;
mod guard;
mod locks;
mod plan;
mod race;
