//! Somebody who plays the tester, by the same requests that a tester's browser makes.

use actix_web::{HttpResponse, web};
use ghost_contracts::signup::ClientError;
use service_kit::error::ApiError;

use super::mail::{Mail, Note};
use super::{Mailbox, answers};
use crate::demo::databases::{TURN, let_time_pass};
use crate::demo::device::Device;
use crate::demo::failure::{Context as _, Failure};
use crate::demo::tester::Tester;

/// How long they look at the prompt before they close it, in milliseconds.
const CLOSED_AFTER: u32 = 12_300;

/// What the tester can be asked to do.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Play {
    /// The whole way, with a software passkey.
    Finish,
    /// To the passkey prompt, and no further.
    BreakOff,
    /// The NDA alone.
    Accept,
    /// Nothing, for a while.
    Wait,
}

/// `POST /mails/{number}/{play}`: plays, and shows the mail with a note of how it went.
pub(super) async fn play(
    mailbox: web::Data<Mailbox>,
    path: web::Path<(usize, Play)>,
) -> Result<HttpResponse, ApiError> {
    let (number, play) = path.into_inner();
    let mail = mailbox.find(number)?;
    let mut scene = Scene { mailbox: &mailbox, mail: &mail, open_signup: mail.open_signup.clone() };
    let played = scene.play(play).await;
    let open_signup = scene.open_signup;
    let (good, words) = match played {
        Ok(words) => (true, words),
        Err(failure) => (false, sentence(&failure)),
    };
    let at = mailbox.clock.now();
    mailbox.change(number, |mail| {
        mail.open_signup = open_signup;
        mail.notes.push(Note { at, good, words });
    });
    Ok(answers::see_other(&format!("/mails/{number}#notes")))
}

/// A failure as a sentence of its own.
fn sentence(failure: &Failure) -> String {
    let words = failure.to_string();
    let mut characters = words.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

struct Scene<'a> {
    mailbox: &'a Mailbox,
    mail: &'a Mail,
    open_signup: Option<String>,
}

impl Scene<'_> {
    /// Says afterwards how far it went.
    async fn play(&mut self, play: Play) -> Result<String, Failure> {
        if let Play::Wait = play {
            return self.wait().await;
        }
        let mut tester = Tester::new(&self.mailbox.addresses.raptor, Device::Android)?;
        let (signup_token, way) = match &self.open_signup {
            Some(token) if !matches!(play, Play::Accept) => {
                (token.clone(), "Went on in the signup tab that was still open")
            }
            _ => (self.walk_through(&mut tester).await?, "Opened the invitation, accepted the NDA"),
        };
        match play {
            Play::Accept | Play::Wait => Ok(format!("{way}, and closed the tab.")),
            Play::BreakOff => {
                let begun = tester.begin(&signup_token).await;
                begun.could_not("begin with the passkey")?;
                let told = tester.report(&signup_token, ClientError::NotAllowedError, CLOSED_AFTER);
                told.await.could_not("report that the prompt was closed")?;
                Ok(format!("{way}. The passkey prompt came and was closed."))
            }
            Play::Finish => {
                let signed_up = tester.sign_up(&signup_token).await;
                let user_id = signed_up.could_not("create the passkey")?;
                self.open_signup = None;
                Ok(format!("{way}. The passkey is created: account {user_id} is ready."))
            }
        }
    }

    /// The walkthrough, at whose end the invitation is spent and the signup page open.
    async fn walk_through(&mut self, tester: &mut Tester) -> Result<String, Failure> {
        let link = self.mail.invitation_link().could_not("find an invitation in this mail")?;
        let shown = tester.open(link).await.could_not("open the invitation")?;
        let token = tester.accept(&shown).await.could_not("accept the NDA")?;
        self.open_signup = Some(token.clone());
        Ok(token)
    }

    async fn wait(&self) -> Result<String, Failure> {
        let address = self.mail.address();
        let database = self.mailbox.raptor_database.as_deref();
        let database = database.could_not("find the demo's database")?;
        let aged = let_time_pass(database, &address).await?;
        if aged {
            return Ok(format!("The account of {address} is {TURN} older now."));
        }
        Err(Failure::new(format!("There is no account of {address} that could grow older.")))
    }
}
