//! What a page sees of the person in front of it.

/// The size of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// Pixels of the screen for each of them.
    pub scale: u32,
    /// Whether it is a phone: with fingers, and heeding the page's `viewport`.
    pub phone: bool,
}

impl Window {
    /// A laptop.
    pub const DESK: Self = Self { width: 1280, height: 860, scale: 1, phone: false };
    /// A phone in a hand.
    pub const PHONE: Self = Self { width: 390, height: 844, scale: 2, phone: true };

    /// A window on a desk of another width.
    #[must_use]
    pub const fn wide(width: u32) -> Self {
        Self { width, ..Self::DESK }
    }
}

/// `prefers-color-scheme`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `light`.
    Light,
    /// `dark`.
    Dark,
}

impl Scheme {
    /// The word of the media query.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}
