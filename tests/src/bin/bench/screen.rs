//! What is painted on the screen, and when; and the wheel under a hand. All of it from outside, so that the programs are
//! measured as they are released.

use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::damage::{ConnectionExt as _, ReportLevel};
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, ImageFormat, MOTION_NOTIFY_EVENT, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// Where the rows are in a window of 1200 × 800 that stands in the corner: there is no window manager.
const ROWS: Part = Part {
    x: 24,
    y: 520,
    width: 1150,
    height: 230,
};
/// The middle of them.
const HAND: (i16, i16) = (600, 640);
/// The wheel's button for down, and for up.
pub const DOWN: u8 = 5;
pub const UP: u8 = 4;
/// Between two clicks of the wheel: as often as the screen is painted.
const CLICK: Duration = Duration::from_micros(16_667);
/// Nothing is painted for so long: that is all.
const QUIET: Duration = Duration::from_secs(2);
/// Whatever is painted still: that is enough.
const ENOUGH: Duration = Duration::from_secs(20);
/// So many of a thousand points may differ: a cursor that blinks.
const ALIKE: usize = 5;

#[derive(Clone, Copy)]
struct Part {
    x: i16,
    y: i16,
    width: u16,
    height: u16,
}

/// The screen, watched.
pub struct Screen {
    x: RustConnection,
    root: Window,
}

type Failed = Box<dyn std::error::Error>;

impl Screen {
    pub fn watch() -> Result<Self, Failed> {
        let (x, number) = x11rb::connect(None)?;
        let root = x.setup().roots[number].root;
        x.damage_query_version(1, 1)?.reply()?;
        x.damage_create(x.generate_id()?, root, ReportLevel::RAW_RECTANGLES)?
            .check()?;
        Ok(Self { x, root })
    }

    /// From `begun` until the rows' part of the screen was painted as it then stayed.
    pub fn until_painted(&self, begun: Instant) -> Result<Duration, Failed> {
        let blank = self.picture()?;
        let mut pictures: Vec<(Duration, Vec<u8>)> = Vec::new();
        let mut last = begun;
        while begun.elapsed() < ENOUGH && (pictures.is_empty() || last.elapsed() < QUIET) {
            if self.painted()?.is_empty() {
                thread::sleep(Duration::from_millis(1));
                continue;
            }
            let (at, picture) = (begun.elapsed(), self.picture()?);
            if pictures.last().map_or(&blank, |(_, before)| before) != &picture {
                last = Instant::now();
                pictures.push((at, picture));
            }
        }
        let (_, stays) = pictures.last().ok_or("nothing was painted")?;
        let first = pictures.iter().find(|(_, picture)| are_alike(picture, stays));
        Ok(first.map_or(ENOUGH, |(at, _)| *at))
    }

    /// Turns the wheel over the rows for so long, and says when something was painted, in milliseconds of the server's
    /// clock, and whether something else stands there in the end.
    pub fn scroll(&self, button: u8, span: Duration) -> Result<(Vec<u32>, bool), Failed> {
        let (x, y) = HAND;
        self.x.xtest_fake_input(MOTION_NOTIFY_EVENT, 0, 0, self.root, x, y, 0)?;
        self.x.flush()?;
        self.painted()?;
        let before = self.picture()?;
        let begun = Instant::now();
        let (mut painted, mut clicks) = (Vec::new(), 0);
        while begun.elapsed() < span {
            for kind in [BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT] {
                self.x.xtest_fake_input(kind, button, 0, self.root, 0, 0, 0)?;
            }
            self.x.flush()?;
            clicks += 1;
            thread::sleep((begun + CLICK * clicks).saturating_duration_since(Instant::now()));
            painted.extend(self.painted()?);
        }
        Ok((painted, !are_alike(&before, &self.picture()?)))
    }

    /// When something was painted since this was last asked.
    fn painted(&self) -> Result<Vec<u32>, Failed> {
        let mut times = Vec::new();
        while let Some(event) = self.x.poll_for_event()? {
            if let Event::DamageNotify(damage) = event {
                times.push(damage.timestamp);
            }
        }
        Ok(times)
    }

    fn picture(&self) -> Result<Vec<u8>, Failed> {
        let Part { x, y, width, height } = ROWS;
        let picture = self
            .x
            .get_image(ImageFormat::Z_PIXMAP, self.root, x, y, width, height, u32::MAX)?;
        Ok(picture.reply()?.data)
    }
}

/// Whether two pictures of one size show the same. A point has four bytes.
fn are_alike(one: &[u8], other: &[u8]) -> bool {
    let points = one.chunks_exact(4).zip(other.chunks_exact(4));
    let (all, differ) = (points.len(), points.filter(|(one, other)| one != other).count());
    differ * 1_000 <= all * ALIKE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_alike_but_for_a_cursor() {
        let blank = vec![0; 4_000];
        let mut cursor = blank.clone();
        cursor[..20].fill(255);
        let mut row = blank.clone();
        row[..40].fill(255);
        assert!(are_alike(&blank, &cursor));
        assert!(!are_alike(&blank, &row));
    }
}
