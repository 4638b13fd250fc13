//! Every page of both services, as somebody meets it: for pictures, and for what has to hold on
//! every page.

mod faults;
mod long;
mod operators;
mod resets;
mod testers;
mod world;

use std::pin::Pin;

use crate::driver::Tab;

pub use world::World;

/// A page in one of its states.
#[derive(Clone, Copy)]
pub struct Scene {
    /// The name of its pictures.
    pub name: &'static str,
    set: Set,
}

type Set = for<'w> fn(&'w World) -> Pin<Box<dyn Future<Output = Tab> + 'w>>;

impl Scene {
    const fn new(name: &'static str, set: Set) -> Self {
        Self { name, set }
    }

    /// Brings a tab there. Nobody else's tab is in its way: scenes can be set in any order.
    pub async fn set(self, world: &World) -> Tab {
        let tab = (self.set)(world).await;
        tab.loaded().await;
        tab
    }
}

/// What testers see, in any world: each is a newcomer.
#[must_use]
pub fn of_testers() -> &'static [Scene] {
    testers::SCENES
}

/// What operators see, in a world with [a few](World::few).
#[must_use]
pub fn of_operators() -> &'static [Scene] {
    operators::SCENES
}

/// The documentation of both APIs, in any world.
#[must_use]
pub fn of_documentation() -> &'static [Scene] {
    operators::DOCUMENTATION
}

/// The ghost reset, in a world with [a few](World::few).
#[must_use]
pub fn of_resets() -> &'static [Scene] {
    resets::SCENES
}

/// What is seen while something is broken, in a world that [ails](World::ailing).
#[must_use]
pub fn of_faults() -> &'static [Scene] {
    faults::SCENES
}

/// Names and addresses as long as they can be, in a world with [many](World::many).
#[must_use]
pub fn of_the_longest() -> &'static [Scene] {
    long::SCENES
}

/// What depends on how many there are: for a world with [none](World::none) or
/// [many](World::many).
#[must_use]
pub fn of_lists() -> &'static [Scene] {
    operators::LISTS
}
