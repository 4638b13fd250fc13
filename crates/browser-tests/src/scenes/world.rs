//! Who is there when a scene is set.

use std::collections::BTreeMap;

use test_support::postmark::Outcome;
use test_support::postmark::report::bounce;

use super::faults::OFTEN;
use crate::driver::Tab;
use crate::system::{Operator, Options, System};

/// A name of 200 characters that nothing breaks.
#[must_use]
pub fn long_name() -> String {
    "Wolfeschlegelsteinhausenbergerdorff".repeat(6).chars().take(200).collect()
}

/// An address of 254 characters, `number` at its beginning.
#[must_use]
pub fn long_email(number: usize) -> String {
    let domain = format!("{}.{}.example.com", "d".repeat(63), "e".repeat(63));
    let local = format!("{number}");
    format!("{local}{}@{domain}", "l".repeat(253 - local.len() - domain.len()))
}

/// Both services, operators of two roles, and testers.
pub struct World {
    /// The services.
    pub system: System,
    /// May do everything.
    pub superadmin: Operator,
    /// May look.
    pub readonly: Operator,
    /// The ids of the testers, by their parts.
    testers: BTreeMap<&'static str, i64>,
}

impl World {
    /// Nobody is invited.
    pub async fn none() -> Self {
        Self::with(Options::default()).await
    }

    /// Registration is off, one address may not ask often, no ghost is reset, and no switch of a
    /// flag can be audited.
    pub async fn ailing() -> Self {
        let raptor = [
            ("FLAG_WEBAUTHN_REGISTRATION", "0".to_owned()),
            ("PUBLIC_RATE_LIMIT", OFTEN.to_string()),
            ("TRUSTED_PROXY_HOPS", "1".to_owned()),
        ];
        let options = Options { raptor: raptor.to_vec(), ..Options::default() };
        let mut world = Self::with(options).await;
        world.invite("ghost", "Ingrid Solberg", "ingrid.solberg@example.net").await;
        let console = &world.system.console.database;
        console.sql("UPDATE beta_walkthrough_tokens SET consumed_at = now()").await;
        console.sql("UPDATE feature_flags SET enabled = false").await;
        console.break_audit_log("NEW.action = 'console.flag.changed'").await;
        world
    }

    async fn with(options: Options) -> Self {
        let system = System::start_with(options).await;
        let superadmin = system.operator("superadmin").await;
        let readonly = system.operator("readonly").await;
        Self { system, superadmin, readonly, testers: BTreeMap::new() }
    }

    /// Somebody in every state, brought there by the real way.
    pub async fn few() -> Self {
        let mut world = Self::none().await;
        world.invite("shell", "Ingrid Solberg", "ingrid.solberg@example.net").await;
        world.begun("ingrid.solberg@example.net").await;
        world.invite("typed", "Tomás Herrera", "tomas.herrera@example.org").await;
        world.begun("tomas.herrera@example.org").await;
        world.system.age_accounts().await;
        world.system.raptor.database.sql(LEFT_BEHIND).await;
        for (part, name, email) in [
            ("no-row", "Jonah Whitfield", "jonah.whitfield@example.org"),
            ("interrupted", "Sofia Marchetti", "sofia.marchetti@example.com"),
            ("healthy", "Amara Okafor", "amara.okafor@example.com"),
            ("healthy-too", "Mei-Ling Zhao", "meiling.zhao@example.com"),
            ("mid", "Noor Haddad", "noor.haddad@example.net"),
            ("opened", "Hana Kobayashi", "hana.kobayashi@example.net"),
            ("expired", "Marcus Lindqvist", "marcus.lindqvist@example.net"),
        ] {
            world.invite(part, name, email).await;
        }
        for email in ["jonah.whitfield@example.org", "sofia.marchetti@example.com"] {
            world.system.accept(&world.system.last_link(email)).await;
        }
        world.system.console.database.sql(INTERRUPTED).await;
        for email in ["amara.okafor@example.com", "meiling.zhao@example.com"] {
            let signup = world.system.accept(&world.system.last_link(email)).await;
            world.system.sign_up(&signup).await;
        }
        world.begun("noor.haddad@example.net").await;
        world.open("hana.kobayashi@example.net").await;
        let expire = "UPDATE beta_walkthrough_tokens SET created_at = now() - interval '15 days', \
                      expires_at = now() - interval '1 day' \
                      WHERE tester_email = 'marcus.lindqvist@example.net'";
        world.system.console.database.sql(expire).await;
        world.system.postmark.once(Outcome::Refuse { status: 422, error_code: 406 });
        world.invite("unmailed", "Elise Fontaine", "elise.fontaine@example.org").await;
        world.invite("bounced", "Oskar Nyberg", "oskar.nyberg@example.org").await;
        world.bounced("oskar.nyberg@example.org").await;
        world.system.look_at_accounts(&world.superadmin).await;
        world
    }

    /// More than a page holds, the newest with names and addresses as long as they can be.
    pub async fn many() -> Self {
        let mut world = Self::none().await;
        world.system.console.database.sql(MANY).await;
        let (name, email) = (long_name(), long_email(1));
        world.invite("shell", &name, &email).await;
        world.begun(&email).await;
        world.system.age_accounts().await;
        world.invite("no-row", &name, &long_email(2)).await;
        world.system.accept(&world.system.last_link(&long_email(2))).await;
        world.invite("invited", &name, &long_email(3)).await;
        world.system.enrolment_link(&long_email(4), "support").await;
        world.system.look_at_accounts(&world.superadmin).await;
        world
    }

