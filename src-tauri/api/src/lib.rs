//! Every question and order that a user interface can give, with its types: one list.
//!
//! The desktop shell hands a [`Request`] to the host and gets a [`Reply`] back; the headless host's socket speaks
//! the same. The TypeScript twins of these types are generated into `ui/src/backend/types` by `cargo test`.
//!
//! Not here: decisions (they are the engine's), texts (the UI's, and the error dictionary's), secrets on their way
//! out (a secret enters by a request and never leaves by a reply or an event).

mod batch;
mod bundles;
mod causes;
mod csv_file;
mod dashboard;
mod diagnostics;
mod export;
mod halves;
mod host;
mod person_file;
mod privacy;
mod read_out;
mod request;
mod settings_file;
mod show;
mod text_file;
mod view;

pub use bundles::Program;
pub use csv_file::{CsvColumn, CsvFormat, CsvWords};
pub use diagnostics::{
    AppFacts, ConnectionReport, Diagnostics, EventReport, Happening, Reach, RunningReport, SettingsReport, Storage,
    WebhookKind,
};
pub use engine::{Integration, LeverLogin, Provision, Purpose};
pub use export::{CsvOrder, Exported};
pub use host::{Host, Notable, Options, Receiver};
pub use person_file::PersonWords;
pub use read_out::ReadOut;
pub use request::{Decision, Reply, Request};
pub use text_file::TextFile;
pub use view::{
    Asking, AuditEntry, AuditLog, Autostart, Away, Batch, Cause, Causes, Changed, Channel, ChannelState, CheckDetail,
    CheckRow, CheckWindow, ConnectionView, Counts, DataCentreChoice, Durations, Event, FilterChoices, Finding,
    Gathered, Half, HalfView, Health, Held, Left, LeverSetup, OauthState, Overview, OwnerChoice, Permission,
    PostingChoice, Practice, PracticeCredentials, Preparation, Proving, RefappSetup, Renamed, RightView, Setup, Step,
    StepState, StepView, StillCarried, TemplateChoice, TemplateDuration, TemplateReport, TimelineEntry, TimelineStep,
    Together, Undecided, UsedTemplate, UserChoice, Waits, WaitsFor, Whom,
};
