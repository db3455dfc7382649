//! Progress on stderr: bytes, rate, time left; only on a terminal, only when it takes longer than a
//! second.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::safe_text::excerpt;
use crate::ingest::Progress;

/// How long nothing is drawn: most ingests are over by then.
const QUIET_FOR: Duration = Duration::from_secs(1);

/// A progress bar over all sources.
#[derive(Debug)]
pub(super) struct Bar {
    total: u64,
    before: Cell<u64>,
    current: Cell<u64>,
    started: Instant,
    drawn: RefCell<Option<ProgressBar>>,
    name: RefCell<String>,
    may_draw: bool,
}

impl Bar {
    /// A bar for sources of so many bytes on disk.
    pub(super) fn new(total: u64, may_draw: bool) -> Self {
        Self {
            total,
            before: Cell::new(0),
            current: Cell::new(0),
            started: Instant::now(),
            drawn: RefCell::new(None),
            name: RefCell::new(String::new()),
            may_draw,
        }
    }

    fn draw(&self) {
        if !self.may_draw || self.started.elapsed() < QUIET_FOR {
            return;
        }
        let mut bar = self.drawn.borrow_mut();
        let bar = bar.get_or_insert_with(|| {
            let style = "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left  {msg}";
            let bar = ProgressBar::with_draw_target(Some(self.total), ProgressDrawTarget::stderr());
            bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        bar.set_message(self.name.borrow().clone());
        bar.set_position((self.before.get() + self.current.get()).min(self.total));
    }
}

impl Progress for Bar {
    fn begin(&self, name: &str, _: Option<u64>) {
        self.before.set(self.before.get() + self.current.replace(0));
        *self.name.borrow_mut() = excerpt(name.as_bytes(), 30);
        self.draw();
    }

    fn read(&self, bytes: u64) {
        self.current.set(bytes);
        self.draw();
    }

    fn end(&self) {
        if let Some(bar) = self.drawn.borrow_mut().take() {
            bar.finish_and_clear();
        }
    }
}
