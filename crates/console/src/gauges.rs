//! How people, ghost resets and mails stand, as metrics. The worker looks now and then; all of it
//! comes from the database, so every process says the same.

use prometheus::{Error, IntGaugeVec};
use service_kit::db::{Connection, DbError, Pool};
use service_kit::metrics::{Measured, Metrics, Seen};

use crate::db::{figures, mail, outbox, totals};
use crate::domain::figures::Figures;

/// How a run of the ghost reset can stand.
const OUTCOMES: [&str; 6] = ["running", "completed", "failed", "unknown", "overtaken", "rerun"];

/// The gauges of one process; clones share them.
#[derive(Clone)]
pub struct Gauges {
    testers: IntGaugeVec,
    ghosts: Seen,
    funnel: IntGaugeVec,
    counted_at: Seen,
    resets: IntGaugeVec,
    interrupted: Seen,
    outbox: IntGaugeVec,
    oldest_mail: Seen,
    undelivered: Seen,
    measured: Measured,
}

impl Gauges {
    /// Registers them. Each is told of once it was looked for.
    ///
    /// # Errors
    /// Where they are registered already.
    pub fn new(metrics: &Metrics) -> Result<Self, Error> {
        Ok(Self {
            testers: metrics.seen_by(
                "beta_testers",
                "Testers by the state of their account that was seen last; unseen where Raptor was \
                 never asked.",
                &["state"],
            )?,
            ghosts: metrics
                .seen("beta_ghosts", "Testers who are ghosts: they need a ghost reset.")?,
            funnel: metrics.seen_by(
                "beta_funnel_testers",
                "Testers who reached at least this stage on the way to an account.",
                &["stage"],
            )?,
            counted_at: metrics.seen(
                "beta_figures_timestamp_seconds",
                "When testers were counted, in Unix time; 0 before the first count.",
            )?,
            resets: metrics.seen_by(
                "beta_ghost_resets",
                "Ghost resets of the last two years by outcome; running where there is none yet.",
                &["outcome"],
            )?,
            interrupted: metrics.seen(
                "beta_ghost_resets_interrupted",
                "Ghost resets that were begun more than 30 s ago and have no known end.",
            )?,
            outbox: metrics.seen_by(
                "mail_outbox_mails",
                "Mails that wait in the outbox: new ones, those being sent, and those that were \
                 tried in vain.",
                &["state"],
            )?,
            oldest_mail: metrics.seen(
                "mail_outbox_oldest_seconds",
                "Age of the oldest mail that waits in the outbox; 0 where none waits.",
            )?,
            undelivered: metrics.seen(
                "mail_undelivered_testers",
                "Testers whose newest mail did not arrive while its link works, as on the Overview.",
            )?,
            measured: metrics.measured("beta"),
        })
    }

    /// Looks how things stand. What cannot be read stays as it was seen last.
    pub async fn look(&self, pool: &Pool) {
        let looked = self.look_at_all(pool).await;
        self.measured.note(&looked);
    }

    /// The first error; what is asked after it is asked all the same.
    async fn look_at_all(&self, pool: &Pool) -> Result<(), DbError> {
        let mut connection = pool.get().await?;
        let figures = self.look_at_figures(&mut connection).await;
        let resets = self.look_at_resets(&mut connection).await;
        let interrupted = self.look_at_interrupted(&mut connection).await;
        let outbox = self.look_at_outbox(&mut connection).await;
        let undelivered = self.look_at_undelivered(&mut connection).await;
        figures.and(resets).and(interrupted).and(outbox).and(undelivered)
    }

    async fn look_at_figures(&self, connection: &mut Connection) -> Result<(), DbError> {
        let counted = figures::kept(connection, i64::MIN).await?;
        self.counted_at.set(counted.as_ref().map_or(0, |counted| counted.at.timestamp()));
        if let Some(counted) = counted {
            self.show_figures(&counted.figures);
        }
        Ok(())
    }

    async fn look_at_resets(&self, connection: &mut Connection) -> Result<(), DbError> {
        let resets = totals::resets(connection).await?;
        for outcome in OUTCOMES {
            let total = resets.iter().find(|total| total.outcome == outcome);
            let runs = total.map_or(0, |total| total.runs);
            self.resets.with_label_values(&[outcome]).set(runs);
        }
        Ok(())
    }

    async fn look_at_interrupted(&self, connection: &mut Connection) -> Result<(), DbError> {
        self.interrupted.set(totals::interrupted(connection).await?);
        Ok(())
    }

    async fn look_at_outbox(&self, connection: &mut Connection) -> Result<(), DbError> {
        self.show_outbox(outbox::depth(connection).await?);
        Ok(())
    }

    async fn look_at_undelivered(&self, connection: &mut Connection) -> Result<(), DbError> {
        self.undelivered.set(mail::undelivered(connection, 1).await?.count);
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
