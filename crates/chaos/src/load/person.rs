//! Testers, one after the other, each with a story of their own: the way in of section 1 of the
//! contracts, broken off at any place, reset, and gone again.

mod ceremony;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Operator, Stage};
use crate::client::{Client, hidden_value, token_of};
use crate::dice::Dice;

/// How often somebody starts again before they lose patience.
const ATTEMPTS: usize = 6;

/// How long a mail is waited for.
const MAIL_WITHIN: Duration = Duration::from_secs(4);

/// One tester.
struct Person {
    stage: Arc<Stage>,
    dice: Dice,
    operators: Vec<Operator>,
    email: String,
    tester: i64,
    /// Tokens of invitations that were tried.
    used: BTreeSet<String>,
}

/// How an attempt to get in ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    In,
    Out,
    /// The account is in use as far as Raptor says, though nobody was told.
    Unclear,
}

/// One tester after the other.
pub(super) async fn live(stage: Arc<Stage>, number: usize) {
    let mut dice = stage.dice(&format!("person {number}"));
    let mut story = 0;
    while !stage.is_over() {
        story += 1;
        let email = format!("tester-{number}-{story}@example.com");
        let operators = stage.operators.clone();
        let mut person = Person {
            stage: Arc::clone(&stage),
            dice: dice.clone(),
            operators,
            email,
            tester: 0,
            used: BTreeSet::new(),
        };
        person.story().await;
        // The next one goes on where this one's chance ended.
        dice = person.dice;
    }
}

impl Person {
    async fn story(&mut self) {
        let Some(tester) = self.get_invited().await else { return };
        self.tester = tester;
        self.stage.notes.tester(tester, &self.email);
        for _ in 0..ATTEMPTS {
            if self.stage.is_over() {
                return;
            }
            match self.try_to_get_in().await {
                End::In | End::Unclear => return,
                End::Out => self.get_reset().await,
            }
        }
    }

    /// Asks until the invitation is there. What became of an invitation whose answer was lost is
    /// looked up, as an operator would in the list.
    async fn get_invited(&mut self) -> Option<i64> {
        for _ in 0..ATTEMPTS {
            let operator = self.one_operator();
            let answer = match operator {
                Some(mut operator) => operator.invite(&mut self.dice, &self.email).await,
                None => None,
            };
            let answer = answer.filter(|answer| matches!(answer.status, 201 | 409));
            if let Some(answer) = answer {
                if let Some(tester) = answer.number("/tester_id").filter(|_| answer.status == 201) {
                    let promised = json!({
                        "tester_id": tester,
                        "email": self.email,
                        "token_id": answer.number("/token_id"),
                    });
                    self.stage.notes.promise("invitations", promised);
                    return Some(tester);
                }
                return self.look_up().await;
            }
            if self.stage.is_over() {
                return None;
            }
            self.stage.pause(self.dice.millis(50, 400)).await;
        }
        None
    }

    async fn look_up(&self) -> Option<i64> {
        let query = "SELECT id AS number FROM beta_testers WHERE email = value #>> '{}'";
        let query = query.replace("FROM beta_testers", "FROM beta_testers, given");
        let rows = self.stage.console.rows(&query, &json!(self.email)).await.ok()?;
        rows.first()?.get("number")?.as_i64()
    }

    /// One operator or the other.
    fn one_operator(&mut self) -> Option<Operator> {
        self.dice.pick(&self.operators).cloned()
    }

    /// From the mail to the passkey, or as far as it goes.
    async fn try_to_get_in(&mut self) -> End {
        let Some(link) = self.find_link().await else { return End::Out };
        let Some(token) = token_of(&link) else { return End::Out };
        self.stage.notes.secret("an invitation", &token);
        let mut browser = self.stage.public.anew();
        let Some(signup) = self.accept(&mut browser, &token).await else { return End::Out };
        self.used.insert(token);
        self.stage.notes.secret("a signup link", &signup);
        let racers = self.stage.mix.racers;
        match self.dice.between(1, 100) {
            lot if lot <= racers => self.race(&mut browser, &signup).await,
            lot if lot <= racers + self.stage.mix.quitters => {
                if self.dice.chance(60) {
                    self.begin(&mut browser, &signup).await;
                }
                self.stage.notes.count("signups broken off");
                End::Out
            }
            _ => self.sign_up(&mut browser, &signup).await,
        }
    }

