//! The budgets of the app's own window (`reliability.md`, Budgets), beside an empty window of the same version of Tauri: how
//! it scrolls, how soon its rows are painted, what memory it takes, and how large its package is. The two take turns, so
//! that whatever else the machine does concerns both.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use end_to_end::window::Home;
use simulator::{Options, Simulator};

use crate::figures::{Bound, frames, median, slow_share};
use crate::page::{self, Budget};
use crate::program::{Program, Running};
use crate::screen::{DOWN, Screen, UP};

/// How often each is started to be seen painting, to be scrolled, and to be left alone.
#[derive(clap::Args)]
pub struct Orders {
    /// The app as it is released
    #[arg(long)]
    app: PathBuf,
    /// The empty window, built the same way
    #[arg(long)]
    empty: PathBuf,
    #[arg(long, default_value_t = 100_000)]
    checks: u32,
    #[arg(long, default_value_t = 9)]
    starts: usize,
    #[arg(long, default_value_t = 3)]
    scrolls: usize,
    #[arg(long, default_value_t = 2)]
    rests: usize,
    /// Seconds
    #[arg(long, default_value_t = 60)]
    rest: u64,
}

/// The wheel is turned for so long one way, then the other.
const TURN: Duration = Duration::from_secs(8);

type Failed = Box<dyn std::error::Error>;

/// What one of the two did, in each of its turns.
#[derive(Default)]
struct Did {
    /// Milliseconds.
    starts: Vec<f64>,
    /// Milliseconds, of all turns together.
    frames: Vec<f64>,
    /// Megabytes.
    rests: Vec<f64>,
}

