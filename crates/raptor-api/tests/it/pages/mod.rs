mod assets;
mod errors;
mod front;
mod signup;
mod walkthrough;
