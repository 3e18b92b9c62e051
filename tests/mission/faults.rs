//! Whatever fails while a connection is set up is named, leaves nothing half-made, and is over when it is mended: each of
//! the 12 permissions, and each fault that the simulator can play at each call of the set-up. What is said in each case
//! is a table in `docs/set-up-faults.md`, made here. `WRITE_TABLES=1 cargo test --test mission faults` writes it.
//!
//! Not here: the public address that does not lead back (rule 19), the browser's part of OAuth (M3).

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Duration;

use api::{ChannelState, Request};
use end_to_end::rig::{Rig, Setup};
use engine::{CARRIER_NAME, CARRIER_TAG};
use futures::{FutureExt, StreamExt, stream};
use model::{Code, DataCentre, Failure, Language, Right, RightState, Status, WayIn, explain};
use serde_json::{Value, json};
use simulator::demo;

use crate::oauth::{connect, consent, enter_client};
use crate::wizard::Wizard;
use crate::{becomes, state_of};

/// Set-ups at a time.
const PLACES: usize = 12;
const TABLE: &str = "docs/set-up-faults.md";

/// A step of the set-up, by what a person does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Step {
    Refapp,
    Connect,
    Key,
    Users,
    Rights,
    Channels,
    Stage,
}

/// The calls of the set-up in their order, by their names in the ledger, with what a person knows them by.
const CALLS: [(Step, &str, &str); 14] = [
    (Step::Refapp, "config", "Refapp’s token is proven"),
    (Step::Connect, "token exchange", "Connect with Lever (OAuth)"),
    (Step::Key, "list stages", "Lever’s key is proven"),
    (Step::Users, "list users", "the acting user is chosen"),
    (Step::Rights, "read user", "*read user* is proven"),
    (Step::Rights, "list webhooks", "*list webhooks* is proven"),
    (Step::Rights, "create opportunity", "the helper entry is made"),
    (Step::Rights, "read opportunity", "*read opportunity* is proven"),
    (Step::Rights, "addTags", "*add opportunity tag* is proven"),
    (Step::Rights, "removeTags", "*remove opportunity tag* is proven"),
    (Step::Rights, "create note", "*create opportunity note* is proven"),
    (Step::Rights, "delete note", "*delete opportunity note* is proven"),
    (Step::Channels, "create webhook", "the webhook is registered"),
    (Step::Stage, "list stages", "the stages are read again"),
];

/// Every fault that the simulator can play on a request. 429 names a pause that is longer than a call waits.
fn faults() -> Vec<(&'static str, Value)> {
    let status = |code: u16| json!({"kind": "status", "code": code});
    vec![
        ("401", status(401)),
        ("403", status(403)),
        ("404", status(404)),
        ("429", json!({"kind": "status", "code": 429, "retry_after": "21"})),
        ("500", status(500)),
        ("503", status(503)),
        ("hang", json!({"kind": "hang"})),
        ("reset", json!({"kind": "reset"})),
        ("cut", json!({"kind": "cut"})),
        ("done, no answer", json!({"kind": "applied_no_answer"})),
        ("done, 500", json!({"kind": "applied_5xx"})),
        ("no JSON", json!({"kind": "garbage_200"})),
        ("a web page", json!({"kind": "html_200"})),
        ("empty", json!({"kind": "empty_200"})),
        ("10 MB", json!({"kind": "huge_200"})),
        ("slow", json!({"kind": "slow", "ms": 300})),
    ]
}

/// One way through the set-up.
struct Way<'r> {
    rig: &'r Rig,
    wizard: Wizard<'r>,
    by_consent: bool,
}

impl<'r> Way<'r> {
    async fn begin(rig: &'r Rig, by_consent: bool) -> Self {
        let wizard = Wizard::begin(rig).await;
        let way = Self {
            rig,
            wizard,
            by_consent,
        };
        if by_consent {
            way.wizard.data_centre(DataCentre::Us, WayIn::OAuth).await;
            enter_client(&way.wizard, DataCentre::Us).await;
        } else {
            way.wizard.data_centre(DataCentre::Eu, WayIn::ApiKey).await;
        }
        way
    }