/// Measures, and writes what a section of the page says.
pub async fn measure(orders: &Orders) -> Result<String, Failed> {
    let home = Home::new().await;
    let simulator: Simulator = simulator::start(Options::default()).await?;
    println!("{} checks move in", orders.checks);
    home.settle(orders.checks, &simulator).await;
    let programs = [
        Program {
            name: "app",
            file: orders.app.clone(),
            arguments: vec![format!("--practice=http://{}", simulator.address())],
        },
        Program {
            name: "empty window",
            file: orders.empty.clone(),
            arguments: vec![],
        },
    ];
    let screen = Screen::watch()?;
    let start = |program: &Program| -> Result<(Running, Duration), Failed> {
        let begun = Instant::now();
        let running = program.start(&home)?;
        let painted = screen.until_painted(begun)?;
        Ok((running, painted))
    };
    // Not counted: files are read from the disk, and who was queued is started.
    for program in &programs {
        let (running, _) = start(program)?;
        thread::sleep(Duration::from_secs(10));
        running.end()?;
    }
    let mut did = [Did::default(), Did::default()];
    for _ in 0..orders.starts {
        for (program, did) in programs.iter().zip(&mut did) {
            let (running, painted) = start(program)?;
            println!("{}: painted after {painted:.0?}", program.name);
            did.starts.push(painted.as_secs_f64() * 1e3);
            running.end()?;
        }
    }
    for _ in 0..orders.scrolls {
        for (program, did) in programs.iter().zip(&mut did) {
            let (running, _) = start(program)?;
            for button in [DOWN, UP] {
                let (painted, moved) = screen.scroll(button, TURN)?;
                // Of the empty window nothing shows that it was scrolled.
                if program.file == orders.app && !moved {
                    return Err("the wheel scrolled nothing".into());
                }
                let stayed = frames(&painted);
                println!(
                    "{}: {} frames, {:.1} % slow",
                    program.name,
                    stayed.len(),
                    slow_share(&stayed)
                );
                did.frames.extend(stayed);
            }
            running.end()?;
        }
    }
    for _ in 0..orders.rests {
        for (program, did) in programs.iter().zip(&mut did) {
            let (running, _) = start(program)?;
            thread::sleep(Duration::from_secs(orders.rest));
            let memory = running.memory()?;
            println!("{}: {memory:.0} MB", program.name);
            did.rests.push(memory);
            running.end()?;
        }
    }
    let [app, empty] = &did;
    let budget = |what, unit, bound, of: &dyn Fn(&Did) -> f64| Budget {
        what,
        unit,
        bound,
        app: of(app),
        empty: of(empty),
    };
    let budgets = [
        budget("Scrolling: frames over 33 ms", "%", Bound::More(1.0), &|did| {
            slow_share(&did.frames)
        }),
        budget("Start to first rows painted", "ms", Bound::Times(1.25), &|did| {
            median(&did.starts)
        }),
        budget(
            "Memory after 60 s idle (PSS of all processes)",
            "MB",
            Bound::Times(1.25),
            &|did| median(&did.rests),
        ),
        Budget {
            what: "Desktop package",
            unit: "MB",
            bound: Bound::Flat(10.0),
            app: package(&orders.app)?,
            empty: package(&orders.empty)?,
        },
    ];
    let rows: Vec<String> = budgets.iter().map(page::row).collect();
    let spread = |of: &[f64]| {
        let (least, most) = of.iter().fold((f64::INFINITY, 0.0_f64), |(least, most), one| {
            (least.min(*one), most.max(*one))
        });
        format!("{least:.0} to {most:.0}")
    };
    Ok(format!(
        "| What | Bound | App | Empty window | Compared | |\n|---|---|--:|--:|--:|---|\n{}\n\n\
        - With {} checks in the file, in practice mode beside a simulator; the empty window is `tests/empty-window`, built \
        from the same lockfile with the same profile and the same settings, and as Tauri makes it: the app alone tells WebKitGTK \
        to compose no pages where there is no graphics card. Both are driven and watched from outside; the two take turns.\n\
        - Scrolling: the wheel is turned 60 times a second, {} s down and {} s up, {} times each; a frame lasts from one painting \
        of the screen to the next ({} and {} frames).\n\
        - Start: from the program's start until the part of the screen where the rows are was painted as it then stayed; \
        the median of {} ({} ms and {} ms).\n\
        - Memory: the median of {} ({} MB and {} MB).\n\
        - Package: there is no bundler without the network, so what a .deb holds – program, icons, desktop entry – was \
        packed by `tar` and `gzip`.\n\
        - The screen is Xvfb: nothing is accelerated, and every frame is painted by the processor.",
        rows.join("\n"),
        orders.checks,
        TURN.as_secs(),
        TURN.as_secs(),
        orders.scrolls,
        app.frames.len(),
        empty.frames.len(),
        orders.starts,
        spread(&app.starts),
        spread(&empty.starts),
        orders.rests,
        spread(&app.rests),
        spread(&empty.rests),
    ))
}

/// The size of what a package of a program holds, in megabytes.
fn package(program: &Path) -> Result<f64, Failed> {
    let folder = tempfile::tempdir()?;
    let copy = |from: &Path, to: &str| -> Result<(), Failed> {
        let to = folder.path().join(to);
        std::fs::create_dir_all(to.parent().unwrap_or(&to))?;
        std::fs::copy(from, to)?;
        Ok(())
    };
    copy(program, "usr/bin/program")?;
    for (icon, size) in [
        ("32x32.png", "32x32"),
        ("128x128.png", "128x128"),
        ("128x128@2x.png", "256x256@2"),
    ] {
        let icons = Path::new("icons").join(icon);
        copy(&icons, &format!("usr/share/icons/hicolor/{size}/apps/program.png"))?;
    }
    let entry = "[Desktop Entry]\nType=Application\nName=Program\nExec=program %u\nIcon=program\n";
    std::fs::create_dir_all(folder.path().join("usr/share/applications"))?;
    std::fs::write(folder.path().join("usr/share/applications/program.desktop"), entry)?;
    let archive = folder.path().join("package.tar.gz");
    let packed = Command::new("tar")
        .arg("-C")
        .arg(folder.path())
        .arg("-czf")
        .arg(&archive)
        .arg("usr")
        .status()?;
    if !packed.success() {
        return Err("tar failed".into());
    }
    #[expect(clippy::cast_precision_loss, reason = "some megabytes")]
    let bytes = std::fs::metadata(archive)?.len() as f64;
    Ok(bytes / 1e6)
}
