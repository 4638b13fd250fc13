//! What a ghost reset would do, for an operator who is asked to agree to it.

use ghost_contracts::raptor::{ChildAction, ChildRows, Plan};
use service_kit::db::{DbError, Pool};
use service_kit::http::request_id::RequestId;

use crate::db::ghost_reset::{self, RunRecord};
use crate::domain::tester::Tester;
use crate::domain::tester_file::TesterFile;
use crate::domain::walkthrough_token::{KEPT, WalkthroughToken};
use crate::raptor::RaptorClient;

/// What is known before a reset is confirmed.
#[derive(Debug, Clone)]
pub struct ResetPreview {
    /// The tester, their account and their links.
    pub file: TesterFile,
    /// What hangs on the account; nothing where this Raptor does not say.
    pub children: Option<Vec<ChildRows>>,
    /// What ghost-delete is to be told, where Raptor gave it.
    pub plan: Option<Plan>,
    /// The newest run of a reset, finished or not.
    pub run: Option<RunRecord>,
}

impl ResetPreview {
    /// Asks Raptor twice at once: a Raptor that knows no previews still tells the state.
    ///
    /// # Errors
    /// Where the database is away. Raptor may be.
    pub async fn open(
        pool: &Pool,
        raptor: &RaptorClient,
        tester: Tester,
        request: &RequestId,
    ) -> Result<Self, DbError> {
        let (email, id) = (tester.email.clone(), tester.id);
        let (file, preview) = tokio::join!(
            TesterFile::open(pool, raptor, tester, request),
            raptor.ghost_preview(&email, request)
        );
        let mut file = file?;
        let run = ghost_reset::newest(&mut *pool.get().await?, id).await?;
        let preview = preview
            .inspect_err(|error| tracing::warn!(%error, "a reset is offered without a preview"))
            .ok();
        let Some(preview) = preview else {
            return Ok(Self { file, children: None, plan: None, run });
        };
        // The counts belong to this state, should the two answers differ.
        file.account = Some(preview.check);
        Ok(Self { file, children: Some(preview.children), plan: Some(preview.plan), run })
    }

    /// Whether a reset would go ahead by what Raptor says now.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        self.file.can_be_reset()
    }

    /// The child tables with rows to which a reset does this.
    pub fn rows(&self, action: ChildAction) -> impl Iterator<Item = &ChildRows> {
        let all = self.children.iter().flatten();
        all.filter(move |children| children.action == action && children.rows > 0)
    }

    /// The rows that a ghost should not have.
    pub fn unexpected(&self) -> impl Iterator<Item = &ChildRows> {
        self.children.iter().flatten().filter(|children| children.is_unexpected())
    }

    /// Whether the account holds more than a ghost should, so that the operator is to think twice.
    #[must_use]
    pub fn asks_for_email(&self) -> bool {
        self.unexpected().next().is_some()
    }

    /// The links that a reset would take back, newest first.
    pub fn revokes(&self) -> impl Iterator<Item = &WalkthroughToken> {
        let kept = self.keeps().map(|token| token.id);
        let unrevoked = self.file.tokens.iter().filter(|token| token.revoked_at.is_none());
        unrevoked.filter(move |token| Some(token.id) != kept)
    }

    /// The link that a reset would keep and mail again, because it has only just been made.
    #[must_use]
    pub fn keeps(&self) -> Option<&WalkthroughToken> {
        let now = self.file.now;
        let is_kept =
            |token: &&WalkthroughToken| token.is_live(now) && now - token.created_at < KEPT;
        self.file.tokens.iter().find(is_kept)
    }
}
