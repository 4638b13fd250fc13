//! What the page of each problem says.

use super::Problem;

/// The texts of one page.
#[derive(Debug)]
pub(super) struct Words {
    /// The heading.
    pub title: &'static str,
    /// What happened; where it is missing, the message of the error says it.
    pub happened: Option<&'static str>,
    /// Whether anything was changed; where it is missing, the message says that too.
    pub changed: Option<&'static str>,
    /// What to do next, in this order.
    pub next: &'static [&'static str],
    /// The main button.
    pub button: Button,
}

/// Where a page's main button leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Button {
    /// To the sign-in.
    SignIn,
    /// Once more to where the person came from.
    Again,
    /// To the front page.
    Front,
}

const ASK_FOR_A_NEW_ONE: &str =
    "If that does not help, ask the person who invited you for a new invitation.";
const NEWEST_MAIL: &str =
    "Look for our newest e-mail, in the spam folder too, and open the link in it.";
const NO_NEWER_MAIL: &str = "No newer e-mail to be found? Ask the person who invited you for one.";

/// The texts for a problem.
pub(super) fn of(problem: Problem) -> Words {
    match problem {
        Problem::InvitationUnknown
        | Problem::InvitationExpired
        | Problem::InvitationReplaced
        | Problem::InvitationUsed => invitation(problem),
        Problem::LinkNotOurs | Problem::LinkUsed | Problem::LinkReplaced | Problem::LinkExpired => {
            link(problem)
        }
        Problem::AccountExists | Problem::Closed | Problem::Unavailable | Problem::TooFast => {
            obstacle(problem)
        }
        _ => request(problem),
    }
}

/// A dead invitation.
fn invitation(problem: Problem) -> Words {
    match problem {
        Problem::InvitationExpired => Words {
            title: "This invitation has expired",
            happened: Some("An invitation is good for 14 days, and these are over."),
            changed: Some("Nothing was changed. Your place in the beta is not lost."),
            next: &[
                "Ask the person who invited you for a new invitation.",
                "Then open the link in the new e-mail.",
            ],
            button: Button::Front,
        },
        Problem::InvitationReplaced => Words {
            title: "This invitation was replaced",
            happened: Some(
                "It was revoked: a newer invitation has taken its place, and only the newest one \
                 works.",
            ),
            changed: Some("Nothing was changed by opening this one."),
            next: &[NEWEST_MAIL, NO_NEWER_MAIL],
            button: Button::Front,
        },
        Problem::InvitationUsed => Words {
            title: "This invitation was used",
            happened: Some("An invitation works once, and this one was accepted before."),
            changed: Some("Nothing was changed by opening it again."),
            next: &[
                "You have created your passkey? Then you are done: sign in with it.",
                "You were interrupted before that? Ask the person who invited you to let you in \
                 again. You will get a new link.",
            ],
            button: Button::SignIn,
        },
        _ => Words {
            title: "We do not know this invitation",
            happened: Some(
                "The link belongs to no invitation of ours. Mail programs sometimes cut off the \
                 end of a long link.",
            ),
            changed: Some("Nothing was changed."),
            next: &[
                "Go back to the e-mail and open its link once more, with the button.",
                "If you have more than one e-mail from us, use the newest.",
                ASK_FOR_A_NEW_ONE,
            ],
            button: Button::Front,
        },
    }
}

