mod assets;
mod attempt;
mod dead_ends;
mod errors;
mod frame;
mod front;
mod signup;
mod walkthrough;
