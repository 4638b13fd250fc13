//! Where a run can be stopped.

use test_support::hold::Held;

use super::runner::{Command, HeldCommand};
use super::{BEGIN, Deployment, VERIFY};

/// A moment of a run; between any two of its steps there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// While the token is minted.
    Minting,
    /// The begin is on its way.
    BeforeBegin,
    /// The service has answered it.
    AfterBegin,
    /// The credential is on its way.
    BeforeVerify,
    /// The service has stored it.
    AfterVerify,
    /// While the rows are looked at.
    Confirming,
    /// While they are deleted.
    TearingDown,
}

/// A run that stands still at a place.
pub enum Stopped {
    Command(HeldCommand),
    Call(Held),
}

impl Place {
    pub const ALL: [Self; 7] = [
        Self::Minting,
        Self::BeforeBegin,
        Self::AfterBegin,
        Self::BeforeVerify,
        Self::AfterVerify,
        Self::Confirming,
        Self::TearingDown,
    ];

    /// The next run stops here.
    pub fn stop(self, Deployment { router, runner, .. }: &Deployment) -> Stopped {
        match self {
            Self::Minting => Stopped::Command(runner.hold(Command::Mint)),
            Self::BeforeBegin => Stopped::Call(router.hold_request(BEGIN)),
            Self::AfterBegin => Stopped::Call(router.hold_answer(BEGIN)),
            Self::BeforeVerify => Stopped::Call(router.hold_request(VERIFY)),
            Self::AfterVerify => Stopped::Call(router.hold_answer(VERIFY)),
            Self::Confirming => Stopped::Command(runner.hold(Command::Show)),
            Self::TearingDown => Stopped::Command(runner.hold(Command::Delete)),
        }
    }
}

impl Stopped {
    pub async fn arrived(&mut self) {
        match self {
            Self::Command(held) => held.arrived().await,
            Self::Call(held) => held.arrived().await,
        }
    }
}
