mod login;
mod register;
mod session;
