//! Checks of people, postings and owners whose names are hard to show: long ones, ones that are written from right to
//! left, ones with emoji, and ones that look like HTML, like a formula, or like an order to the text around them.

use model::{Check, Clock, EffectKey, HOUR, Phase, Progress, Reason, TemplateId, WireStatus};

use super::file;

/// Candidate, posting, owner, project template.
pub const STRANGE: [[&str; 4]; 9] = [
    [
        "Maximiliane-Alexandra Freifrau von und zu Hohenstein-Wolfenbüttel-Lüneburg af Klercker de la Gardie",
        "Senior Principal Backend Developer for Distributed Payment Reconciliation Platforms (Stockholm, Göteborg, Malmö)",
        "Bartholomäus-Sebastian Przybyszewski-Szczęsnowicz von der Weidenhausen",
        "Chefer och ledande befattningshavare inom offentlig förvaltning, utökad med bakgrundskontroll",
    ],
    [
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsvorsitzender",
        "Nordvästersjökustartilleriflygspaningssimulatoranläggningsmaterielunderhållsuppföljningssystem",
        "Wolfeschlegelsteinhausenbergerdorffvoralternwarengewissenhaftschaferswessenschafe",
        "Realisationsvinstbeskattningsreformförslagsutredningskommitté",
    ],
    [
        "محمد عبد الرحمن الخوارزمي",
        "مهندس برمجيات (ستوكهولم)",
        "فاطمة الزهراء",
        "قالب عام",
    ],
    ["שָׂרָה בַּת־אַבְרָהָם (Sara) 7", "מפתחת תוכנה", "דָּוִד לוי", "תבנית 2"],
    ["Zoë 🦊👩‍💻 Núñez 😀", "Growth 🚀 Lead", "Bo 😀", "Template ✅"],
    [
        "<img src=x onerror=\"document.title='taken'\">",
        "<script>document.title='taken'</script>",
        "<b>Bo</b> &amp; Co",
        "</td></tr></table>",
    ],
    ["=HYPERLINK(\"https://evil.example\")", "+1-1", "@SUM(A1:A9)", "-2+3"],
    [
        "Eve \u{202e}gnp.exe",
        "\u{202e}tsop",
        "\u{2067}renwo",
        "\u{202d}etalpmet",
    ],
    ["O", "", "", "T"],
];

/// One check of each in a state of its own, and one more of the longest name that waits for the same as another one, so
/// that both are answered together.
pub fn checks() -> Vec<Check> {
    let names = STRANGE.iter().chain(&STRANGE[..2]);
    names.zip(0..).map(|(names, number)| check(names, number)).collect()
}

fn check([candidate, posting, owner, template]: &[&str; 4], number: u32) -> Check {
    let opportunity = format!("00000000-0000-4000-9000-{number:012}").as_str().into();
    let key = EffectKey::of(file::connection(), &opportunity, None, "start", 1);
    let since = Clock::system().now().plus(-i64::from(90 + number) * HOUR);
    let started = |status, remaining, answered| (Phase::Started, status, remaining, answered);
    let (phase, status, remaining, answered) = match number {
        1 => (Phase::Parked(Reason::NoMemberEmail), WireStatus::Sending, 0, 0),
        2 => started(WireStatus::Pending, 2, 0),
        3 => started(WireStatus::Pending, 0, 1),
        4 => started(WireStatus::Completed, 0, 3),
        5 => started(WireStatus::Failed, 0, 0),
        _ => (Phase::Parked(Reason::NoContact), WireStatus::Sending, 0, 0),
    };
    let mut check = Check::new(key.check_id(), file::connection(), &opportunity, 1, since, phase, since);
    check.candidate = (*candidate).to_owned();
    check.posting = Some(format!("posting-{number}").as_str().into());
    check.posting_title = (*posting).to_owned();
    check.owner = (*owner).to_owned();
    check.template = Some((TemplateId(format!("t{number}")), (*template).to_owned()));
    check.lever_url = Some(format!("https://hire.lever.co/candidates/{opportunity}"));
    check.progress = Progress {
        status,
        total: Some(3),
        remaining_to_submit: Some(remaining),
        completed: Some(answered),
        ..Progress::default()
    };
    check
}