    fn steps(&self) -> Vec<Step> {
        let way_in = if self.by_consent { Step::Connect } else { Step::Key };
        vec![
            Step::Refapp,
            way_in,
            Step::Users,
            Step::Rights,
            Step::Channels,
            Step::Stage,
        ]
    }

    /// What a person does at a step; at a step that fails, what they do to try again.
    async fn take(&self, step: Step) -> Result<(), Failure> {
        let (wizard, connection) = (&self.wizard, self.wizard.id);
        match step {
            Step::Refapp => wizard.refapp(demo::REFAPP_TOKEN).await,
            Step::Connect => {
                consent(self.rig, wizard).await;
                connect(wizard).await
            }
            Step::Key => wizard.key(&self.rig.setup.key).await,
            Step::Users => {
                wizard.prove(false).await?;
                let setup = wizard.view().await.setup;
                let mut rights = setup.rights.into_iter();
                let refused = rights.find(|right| right.right == Right::ListUsers && right.state != RightState::Proven);
                if let Some(failure) = refused.and_then(|right| right.failure) {
                    return Err(failure);
                }
                wizard.acting_user().await;
                Ok(())
            }
            Step::Rights => wizard.prove(true).await,
            Step::Channels => wizard.channels().await,
            Step::Stage => wizard.order(Request::ReadStages { connection }).await,
        }
    }

    /// Everything that is on screen and wants to be mended.
    async fn said(&self) -> BTreeSet<Code> {
        let view = self.wizard.view().await;
        let of_rights = view.setup.rights.iter().filter(|right| right.required);
        let failures = (view.setup.steps.iter().filter_map(|step| step.failure.clone()))
            .chain(of_rights.filter_map(|right| right.failure.clone()))
            .chain(view.findings.into_iter().map(|finding| finding.failure));
        failures.map(|failure| failure.code).collect()
    }

