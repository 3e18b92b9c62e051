//! The page of results: a section for each command, of which each run writes its own and leaves the other. Pure.

use crate::figures::Bound;

const HEAD: &str = "\
# Fast enough: the results

Some budgets of the project, as `cargo xtask bench ui` and `cargo xtask bench window` last measured them: ratios of one run on one machine, of programs that were built as they are released. No test depends on how long anything takes.

This page is written by these commands. Nothing in it is typed by hand.
";

/// A section; they stand in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    Ui,
    Window,
}

impl Section {
    const ALL: [Self; 2] = [Self::Ui, Self::Window];

    fn heading(self) -> &'static str {
        match self {
            Self::Ui => "## The app's own window",
            Self::Window => "## A hundred rows out of 100,000 checks",
        }
    }
}

/// The page with a section written anew.
pub fn with(page: &str, section: Section, text: &str) -> String {
    let mut whole = HEAD.to_owned();
    for one in Section::ALL {
        let text = if one == section {
            Some(text.trim())
        } else {
            of(page, one)
        };
        if let Some(text) = text {
            whole.push_str(&format!("\n{}\n\n{text}\n", one.heading()));
        }
    }
    whole
}

/// What stands in a section.
fn of(page: &str, section: Section) -> Option<&str> {
    let (_, rest) = page.split_once(&format!("{}\n", section.heading()))?;
    Some(rest.split("\n## ").next().unwrap_or(rest).trim())
}

/// On what it was measured.
pub struct Circumstances {
    pub machine: String,
    pub versions: String,
    pub commit: String,
    pub date: String,
    /// What else the machine did, as the load before and after tells.
    pub load: String,
}

impl Circumstances {
    pub fn text(&self) -> String {
        let Self {
            machine,
            versions,
            commit,
            date,
            load,
        } = self;
        format!("{date}, commit {commit}. {machine}. {versions}. Load {load}.")
    }
}

/// A budget, and what was measured for it.
pub struct Budget {
    pub what: &'static str,
    pub unit: &'static str,
    pub bound: Bound,
    pub app: f64,
    pub empty: f64,
}

/// One row of a table.
pub fn row(budget: &Budget) -> String {
    let Budget {
        what,
        unit,
        bound,
        app,
        empty,
    } = *budget;
    let (limit, compared) = match bound {
        Bound::Times(times) => (format!("≤ {times} × the empty window"), format!("{:.2} ×", app / empty)),
        Bound::More(more) => (
            format!("≤ {more} percentage point more"),
            format!("{:+.2} points", app - empty),
        ),
        Bound::Flat(most) => (format!("≤ {most} {unit}"), format!("{:.2} ×", app / empty)),
    };
    let verdict = if bound.is_met(app, empty) { "met" } else { "**missed**" };
    format!("| {what} | {limit} | {app:.1} {unit} | {empty:.1} {unit} | {compared} | {verdict} |")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_writes_its_section_and_leaves_the_other() {
        let first = with("", Section::Window, "rows\n");
        assert!(first.ends_with("checks\n\nrows\n"), "{first}");
        let both = with(&first, Section::Ui, "| a |\n\n- b");
        assert!(
            both.contains("window\n\n| a |\n\n- b\n\n## A hundred") && both.ends_with("rows\n"),
            "{both}"
        );
        let again = with(&both, Section::Window, "other rows");
        assert!(
            again.contains("- b\n") && again.ends_with("other rows\n") && !again.contains("\nrows"),
            "{again}"
        );
        assert_eq!(with(&again, Section::Window, "other rows"), again);
    }

    #[test]
    fn a_row_says_whether_the_bound_is_met() {
        let budget = |app| Budget {
            what: "Memory",
            unit: "MB",
            bound: Bound::Times(1.25),
            app,
            empty: 100.0,
        };
        assert_eq!(
            row(&budget(125.0)),
            "| Memory | ≤ 1.25 × the empty window | 125.0 MB | 100.0 MB | 1.25 × | met |"
        );
        assert!(row(&budget(130.0)).ends_with("| 1.30 × | **missed** |"));
        assert!(row(&budget(f64::NAN)).ends_with("**missed** |"));
    }
}
