//! Pictures of pages, as PNG.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::tab::Tab;

/// More than that nobody looks at, in CSS pixels.
const HIGHEST: f64 = 6000.0;

impl Tab {
    /// The whole page, however high it is; the window alone where a dialog is in front of it.
    pub async fn picture(&self) -> Vec<u8> {
        if self.dialog().await.is_some() {
            return self.view().await;
        }
        // Beside what it is taken from there is no scrollbar.
        let size = "(({ scrollWidth, scrollHeight }) =>
            [Math.max(scrollWidth, innerWidth), scrollHeight])";
        let size = format!("{size}(document.documentElement)");
        let (width, height): (f64, f64) = self.js(&size).await;
        self.part(0.0, 0.0, width, height.min(HIGHEST)).await
    }

    /// A part of the page, in CSS pixels.
    pub async fn part(&self, x: f64, y: f64, width: f64, height: f64) -> Vec<u8> {
        let capture = json!({
            "format": "png",
            "captureBeyondViewport": true,
            "clip": {"x": x, "y": y, "width": width, "height": height, "scale": 1},
        });
        let captured = self.command("Page.captureScreenshot", capture).await;
        let data = captured.get("data").and_then(Value::as_str).expect("a picture has data");
        BASE64_STANDARD.decode(data).expect("the browser writes base64")
    }

    /// What the window shows, without its scrollbars.
    pub async fn view(&self) -> Vec<u8> {
        let (y, width, height) = self.js("[scrollY, innerWidth, innerHeight]").await;
        self.part(0.0, y, width, height).await
    }
}
