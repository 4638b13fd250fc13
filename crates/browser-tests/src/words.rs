//! What the things are called that tests press and look for, where several tests do.

/// The box below the agreement.
pub const AGREE: &str = "I have read";
/// The button of the walkthrough.
pub const ACCEPT: &str = "Accept and continue";
/// The button of the signup page.
pub const CREATE: &str = "Create";
/// The same after a failure.
pub const AGAIN: &str = "Try again";
/// The heading after a signup.
pub const DONE: &str = "You are done";
/// The button of the walkthrough where the agreement was accepted before.
pub const CONTINUE: &str = "Continue to my passkey";
/// The button that signs a tester in.
pub const SIGN_IN: &str = "Sign in with your passkey";
/// What a tester sees who is signed in.
pub const SIGNED_IN: &str = "signed in as";
/// The button of the Console's sign-in page.
pub const OPERATOR_SIGN_IN: &str = "Sign in with a passkey";
/// What leads to the question before a reset.
pub const RESET: &str = "Ghost reset…";
/// The same where an earlier one was interrupted.
pub const RESET_AGAIN: &str = "Run the ghost reset again…";
/// The button that answers it.
pub const CONFIRM: &str = "Reset and send a new link";
/// The button of the enrolment page.
pub const OPERATOR_ENROL: &str = "Create a passkey";
