//! A picture or film in a message.

use super::atoms::RichText;

/// A picture or film with its measured size, so that its place is kept before it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureView {
    /// Path on our origin.
    pub url: String,
    /// Path of a small still: a film's poster.
    pub still: Option<String>,
    /// Text for people who do not see it: the caption, or "Picture from Camila, 10:33".
    pub alt: String,
    /// Width in pixels; 0 when unknown.
    pub width: u32,
    /// Height in pixels; 0 when unknown.
    pub height: u32,
    /// Words below, inside the bubble.
    pub caption: Option<RichText>,
    /// Length and size of a film: "0:23, 4.1 MB".
    pub about: String,
}

impl PictureView {
    const BOX: u32 = 320;

    /// Width on the page: fitted into 320 by 320.
    #[must_use]
    pub fn shown_width(&self) -> u32 {
        let (width, height) = self.measured();
        if width >= height {
            width.min(Self::BOX)
        } else {
            let fitted = u64::from(width) * u64::from(height.min(Self::BOX)) / u64::from(height);
            u32::try_from(fitted).unwrap_or(Self::BOX).max(1)
        }
    }

    /// Height on the page.
    #[must_use]
    pub fn shown_height(&self) -> u32 {
        let (width, height) = self.measured();
        let fitted = u64::from(height) * u64::from(self.shown_width()) / u64::from(width);
        u32::try_from(fitted)
            .unwrap_or(Self::BOX)
            .clamp(1, Self::BOX)
    }

    fn measured(&self) -> (u32, u32) {
        if self.width == 0 || self.height == 0 {
            (Self::BOX, 240)
        } else {
            (self.width, self.height)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> (u32, u32) {
        let view = PictureView {
            url: String::new(),
            still: None,
            alt: String::new(),
            width,
            height,
            caption: None,
            about: String::new(),
        };
        (view.shown_width(), view.shown_height())
    }

    #[test]
    fn pictures_keep_their_shape_inside_their_box() {
        assert_eq!(picture(640, 480), (320, 240));
        assert_eq!(picture(480, 640), (240, 320));
        assert_eq!(picture(100, 50), (100, 50));
        assert_eq!(picture(0, 0), (320, 240));
        assert_eq!(picture(1, 10_000), (1, 320));
        assert_eq!(picture(10_000, 1), (320, 1));
    }
}
