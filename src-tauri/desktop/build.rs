//! Fixes at build time what the window may call, and embeds nothing that was not built.

use std::path::Path;
use std::process::exit;

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/desktop/capabilities");
    println!("cargo:rerun-if-changed=ui/dist");
    if !Path::new("ui/dist/index.html").is_file() {
        println!("cargo:warning=The window's pages are not built yet: `cd ui && npm ci && npm run build`.");
        println!("cargo:warning=`cargo xtask demo` and `cargo xtask test` do that by themselves.");
        exit(1);
    }
    // Without this list every command would be open to every window.
    let manifest = tauri_build::AppManifest::new().commands(&["ask", "subscribe"]);
    let attributes = tauri_build::Attributes::new()
        .app_manifest(manifest)
        .capabilities_path_pattern("src-tauri/desktop/capabilities/*.json");
    tauri_build::try_build(attributes).expect("tauri.conf.json and the capabilities are valid");
}