    /// On from a step to a check that runs, with nothing half-made left behind.
    async fn to_the_end(&self, from: Step, spare: Spare, what: &str) {
        for step in self.steps().into_iter().filter(|step| *step >= from) {
            let mut taken = self.take(step).await;
            // Nobody is asked before the time that was named.
            while matches!(&taken, Err(failure) if failure.code == Code::LevRateLimited) {
                tokio::time::sleep(Duration::from_secs(1)).await;
                taken = self.take(step).await;
            }
            assert_eq!(taken, Ok(()), "{what}: {step:?} after it was mended");
        }
        self.wizard.stage(demo::TRIGGER_STAGE).await;
        assert_eq!(self.wizard.finish().await, Ok(()), "{what}: the end");
        self.rig.until_ready().await;
        let view = self.wizard.view().await;
        let open = |right: Right| right == Right::ReadPosting;
        for right in view
            .setup
            .rights
            .iter()
            .filter(|right| right.required && !open(right.right))
        {
            assert_eq!(right.state, RightState::Proven, "{what}: {:?}", right.right);
        }
        assert_eq!(view.stage_changes.state, ChannelState::Waiting, "{what}");

        let lever = state_of(self.rig, "lever").await;
        let carriers: Vec<&Value> = list(&lever["opportunities"])
            .filter(|one| list(&one["tags"]).any(|tag| *tag == CARRIER_TAG) || one["name"] == CARRIER_NAME)
            .collect();
        assert!(
            (1..=1 + spare.carriers).contains(&carriers.len()),
            "{what}: {} carriers",
            carriers.len()
        );
        for carrier in carriers {
            let trial = |value: &&Value| value.to_string().to_lowercase().contains("trial");
            assert_eq!(
                list(&carrier["tags"]).filter(trial).count(),
                0,
                "{what}: {}",
                carrier["tags"]
            );
            let there = |note: &&Value| note["deletedAt"].is_null();
            let notes = list(&carrier["notes"]).filter(trial).filter(there).count();
            assert!(notes <= spare.notes, "{what}: {notes} trial notes");
        }
        for event in ["candidateStageChange", "candidateDeleted"] {
            let ours = list(&lever["webhooks"])
                .filter(|webhook| webhook["event"] == event)
                .count();
            assert!(
                (1..=1 + spare.webhooks).contains(&ours),
                "{what}: {ours} webhooks for {event}"
            );
        }

        self.rig.move_into_trigger("Kim Berg").await;
        becomes(self.rig, "Kim Berg", Status::Sent).await;
        assert_eq!(self.rig.starts("Kim Berg"), 1, "{what}");
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// What may lie there twice because an answer never came, and the article's twelve permissions do not allow to look.
#[derive(Clone, Copy, Default)]
struct Spare {
    carriers: usize,
    webhooks: usize,
    notes: usize,
}

impl Spare {
    fn of(call: &str, fault: &str) -> Self {
        let unknown = !matches!(fault, "401" | "403" | "404" | "429" | "slow");
        let one = usize::from(unknown);
        match call {
            "create opportunity" => Self {
                carriers: one,
                ..Self::default()
            },
            "create webhook" => Self {
                webhooks: one,
                ..Self::default()
            },
            "create note" => Self {
                notes: one,
                ..Self::default()
            },
            _ => Self::default(),
        }
    }
}

/// What is to be said of a fault, by the contract and not by the code under test. Nothing: it goes on.
fn expected(call: &str, fault: &str) -> BTreeSet<Code> {
    let refapp = call == "config";
    let exchange = call == "token exchange";
    let needs_no_answer = ["addTags", "removeTags", "delete note"].contains(&call);
    let code = match fault {
        "slow" => return BTreeSet::new(),
        // What lies in it is asked of nobody.
        "empty" if needs_no_answer => return BTreeSet::new(),
        "401" if exchange => Code::OauthClient,
        "401" => [Code::LevUnauthorized, Code::RefToken][usize::from(refapp)],
        // A lesser user's consent fails at the very end of the flow (lever-api.md §2.3).
        "403" if exchange => Code::OauthRole,
        // What the wrong environment answers is not published (refapp-api.md §1).
        "403" => [Code::LevRight, Code::RefEnvironment][usize::from(refapp)],
        "404" => [Code::LevRefused, Code::RefEnvironment][usize::from(refapp)],
        "429" => [Code::LevRateLimited, Code::RefRateLimited][usize::from(refapp)],
        "500" | "503" | "done, 500" => [Code::LevDown, Code::RefDown][usize::from(refapp)],
        "hang" | "reset" | "cut" | "done, no answer" => {
            [Code::LevUnreachable, Code::RefUnreachable][usize::from(refapp)]
        }
        "no JSON" | "a web page" | "empty" | "10 MB" => [Code::LevAnswer, Code::RefAnswer][usize::from(refapp)],
        other => panic!("{other} is no fault"),
    };
    // A carrier may be there of which we know nothing.
    let perhaps_made = Spare::of(call, fault).carriers > 0;
    BTreeSet::from_iter([code].into_iter().chain(perhaps_made.then_some(Code::LevCarrier)))
}

/// What was said in one case.
async fn play(step: Step, call: &'static str, fault: (&'static str, Value)) -> BTreeSet<Code> {
    let wanted = expected(call, fault.0);
    let mut said = play_once(step, call, fault.clone(), &wanted).await;
    // What else is said may be of work beside it, and come or not: only what is said each time belongs to the fault.
    if said != wanted {
        let again = play_once(step, call, fault, &wanted).await;
        said.retain(|code| again.contains(code));
    }
    said
}

async fn play_once(
    step: Step,
    call: &'static str,
    (name, fault): (&'static str, Value),
    wanted: &BTreeSet<Code>,
) -> BTreeSet<Code> {
    let what = format!("{name} at {call} ({step:?})");
    let by_consent = step == Step::Connect;
    let setup = Setup {
        data_centre: if by_consent { DataCentre::Us } else { DataCentre::Eu },
        ..Setup::default()
    };
    let rig = Rig::bare(setup).await;
    let way = Way::begin(&rig, by_consent).await;
    for before in way.steps().into_iter().take_while(|before| *before < step) {
        assert_eq!(way.take(before).await, Ok(()), "{what}: {before:?} before it");
    }
    let mut fault = fault;
    fault["match"] = json!({"call": call});
    rig.fault(fault).await;
    let answer = way.take(step).await.err().map(|failure| failure.code);
    let said = rig
        .until(&format!("{what}: {wanted:?} said"), async || {
            let mut said = way.said().await;
            said.extend(answer);
            wanted.is_subset(&said).then_some(said)
        })
        .await;
    rig.end_faults().await;
    way.to_the_end(step, Spare::of(call, name), &what).await;
    said
}

/// What was said, for each call and fault.
type Table = BTreeMap<(usize, usize), BTreeSet<Code>>;

/// Every case, several at a time. What breaks in one does not hide the others.
async fn play_all() -> (Table, Vec<String>) {
    let cases = CALLS.into_iter().enumerate().flat_map(|(row, (step, call, _))| {
        let faults = faults().into_iter().enumerate();
        faults.map(move |(column, fault)| async move {
            let said = AssertUnwindSafe(Box::pin(play(step, call, fault))).catch_unwind().await;
            let why = |panic: Box<dyn Any + Send>| panic.downcast_ref::<String>().cloned().unwrap_or_default();
            ((row, column), said.map_err(why))
        })
    });
    let (mut table, mut broken) = (Table::new(), Vec::new());
    let mut cases = stream::iter(cases).buffer_unordered(PLACES);
    while let Some((place, said)) = cases.next().await {
        match said {
            Ok(said) => drop(table.insert(place, said)),
            Err(why) => broken.push(why),
        }
    }
    (table, broken)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m01_m04_whatever_fails_in_the_set_up_is_named_and_is_over_when_it_is_mended() {
    let (table, mut wrong) = Box::pin(play_all()).await;
    for ((row, column), said) in &table {
        let ((_, call, _), (fault, _)) = (CALLS[*row], faults().swap_remove(*column));
        let wanted = expected(call, fault);
        if wanted != *said {
            wrong.push(format!("{fault} at {call}: {wanted:?} expected, said {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let rights = Box::pin(play_rights()).await;
    holds(&page(&rights, &table));
}

/// For each of the 12 permissions: at which step its absence is said, and with what.
async fn play_rights() -> Vec<(Right, Step, Failure)> {
    let lacking = Right::REQUIRED.map(|right| Box::pin(play_without(right)));
    stream::iter(lacking).buffered(PLACES).collect().await
}

/// The box is not ticked at first. When it is, the set-up goes on at the same step.
async fn play_without(right: Right) -> (Right, Step, Failure) {
    let rig = Rig::bare(Setup::default()).await;
    let key = format!("lever/keys/{}", rig.setup.key);
    let tick = async |there: bool| {
        let rights = json!({"rights": {right.label(): there}});
        rig.control("PATCH", &key, rights).await;
    };
    tick(false).await;
    let way = Way::begin(&rig, false).await;
    let what = format!("without {}", right.label());
    for step in way.steps() {
        let answer = way.take(step).await;
        let mut rights = way.wizard.view().await.setup.rights.into_iter();
        let missing = rights.find(|view| view.right == right && view.state == RightState::Missing);
        let Some(failure) = missing.and_then(|view| view.failure) else {
            assert_eq!(answer, Ok(()), "{what}: {step:?}");
            continue;
        };
        let expected = Failure::new(Code::LevRight).with("right", right.label());
        assert_eq!(failure, expected, "{what}");
        assert!(way.wizard.finish().await.is_err(), "{what} nothing counts as connected");
        tick(true).await;
        way.to_the_end(step, Spare::default(), &what).await;
        return (right, step, failure);
    }
    panic!("{what}: nobody says so");
}

/// The page, which is kept beside the code that it tells of.
fn page(rights: &[(Right, Step, Failure)], table: &Table) -> String {
    let mut page = HEAD.to_owned();
    page += "\n## Each of the 12 permissions\n\nThe key lacks the box, and nothing counts as connected. \
             When it is ticked, “Check again” goes on at the same step.\n\n\
             | Permission that is not ticked | Found out | Code | What the screen says |\n|---|---|---|---|\n";
    for (right, step, failure) in rights {
        let found = match step {
            Step::Key => "when the key is entered",
            Step::Users | Step::Rights => "by the proof of rights",
            Step::Channels => "when the webhook is registered",
            other => panic!("no right is found missing at {other:?}"),
        };
        let text = explain(failure, Language::En);
        writeln!(
            page,
            "| {} | {found} | {} | {} {} |",
            right.label(),
            failure.code,
            text.what,
            text.mend
        )
        .expect("a String");
    }
    page += "\n## Each fault at each call\n\n";
    let faults = faults();
    let names: Vec<&str> = faults.iter().map(|(name, _)| *name).collect();
    writeln!(
        page,
        "| When … | {} |\n|---|{}",
        names.join(" | "),
        "---|".repeat(names.len())
    )
    .expect("a String");
    let mut codes = BTreeSet::new();
    for (row, (_, _, what)) in CALLS.iter().enumerate() {
        write!(page, "| {what} |").expect("a String");
        for column in 0..faults.len() {
            let said = &table[&(row, column)];
            let texts: Vec<&str> = said.iter().map(|code| code.text()).collect();
            let cell = if texts.is_empty() {
                "goes on".to_owned()
            } else {
                texts.join(", ")
            };
            write!(page, " {cell} |").expect("a String");
            codes.extend(said);
        }
        page.push('\n');
    }
    page += "\n## What these codes say\n\n| Code | Who | What to do |\n|---|---|---|\n";
    for code in codes {
        let mend = match code {
            // Its own table is above.
            Code::LevRight => "Tick the box that is named, see above.".to_owned(),
            code => explain(&code.into(), Language::En).mend,
        };
        let who = serde_json::to_value(code.owner()).expect("a word");
        let who = who.as_str().unwrap_or_default().replace('-', " ");
        writeln!(page, "| {code} | {who} | {mend} |").expect("a String");
    }
    page
}

const HEAD: &str = "# What can fail in the set-up\n\n\
    Made by a test, which walks the whole set-up once for each cell against the simulated Lever and Refapp: the fault \
    strikes at one call for as long as it lasts, then it is over, and the same step is taken again and the set-up goes \
    on to a first check. In the end there is one helper entry, one webhook for each event, and no trial tag or note. \
    Where an answer never came, there may be one more of what was asked for, which is said: with the 12 permissions \
    nobody can look.\n";

/// # Panics
/// If the page that is kept says something else.
fn holds(page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(TABLE);
    if std::env::var_os("WRITE_TABLES").is_some() {
        std::fs::write(&path, page).expect("the docs can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let kept: BTreeSet<&str> = kept.lines().collect();
    let new: Vec<&str> = page.lines().filter(|line| !kept.contains(line)).collect();
    let old: Vec<&&str> = kept
        .iter()
        .filter(|line| !page.lines().any(|new| new == **line))
        .collect();
    assert!(
        new.is_empty() && old.is_empty(),
        "{TABLE} is not what the set-up says now; run with WRITE_TABLES=1, and read the difference:\n-{old:#?}\n+{new:#?}"
    );
}