/// A dead signup link.
fn link(problem: Problem) -> Words {
    match problem {
        Problem::LinkUsed => Words {
            title: "This link was used",
            happened: Some("A passkey was created with it, so there is nothing left for it to do."),
            changed: Some("Nothing was changed by opening it again."),
            next: &[
                "If that was you, sign in with your passkey.",
                "If it was not you, tell the person who invited you straight away.",
            ],
            button: Button::SignIn,
        },
        Problem::LinkReplaced => Words {
            title: "This link was replaced",
            happened: Some(
                "Your signup was reset after this link was made, so that you can start afresh.",
            ),
            changed: Some("Nothing was changed by opening the old link."),
            next: &[NEWEST_MAIL, NO_NEWER_MAIL],
            button: Button::Front,
        },
        Problem::LinkExpired => Words {
            title: "This link has expired",
            happened: Some(
                "To keep your account safe, this step is open for half an hour, and that is over.",
            ),
            changed: Some("Nothing was changed, and no passkey was created."),
            next: &[
                "Ask the person who invited you to let you in again. You will get a new e-mail.",
                "Open its link when you have three minutes.",
            ],
            button: Button::Front,
        },
        _ => Words {
            title: "This link is incomplete",
            happened: Some("The link was cut off on its way, or it was not made by us."),
            changed: Some("Nothing was changed."),
            next: &["Open the link in our newest e-mail once more.", ASK_FOR_A_NEW_ONE],
            button: Button::Front,
        },
    }
}

/// Something that stands in the way, whatever the link is worth.
fn obstacle(problem: Problem) -> Words {
    match problem {
        Problem::AccountExists => Words {
            title: "You have an account already",
            happened: None,
            changed: Some("Your account and your passkey are as they were."),
            next: &[
                "Sign in with the passkey that you created.",
                "It is on another device? Sign in there, or choose that device in the prompt.",
                "The passkey is gone? Tell the person who invited you.",
            ],
            button: Button::SignIn,
        },
        Problem::Closed => Words {
            title: "Signing up is closed for now",
            happened: None,
            changed: None,
            next: &[
                "Try again later. If the link no longer works then, ask for a new one.",
                "Ask the person who invited you when it opens again.",
            ],
            button: Button::Again,
        },
        Problem::Unavailable => Words {
            title: "We cannot go on right now",
            happened: None,
            changed: Some("Nothing was lost: you can go on from where you are."),
            next: &[
                "Wait a moment, then try again.",
                "If it stays like this, tell the person who invited you.",
            ],
            button: Button::Again,
        },
        _ => Words {
            title: "One moment, please",
            happened: Some("There were too many requests from your connection in a short time."),
            changed: Some("Nothing was changed, and nothing was lost."),
            next: &["If it happens again and again, tell the person who invited you."],
            button: Button::Again,
        },
    }
}

/// A request that leads nowhere.
fn request(problem: Problem) -> Words {
    match problem {
        Problem::NothingHere => Words {
            title: "There is nothing here",
            happened: Some("We have no page at this address. Perhaps it was mistyped or cut off."),
            changed: Some("Nothing was changed."),
            next: &[
                "If you came from an e-mail of ours, open its link once more.",
                ASK_FOR_A_NEW_ONE,
            ],
            button: Button::Front,
        },
        Problem::OtherMethod => Words {
            title: "This page does not work like that",
            happened: Some("The page was asked for in a way that it does not know."),
            changed: Some("Nothing was changed."),
            next: &["Open the link in our e-mail once more.", ASK_FOR_A_NEW_ONE],
            button: Button::Front,
        },
        Problem::OtherSite => Words {
            title: "This came from another site",
            happened: Some("Another site sent this in your name, so we refused it."),
            changed: Some("Nothing was changed."),
            next: &[
                "Open the link in our e-mail, and go on from there.",
                "If you followed a link on another page, tell the person who invited you.",
            ],
            button: Button::Front,
        },
        Problem::Unreadable => Words {
            title: "We could not read that",
            happened: Some("Your browser sent something that this page does not understand."),
            changed: Some("Nothing was changed, and your invitation was not used up."),
            next: &[
                "Open the link in our e-mail once more, and press the button there.",
                ASK_FOR_A_NEW_ONE,
            ],
            button: Button::Front,
        },
        _ => Words {
            title: "That was our fault",
            happened: None,
            changed: None,
            next: &[
                "Try again in a moment. Trying twice does no harm.",
                "If it stays like this, tell the person who invited you, and name the request \
                 below.",
            ],
            button: Button::Again,
        },
    }
}
