mod assets;
mod attempt;
mod errors;
mod front;
mod signup;
mod walkthrough;
