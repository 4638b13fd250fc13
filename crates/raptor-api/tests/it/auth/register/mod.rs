mod begin;
mod body;
mod order;
mod recorder;
mod report;
mod strictness;
mod unrecorded;
mod verify;
