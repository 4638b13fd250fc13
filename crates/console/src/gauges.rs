//! How people, ghost resets and mails stand, as metrics. The worker looks now and then; all of it
//! comes from the database, so every process says the same.

use prometheus::{Error, IntGauge, IntGaugeVec};
use service_kit::db::{Connection, DbError, Pool};
use service_kit::metrics::{Metrics, Scope};

use crate::db::{figures, mail, outbox, totals};
use crate::domain::figures::Figures;

/// How a run of the ghost reset can stand.
const OUTCOMES: [&str; 6] = ["running", "completed", "failed", "unknown", "overtaken", "rerun"];

/// The gauges of one process; clones share them.
#[derive(Clone)]
pub struct Gauges {
    testers: IntGaugeVec,
    ghosts: IntGauge,
    funnel: IntGaugeVec,
    counted_at: IntGauge,
    resets: IntGaugeVec,
    interrupted: IntGauge,
    outbox: IntGaugeVec,
    oldest_mail: IntGauge,
    undelivered: IntGauge,
}

impl Gauges {
    /// Registers them.
    ///
    /// # Errors
    /// Where they are registered already.
    pub fn new(metrics: &Metrics) -> Result<Self, Error> {
        let one = |name: &str, help: &str| metrics.gauge(name, help, Scope::Database);
        let by = |name: &str, help: &str, label: &str| {
            metrics.gauges(name, help, &[label], Scope::Database)
        };
        let gauges = Self {
            testers: by(
                "beta_testers",
                "Testers by the state of their account that was seen last; unseen where Raptor was \
                 never asked.",
                "state",
            )?,
            ghosts: one("beta_ghosts", "Testers who are ghosts: they need a ghost reset.")?,
            funnel: by(
                "beta_funnel_testers",
                "Testers who reached at least this stage on the way to an account.",
                "stage",
            )?,
            counted_at: one(
                "beta_figures_timestamp_seconds",
                "When testers were counted, in Unix time; 0 before the first count.",
            )?,
            resets: by(
                "beta_ghost_resets",
                "Ghost resets of the last two years by outcome; running where there is none yet.",
                "outcome",
            )?,
            interrupted: one(
                "beta_ghost_resets_interrupted",
                "Ghost resets that were begun more than 30 s ago and have no known end.",
            )?,
            outbox: by(
                "mail_outbox_mails",
                "Mails that wait in the outbox: new ones, those being sent, and those that were \
                 tried in vain.",
                "state",
            )?,
            oldest_mail: one(
                "mail_outbox_oldest_seconds",
                "Age of the oldest mail that waits in the outbox; 0 where none waits.",
            )?,
            undelivered: one(
                "mail_undelivered_mails",
                "Testers whose newest mail did not arrive while its link works, as on the Overview.",
            )?,
        };
        gauges.show_figures(&Figures::default());
        for outcome in OUTCOMES {
            gauges.resets.with_label_values(&[outcome]);
        }
        gauges.show_outbox(outbox::Depth::default());
        Ok(gauges)
    }

    /// Looks how things stand.
    ///
    /// # Errors
    /// Where the database is away; what was seen last stays.
    pub async fn look(&self, pool: &Pool) -> Result<(), DbError> {
        let mut connection = pool.get().await?;
        if let Some(counted) = figures::kept(&mut connection, i64::MIN).await? {
            self.show_figures(&counted.figures);
            self.counted_at.set(counted.at.timestamp());
        }
        self.look_at_resets(&mut connection).await?;
        self.show_outbox(outbox::depth(&mut connection).await?);
        self.undelivered.set(mail::undelivered(&mut connection, 1).await?.count);
        Ok(())
    }

    async fn look_at_resets(&self, connection: &mut Connection) -> Result<(), DbError> {
        let resets = totals::resets(connection).await?;
        for outcome in OUTCOMES {
            let total = resets.iter().find(|total| total.outcome == outcome);
            let runs = total.map_or(0, |total| total.runs);
            self.resets.with_label_values(&[outcome]).set(runs);
        }
        self.interrupted.set(totals::interrupted(connection).await?);
        Ok(())
    }

    fn show_figures(&self, figures: &Figures) {
        let counts = figures.counts;
        for (state, testers) in [
            ("ghost_no_users_row", counts.ghost_no_users_row),
            ("ghost_empty_shell", counts.ghost_empty_shell),
            ("mid_enrollment", counts.mid_enrollment),
            ("healthy", counts.healthy),
            ("unseen", counts.unseen),
        ] {
            self.testers.with_label_values(&[state]).set(testers);
        }
        self.ghosts.set(counts.ghost);
        for (stage, testers) in figures.funnel.stages() {
            self.funnel.with_label_values(&[stage]).set(testers);
        }
    }

    fn show_outbox(&self, depth: outbox::Depth) {
        for (state, mails) in
            [("new", depth.new), ("sending", depth.sending), ("retrying", depth.retrying)]
        {
            self.outbox.with_label_values(&[state]).set(mails);
        }
        self.oldest_mail.set(depth.oldest_seconds);
    }
}
