//! The dialog of the ghost reset: what it shows, asks and refuses, and how it is left.

use browser_tests::driver::{Key, Tab};
use browser_tests::system::{Ghost, System};
use browser_tests::words;
use ghost_contracts::raptor::GHOST_DELETE_PATH;
use test_support::postmark::Outcome;
use test_support::proxy::Rule;

const EMAIL: &str = "ada@example.com";

/// A ghost, and an operator's laptop at their page.
struct Case {
    system: System,
    ghost: Ghost,
    desk: Tab,
}

impl Case {
    async fn new() -> Self {
        let system = System::start().await;
        let operator = system.operator("superadmin").await;
        let ghost = system.ghost(&operator, "Ada", EMAIL).await;
        let desk = system.desk_of(&operator).await;
        desk.goto(&system.console.url(&ghost.path())).await;
        Self { system, ghost, desk }
    }

    async fn open(&self) {
        self.desk.click(words::RESET).await;
        self.dialog_says("This is exactly what will happen").await;
    }

    /// Waits until these words are in the dialog.
    async fn dialog_says(&self, what: &str) {
        let desk = &self.desk;
        desk.until(&format!("the dialog says {what:?}"), async || {
            desk.dialog().await.is_some_and(|text| text.contains(what)).then_some(())
        })
        .await;
    }

    async fn add_row(&self, table: &str, column: &str) {
        let insert = format!("INSERT INTO {table} ({column}) SELECT id FROM users");
        self.system.raptor.database.sql(&insert).await;
    }

    async fn accounts(&self) -> i64 {
        self.system.raptor.database.count("users").await
    }

    /// Runs of a reset that were begun.
    async fn runs(&self) -> i64 {
        self.system.console.database.count("beta_ghost_resets").await
    }

    fn mails(&self) -> usize {
        self.system.postmark.mails_to(EMAIL).len()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_steps_of_a_reset_are_ticked_as_they_finish() {
    let case = Case::new().await;
    case.open().await;
    let mut deletion = case.system.raptor.door.hold_answer(GHOST_DELETE_PATH);
    let mut mail = case.system.postmark.hold();
    case.desk.click(words::CONFIRM).await;
    deletion.arrived().await;
    case.dialog_says("Write down that it begins done").await;
    case.dialog_says("Delete the account under way").await;
    // What is under way cannot be left.
    case.desk.press(Key::Escape).await;
    case.desk.press(Key::Escape).await;
    case.dialog_says("make a new one to come").await;
    deletion.release();
    mail.arrived().await;
    case.dialog_says("make a new one done").await;
    case.dialog_says("Send the mail under way").await;
    mail.release();
    case.dialog_says("Write down that it is complete done").await;
    case.dialog_says("a new link is on its way to ada@example.com").await;
    assert_eq!(case.desk.focus().await.unwrap().name, "Close");
    assert_eq!((case.accounts().await, case.mails()), (0, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_finished_the_signup_meanwhile_is_not_reset() {
    let case = Case::new().await;
    case.open().await;
    case.system.sign_up(&case.ghost.signup_link).await;
    case.desk.expect("status of 409");
    case.desk.click(words::CONFIRM).await;
    case.dialog_says("Not done. This account works").await;
    case.dialog_says("Nothing was changed").await;
    assert_eq!((case.accounts().await, case.runs().await, case.mails()), (1, 0, 1));
    assert_eq!(case.system.raptor.database.count("webauthn_credentials").await, 1);
    case.desk.click("Look again").await;
    case.dialog_says("No reset now").await;
    case.desk.click("Back to Ada").await;
    case.desk.sees("Account: ✓ Healthy").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_since_it_was_shown_is_said_and_shown_anew() {
    let case = Case::new().await;
    case.open().await;
    assert!(!case.desk.dialog().await.unwrap().contains("verification"));
    case.add_row("email_verifications", "user_id").await;
    case.desk.expect("status of 409");
    case.desk.click(words::CONFIRM).await;
    case.dialog_says("not as it was shown: now 1 e-mail verification").await;
    case.dialog_says("Nothing was deleted").await;
    assert_eq!((case.accounts().await, case.mails()), (1, 1));
    case.desk.click("Look again").await;
    case.dialog_says("1 e-mail verification").await;
    case.desk.click(words::CONFIRM).await;
    case.dialog_says("Done.").await;
    assert_eq!((case.accounts().await, case.mails()), (0, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_holds_more_than_a_ghost_should_is_reset_by_typing_its_address() {
    let case = Case::new().await;
    case.add_row("backup_codes", "customer_id").await;
    case.open().await;
    case.dialog_says("more than a ghost should: 1 recovery code").await;
    for wrong in ["", "ada@example.org", "ada@exampleXcom"] {
        case.desk.fill("Type ada@example.com to confirm", wrong).await;
        case.desk.click(words::CONFIRM).await;
        let refused = "document.activeElement.matches('input:invalid')";
        case.desk.holds(refused).await;
    }
    assert_eq!((case.accounts().await, case.runs().await), (1, 0));
    case.desk.fill("Type ada@example.com to confirm", EMAIL).await;
    case.desk.click(words::CONFIRM).await;
    case.dialog_says("Done.").await;
    assert_eq!((case.accounts().await, case.mails()), (0, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dialog_that_is_left_changes_nothing_and_gives_the_keyboard_back() {
    let case = Case::new().await;
    let closed = "!document.querySelector('dialog[open]')";
    case.desk.tab_to(words::RESET).await;
    for leave in ["Escape", "Cancel"] {
        case.desk.press(Key::Enter).await;
        case.dialog_says("This is exactly what will happen").await;
        assert_eq!(case.desk.focus().await.unwrap().name, "Ghost reset of Ada");
        if leave == "Escape" {
            case.desk.press(Key::Escape).await;
        } else {
            case.desk.tab_to(leave).await;
            case.desk.press(Key::Enter).await;
        }
        case.desk.holds(closed).await;
        let focus = case.desk.focus().await.unwrap();
        assert_eq!((focus.name.as_str(), focus.visible), (words::RESET, true), "after {leave}");
    }
    assert_eq!((case.accounts().await, case.runs().await, case.mails()), (1, 0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_whose_mail_was_not_accepted_can_be_handed_over() {
    let case = Case::new().await;
    case.system.postmark.always(Outcome::Refuse { status: 422, error_code: 406 });
    case.open().await;
    case.desk.click(words::CONFIRM).await;
    case.dialog_says("Done, but the mail was not accepted yet").await;
    case.dialog_says("Send the mail not accepted yet").await;
    case.desk.click("Show the link").await;
    case.desk.at(&format!("{}/link", case.ghost.path())).await;
    let text = case.desk.text().await;
    let link = text.split(' ').find(|word| word.contains("/walkthrough?token=")).unwrap();
    let phone = case.system.phone().await;
    phone.goto(link).await;
    phone.headed("Welcome back, Ada").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_that_does_not_answer_leaves_a_reset_that_can_be_looked_at_again() {
    let case = Case::new().await;
    case.open().await;
    case.desk.expect("ERR_EMPTY_RESPONSE");
    let path = format!("{}/ghost-reset", case.ghost.path());
    case.system.console.door.once(&path, Rule::CutAnswer);
    case.desk.click(words::CONFIRM).await;
    case.dialog_says("The Console did not answer").await;
    case.desk.click("Look again").await;
    case.dialog_says("there is no account for this address").await;
    case.desk.click("Cancel").await;
    case.desk.sees("Ghost reset completed").await;
    assert_eq!((case.accounts().await, case.mails()), (0, 2));
}