    /// A page of the Console's, before a superadmin.
    pub async fn console(&self, path: &str) -> Tab {
        self.console_as(&self.superadmin, path).await
    }

    /// A page of the Console's, before somebody who may only look.
    pub async fn console_to_look_at(&self, path: &str) -> Tab {
        self.console_as(&self.readonly, path).await
    }

    /// A tester's page, before a superadmin; `rest` is added to its path.
    pub async fn tester(&self, part: &str, rest: &str) -> Tab {
        self.console(&self.path_of(part, rest)).await
    }

    /// The path of a tester's page.
    #[must_use]
    pub fn path_of(&self, part: &str, rest: &str) -> String {
        let id = self.testers.get(part).unwrap_or_else(|| panic!("nobody plays {part:?}"));
        format!("/console/beta/testers/{id}{rest}")
    }

    /// A new tester with an invitation that nobody else uses: their address and the link.
    pub async fn newcomer(&self, email: &str) -> String {
        self.superadmin.invite("Ada Lovelace", email).await;
        self.system.last_link(email)
    }

    /// The signup page's link of a new tester.
    pub async fn newcomer_at_signup(&self, email: &str) -> String {
        self.system.accept(&self.newcomer(email).await).await
    }

    /// A phone at an address.
    pub async fn phone_at(&self, url: &str) -> Tab {
        let tab = self.system.phone().await;
        tab.goto(url).await;
        tab
    }

    /// The same where the page comes with an error's status.
    pub async fn phone_refused_at(&self, url: &str, status: u16) -> Tab {
        let tab = self.system.phone().await;
        tab.expect(&format!("status of {status}"));
        tab.goto(url).await;
        tab
    }

    async fn console_as(&self, operator: &Operator, path: &str) -> Tab {
        let tab = self.system.desk_of(operator).await;
        tab.goto(&self.system.console.url(path)).await;
        tab
    }

    async fn invite(&mut self, part: &'static str, name: &str, email: &str) {
        let id = self.superadmin.invite(name, email).await;
        self.testers.insert(part, id);
    }

    /// They come to the prompt, and no further.
    async fn begun(&self, email: &str) {
        let signup = self.system.accept(&self.system.last_link(email)).await;
        self.system.begin(&signup).await;
    }

    /// The newest mail to that address comes back.
    async fn bounced(&self, email: &str) {
        let mail = self.system.postmark.mails_to(email).pop().expect("a mail");
        self.system.report(bounce(&mail.message_id, email, "HardBounce", 7)).await;
    }

    async fn open(&self, email: &str) {
        let link = self.system.last_link(email);
        let path = link.strip_prefix(&self.system.raptor.origin).expect("a link to Raptor");
        let opened = crate::system::Http::of(&self.system.raptor).page(path).await;
        assert_eq!(opened.status, 200, "{opened:?}");
    }
}

/// What accounts hold: a little more than a row, and more than a ghost should.
const LEFT_BEHIND: &str = "
    INSERT INTO email_verifications (user_id) SELECT id FROM users;
    INSERT INTO backup_codes (customer_id)
        SELECT id FROM users, generate_series(1, 8) WHERE email = 'tomas.herrera@example.org';
    INSERT INTO freescout_ticket_cache (customer_id)
        SELECT id FROM users WHERE email = 'tomas.herrera@example.org';";

/// A reset of somebody who came half an hour ago, heard of last after the account was deleted.
const INTERRUPTED: &str = "
    UPDATE beta_walkthrough_tokens
        SET created_at = now() - interval '2 days', consumed_at = now() - interval '30 minutes'
        WHERE tester_email = 'sofia.marchetti@example.com';
    INSERT INTO beta_ghost_resets (tester_id, actor, step, started_at)
        SELECT id, (SELECT id::text FROM admins WHERE role = 'superadmin'), 'deleted',
               now() - interval '4 minutes'
        FROM beta_testers WHERE email = 'sofia.marchetti@example.com'";

/// A thousand testers, an invitation each, spent by most; a line in the audit log for each.
const MANY: &str = "
    INSERT INTO beta_testers (email, name, created_at)
        SELECT 'tester' || n || '@example.com', 'Tester number ' || n,
               now() - make_interval(hours => 1001 - n)
        FROM generate_series(1, 1000) AS n;
    INSERT INTO beta_walkthrough_tokens (tester_email, created_at, expires_at, consumed_at)
        SELECT 'tester' || n || '@example.com', at, at + interval '14 days',
               CASE WHEN n % 4 > 0 THEN at + interval '20 minutes' END
        FROM generate_series(1, 1000) AS n,
             LATERAL (SELECT now() - make_interval(hours => 1001 - n) AS at) AS made;
    INSERT INTO audit_log (occurred_at, actor, action, target_type, target_id, payload)
        SELECT now() - make_interval(hours => 1001 - n), 'cli', 'console.beta.tester.invited',
               'beta_tester', n::text, '{}'
        FROM generate_series(1, 1000) AS n;";
