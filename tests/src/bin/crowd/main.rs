//! Moves a crowd of checks into this user's home, for the app in practice mode:
//!
//! ```sh
//! refapp-lever-simulator --listen 127.0.0.1:4711 &
//! crowd --simulator http://127.0.0.1:4711 --checks 3000
//! refapp-lever --practice=http://127.0.0.1:4711
//! ```
//!
//! Its secrets go into the system's keychain, as the app's own do. What an earlier practice left is removed.

mod keychain;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Parser;
use end_to_end::crowd::{Crowd, settle};
use model::Clock;
use url::Url;

#[derive(Parser)]
#[command(about = "Moves a crowd of checks into this user's home, for the app in practice mode")]
struct Arguments {
    /// A simulator that runs
    #[arg(long)]
    simulator: Url,
    /// How many
    #[arg(long, default_value_t = 3_000)]
    checks: u32,
    /// Another one makes another crowd
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// As the app finds it.
const IDENTIFIER: &str = "com.refapp.lever";

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let Arguments {
        simulator,
        checks,
        seed,
    } = Arguments::parse();
    let app = data_home().join(IDENTIFIER);
    let folder = app.join("practice");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    private_folder(&app)?;
    let crowd = Crowd {
        seed,
        many: checks,
        now: Clock::system().now(),
        base: simulator.as_str().trim_end_matches('/').to_owned(),
    };
    settle(&crowd, &folder, Arc::new(keychain::Keychain)).await;
    println!("{checks} checks in {}", folder.display());
    Ok(())
}

fn data_home() -> PathBuf {
    let given = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    given.filter(|path| path.is_absolute()).unwrap_or_else(|| {
        let home = std::env::var_os("HOME").expect("a user has a home");
        Path::new(&home).join(".local/share")
    })
}

/// The app's own folder is its user's alone.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
