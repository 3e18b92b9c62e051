//! The window that `cargo xtask bench ui` measures the app's against: the same version of Tauri, the same settings, one
//! page, and nothing on it but its height. It is no part of what is given to people.

fn main() {
    let built = tauri::Builder::default()
        .setup(|app| {
            let window = &app.config().app.windows[0];
            tauri::WebviewWindowBuilder::from_config(app, window)?.build()?;
            Ok(())
        })
        .build(tauri::generate_context!("tests/empty-window/tauri.conf.json"));
    match built {
        Ok(app) => app.run(|_, _| {}),
        Err(error) => eprintln!("empty-window: {error}"),
    }
}
