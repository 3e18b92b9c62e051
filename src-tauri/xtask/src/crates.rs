//! The plan of the house as a check: arrows between crates point down only, and what must be light stays light.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::run::{Line, Outcome};

/// Each crate may use those of the floors below its own, and nothing on its own floor: so there is no circle.
const FLOORS: [&[&str]; 6] = [
    &["model"],
    &["http-client"],
    &["lever", "refapp", "store"],
    &["engine"],
    &["api", "receiver"],
    &["refapp-lever", "refapp-lever-server"],
];

/// Stands apart: it shares nothing with the clients, so that a misreading on either side shows.
const SIMULATOR: &str = "simulator";
/// Practice mode and tests start it; the headless host never does.
const MAY_SIMULATE: [&str; 2] = ["refapp-lever", TESTS];

/// Crosses all rooms.
const TESTS: &str = "end-to-end";
/// Uses none of them.
const XTASK: &str = "xtask";

/// Crates that must build without a window, and what must not be in them.
const WITHOUT_WINDOW: [&str; 4] = ["engine", "api", "receiver", "refapp-lever-server"];
const WINDOW: [&str; 4] = ["tauri", "wry", "tao", "webkit2gtk"];
/// The engine knows no web framework either.
const WITHOUT_WEB_FRAMEWORK: &str = "engine";
const WEB_FRAMEWORK: &str = "axum";

/// Crate → crates that it uses.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// Reads the workspace and holds it against the plan.
///
/// # Errors
/// Every arrow that points the wrong way.
pub fn check() -> Outcome {
    let metadata = Line::of("cargo metadata --format-version 1");
    let metadata = metadata.output().ok_or_else(|| format!("This failed:\n  {metadata}"))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let mut wrong = wrong_arrows(&between_ourselves(&metadata));
    wrong.extend(too_heavy(&everything(&metadata)));
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("The crates do not follow the plan:\n- {}", wrong.join("\n- ")))
}

fn wrong_arrows(graph: &Graph) -> Vec<String> {
    let floor = |name: &str| FLOORS.iter().position(|floor| floor.contains(&name));
    let mut wrong = Vec::new();
    for (from, uses) in graph {
        for to in uses {
            let right = match (from.as_str(), to.as_str()) {
                (TESTS, _) => true,
                (XTASK | SIMULATOR, _) | (_, TESTS | XTASK) => false,
                (_, SIMULATOR) => MAY_SIMULATE.contains(&from.as_str()),
                _ => floor(to).is_some() && floor(to) < floor(from),
            };
            if !right {
                wrong.push(format!("{from} must not use {to}"));
            }
        }
        if floor(from).is_none() && ![SIMULATOR, TESTS, XTASK].contains(&from.as_str()) {
            wrong.push(format!("{from} has no floor in xtask/src/crates.rs"));
        }
    }
    wrong
}

fn too_heavy(graph: &Graph) -> Vec<String> {
    let window = WITHOUT_WINDOW
        .iter()
        .flat_map(|&from| WINDOW.iter().map(move |&to| (from, to)));
    window
        .chain([(WITHOUT_WEB_FRAMEWORK, WEB_FRAMEWORK)])
        .filter(|(from, to)| reaches(graph, from, to))
        .map(|(from, to)| format!("{from} must build without {to}"))
        .collect()
}

fn reaches(graph: &Graph, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name) {
            open.extend(graph.get(name).into_iter().flatten().map(String::as_str));
        }
    }
    false
}

/// Arrows between the workspace's own crates, those of tests and build scripts included. Only the simulator may be
/// started by any crate's tests: that is what it is for.
fn between_ourselves(metadata: &Value) -> Graph {
    let packages = list(&metadata["packages"]);
    let ours = packages.iter().filter(|package| package["source"].is_null());
    ours.map(|package| {
        let dependencies = list(&package["dependencies"]);
        let own = dependencies.iter().filter(|dependency| {
            let simulated = dependency["kind"] == "dev" && dependency["name"] == SIMULATOR;
            dependency["path"].is_string() && !simulated
        });
        (
            text(&package["name"]),
            own.map(|dependency| text(&dependency["name"])).collect(),
        )
    })
    .collect()
}

/// All arrows of what is built for users, by name; several versions of a crate count as one.
fn everything(metadata: &Value) -> Graph {
    let name_of: BTreeMap<_, _> = list(&metadata["packages"])
        .iter()
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let mut graph = Graph::new();
    for node in list(&metadata["resolve"]["nodes"]) {
        let uses = list(&node["deps"])
            .iter()
            .filter(|dependency| list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null()))
            .map(|dependency| name_of[&text(&dependency["pkg"])].clone());
        graph
            .entry(name_of[&text(&node["id"])].clone())
            .or_default()
            .extend(uses);
    }
    graph
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(arrows: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::new();
        for (from, to) in arrows {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
            graph.entry((*to).to_owned()).or_default();
        }
        graph
    }

    #[test]
    fn arrows_that_point_down_are_fine() {
        let plan = graph(&[
            ("refapp-lever", "receiver"),
            ("refapp-lever", "simulator"),
            ("receiver", "engine"),
            ("engine", "lever"),
            ("lever", "http-client"),
            ("store", "model"),
            ("end-to-end", "refapp-lever-server"),
        ]);
        assert_eq!(wrong_arrows(&plan), [""; 0]);
    }

    #[test]
    fn every_other_arrow_is_named() {
        for arrow in [
            ("model", "engine"),
            ("lever", "refapp"),
            ("engine", "api"),
            ("engine", "simulator"),
            ("refapp-lever-server", "simulator"),
            ("simulator", "model"),
            ("xtask", "model"),
            ("api", "end-to-end"),
        ] {
            assert_eq!(
                wrong_arrows(&graph(&[arrow])),
                [format!("{} must not use {}", arrow.0, arrow.1)]
            );
        }
        let unknown = graph(&[("newcomer", "model")]);
        assert_eq!(wrong_arrows(&unknown).len(), 2);
    }

    #[test]
    fn a_window_in_the_engine_is_found_however_deep() {
        let deep = graph(&[("engine", "a"), ("a", "b"), ("b", "a"), ("b", "tauri")]);
        assert_eq!(too_heavy(&deep), ["engine must build without tauri"]);
    }
}
