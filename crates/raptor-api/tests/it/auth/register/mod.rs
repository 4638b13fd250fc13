mod begin;
mod body;
mod order;
mod strictness;
mod verify;