    /// The link in the newest mail that was not tried yet. Where none comes, an operator sends it
    /// again, or reads it out.
    async fn find_link(&mut self) -> Option<String> {
        for _ in 0..2 {
            let deadline = tokio::time::Instant::now() + MAIL_WITHIN;
            while tokio::time::Instant::now() < deadline && !self.stage.is_over() {
                if let Some(link) = self.newest_link() {
                    return Some(link);
                }
                self.stage.pause(Duration::from_millis(100)).await;
            }
            let mut operator = self.one_operator()?;
            if self.dice.chance(50) {
                let revealed = operator.act(&mut self.dice, self.tester, "link").await;
                let url = revealed.and_then(|answer| answer.member("/url"));
                if let Some(url) = url.as_ref().and_then(Value::as_str) {
                    self.stage.notes.promise("links revealed", json!({"tester_id": self.tester}));
                    return Some(url.to_owned());
                }
            } else {
                self.resend(&mut operator).await;
            }
        }
        None
    }

    async fn resend(&mut self, operator: &mut Operator) {
        let answer = operator.act(&mut self.dice, self.tester, "invite").await;
        if answer.is_some_and(|answer| answer.status == 200) {
            self.stage.notes.promise("invitations sent again", json!({"tester_id": self.tester}));
        }
    }

    fn newest_link(&self) -> Option<String> {
        let mails = self.stage.postmark.mails_to(&self.email);
        let newest = mails.last()?.link("token=")?.to_owned();
        let token = token_of(&newest)?;
        (!self.used.contains(&token)).then_some(newest)
    }

    /// Reads the walkthrough and accepts it, again and again while that may still go through.
    async fn accept(&mut self, browser: &mut Client, token: &str) -> Option<String> {
        for _ in 0..ATTEMPTS {
            let page = browser.get(&mut self.dice, &format!("/walkthrough?token={token}")).await;
            let version = page.filter(|page| page.status == 200);
            let version = version.and_then(|page| hidden_value(&page.body, "nda_version"));
            let version = version.unwrap_or_else(|| "2026-06".to_owned());
            let form = [("token", token), ("nda_version", &version), ("nda_accepted", "true")];
            let answer = browser.submit(&mut self.dice, "/walkthrough", &form).await;
            match answer {
                Some(answer) if answer.status == 303 => {
                    let signup = token_of(&answer.location?)?;
                    let promised = json!({
                        "email": self.email,
                        "nda_version": version,
                        "signup": signup,
                        "answered_at": self.stage.notes.clock(),
                    });
                    self.stage.notes.promise("walkthroughs accepted", promised);
                    return Some(signup);
                }
                Some(answer) if answer.status < 500 => return None,
                _ if self.stage.is_over() => return None,
                _ => self.stage.pause(self.dice.millis(50, 500)).await,
            }
        }
        None
    }

    /// Time passes, and an operator or both reset the ghost.
    async fn get_reset(&mut self) {
        if self.dice.chance(90) {
            self.stage.let_time_pass(&self.email).await;
        }
        self.reset_by_some().await;
    }

    async fn reset_by_some(&mut self) {
        let notes = Arc::clone(&self.stage.notes);
        let whom = (self.tester, self.email.as_str());
        let [ada, grace] = self.operators.as_mut_slice() else { return };
        let (mut one, mut other) = (self.dice.clone(), self.dice.clone());
        let later = other.millis(0, 40);
        if self.dice.chance(self.stage.mix.doubles) {
            notes.count("resets by two at once");
            tokio::join!(ada.reset(&mut one, &notes, whom, None), async {
                tokio::time::sleep(later).await;
                grace.reset(&mut other, &notes, whom, None).await
            });
        } else if self.dice.chance(50) {
            ada.reset(&mut one, &notes, whom, None).await;
        } else {
            grace.reset(&mut other, &notes, whom, None).await;
        }
    }
}
