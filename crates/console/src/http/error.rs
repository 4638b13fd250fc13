//! Every error of the Console that is a page.

use service_kit::http::errors::ErrorPage;

use super::respond::Reply;
use crate::views;
use crate::views::layout::Section;

/// Draws it, for [`service_kit::http::errors::ErrorPages`].
///
/// # Errors
/// Where the application was put together wrongly, or the template cannot be written.
pub fn draw(page: &ErrorPage<'_>) -> Result<String, askama::Error> {
    let layout = Reply::to(page.request).layout(Section::Outside);
    let layout = layout.map_err(|error| askama::Error::Custom(Box::new(error)))?;
    views::error::draw(page, layout)
}
