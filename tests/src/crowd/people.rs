//! What people and jobs in the crowd are called.

use rand::Rng;
use rand::rngs::StdRng;

const FIRST: [&str; 40] = [
    "Kim",
    "Åsa",
    "Björn",
    "Linnea",
    "Omar",
    "Sofia",
    "Erik",
    "Noor",
    "Elsa",
    "Viktor",
    "Ida",
    "Tove",
    "Ali",
    "Ronja",
    "Emil",
    "Alva",
    "Nils",
    "Saga",
    "Gustav",
    "Agnes",
    "Søren",
    "Mette",
    "Ingrid",
    "Øystein",
    "Aino",
    "Jukka",
    "Þóra",
    "Sigurður",
    "Karl-Johan",
    "Anna-Karin",
    "José",
    "Zoë",
    "Małgorzata",
    "Nguyễn",
    "Hanna",
    "Mats",
    "Lars",
    "Freja",
    "Oskar",
    "Elisabeth",
];

const LAST: [&str; 40] = [
    "Berg",
    "Öberg",
    "Ängström",
    "Ståhl",
    "Haddad",
    "Lindqvist",
    "Sandberg",
    "Rahimi",
    "Månsson",
    "Palm",
    "Forsberg",
    "Ekman",
    "Karim",
    "Blom",
    "Frisk",
    "Hedlund",
    "Rask",
    "Wiklund",
    "Holmberg",
    "Dufva",
    "Kierkegaard",
    "Ødegaard",
    "Bjørnstad",
    "Virtanen",
    "Mäkelä",
    "Jónsdóttir",
    "Þorsteinsson",
    "af Klint",
    "von Essen",
    "O’Brien",
    "Núñez",
    "Kowalczyk",
    "Văn",
    "Lilja",
    "Årman",
    "Ahlin",
    "Bergström",
    "Smith",
    "Andersson",
    "Palmér-Nyström",
];

/// Names that a page, a file or an order may trip over.
const ODD: [&str; 24] = [
    "Zelda",
    "Li",
    "Maximiliana Wilhelmina Alexandra Charlotta von Stjernhjelm-Gyllenstierna af Västergötland och Öresund",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "محمد عبد الرحمن الخوارزمي",
    "נועה בן־דוד",
    "فاطمه Lindgren",
    "\u{202e}Kim Berg",
    "王小明",
    "佐藤 さくら",
    "Ольга Петрова",
    "Αθηνά Παπαδοπούλου",
    "Kim 🦊 Berg",
    "👩‍👩‍👧‍👦 Familjen Ek",
    "🇸🇪 Åsa Öberg",
    "A\u{30a}sa O\u{308}berg",
    "Z\u{351}\u{36b}\u{343}a\u{363}\u{369}l\u{348}\u{35e}g\u{328}o",
    "<img src=x onerror=alert(1)>",
    "<b>Björn</b> & Co",
    "=HYPERLINK(\"https://example.com\",\"Kim Berg\")",
    "+46 70 174 06 05",
    "-2+3 Berg",
    "@SUM(A1:A9)",
    "Berg, \"Kim\"; Jr.",
];

/// Mostly ordinary Nordic ones; one in twenty is odd.
pub fn candidate(chance: &mut StdRng) -> String {
    if chance.random_range(0..20) == 0 {
        return ODD[chance.random_range(0..ODD.len())].to_owned();
    }
    let first = FIRST[chance.random_range(0..FIRST.len())];
    let last = LAST[chance.random_range(0..LAST.len())];
    if chance.random_range(0..6) == 0 {
        let other = LAST[chance.random_range(0..LAST.len())];
        return format!("{first} {other} {last}");
    }
    format!("{first} {last}")
}

/// Who owns postings.
pub const OWNERS: [&str; 12] = [
    "Jonas Ek",
    "Maja Holm",
    "Ivar Nyström",
    "Åsa Palmér-Nyström",
    "Mette Kierkegaard",
    "Jukka Mäkelä",
    "Ingrid Bjørnstad",
    "Li",
    "نور الهدى",
    "Karl-Johan von Stjernhjelm-Gyllenstierna",
    "Tove Öberg",
    // Without an address.
    "Hugo Dahl",
];

const ROLES: [&str; 10] = [
    "Backend Developer",
    "Account Manager",
    "Sjuksköterska",
    "Data Engineer",
    "Store Manager",
    "Team Lead",
    "Redovisningsekonom",
    "Customer Success Manager, Nordics & Baltics (parental leave cover until further notice)",
    "Kundtjänstmedarbetare",
    "Projektleder",
];

const PLACES: [&str; 6] = ["Malmö", "Stockholm", "Göteborg", "København", "Oslo", "Jyväskylä"];

/// How many jobs there are.
pub const JOBS: usize = ROLES.len() * PLACES.len();

/// The title of the job with this number.
pub fn job(number: usize) -> String {
    format!(
        "{}, {}",
        ROLES[number % ROLES.len()],
        PLACES[number / ROLES.len() % PLACES.len()]
    )
}
