//! The few words that the shell says by itself, outside of the window: in the window's language, and until one has told
//! that in the system's.

use model::Language;

/// The language of the system, if it is one of ours.
pub fn language() -> Language {
    match sys_locale::get_locale() {
        Some(locale) if locale.starts_with("sv") => Language::Sv,
        _ => Language::En,
    }
}

pub struct Words {
    pub quit: &'static str,
    pub open: &'static str,
    pub running: &'static str,
    /// The window was closed, and the app goes on.
    pub keeps_running: &'static str,
    pub keeps_running_why: &'static str,
    pub needs_action: fn(usize) -> String,
    pub completed: fn(usize) -> String,
    /// Beside those who are named.
    pub and_more: fn(usize) -> String,
}

impl Words {
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Sv => &SWEDISH,
        }
    }
}

const ENGLISH: Words = Words {
    quit: "Quit",
    open: "Open",
    running: "Nobody has to act",
    keeps_running: "Refapp for Lever keeps running",
    keeps_running_why: "Candidates who reach the stage are taken care of while the window is closed. To end the app, choose Quit in the menu of its icon.",
    needs_action: |count| match count {
        1 => "To do: 1 check".to_owned(),
        count => format!("To do: {count} checks"),
    },
    completed: |count| match count {
        1 => "1 check is completed".to_owned(),
        count => format!("{count} checks are completed"),
    },
    and_more: |count| format!("and {count} more"),
};

const SWEDISH: Words = Words {
    quit: "Avsluta",
    open: "Öppna",
    running: "Ingen behöver göra något",
    keeps_running: "Refapp for Lever fortsätter arbeta",
    keeps_running_why: "Kandidater som når steget tas om hand medan fönstret är stängt. Välj Avsluta i ikonens meny för att avsluta appen.",
    needs_action: |count| match count {
        1 => "Att göra: 1 referenstagning".to_owned(),
        count => format!("Att göra: {count} referenstagningar"),
    },
    completed: |count| match count {
        1 => "1 referenstagning är klar".to_owned(),
        count => format!("{count} referenstagningar är klara"),
    },
    and_more: |count| format!("och {count} till"),
};
