//! Stable codes of everything that can go wrong for a person.
//!
//! A code is a name in the error dictionary, `errors.en.json` and `errors.sv.json` beside this crate's manifest:
//! what happened, why it matters, how to mend it. A test holds the two against this list.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who can mend it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Owner {
    /// A recruiter, in Lever or in Refapp.
    Recruiter,
    /// Whoever sets the app up.
    Admin,
    /// The customer's Lever Super Admin.
    LeverSuperAdmin,
    /// The customer's Refapp Administrator.
    RefappAdmin,
    /// The customer's IT department: network, clock, keychain, disk.
    It,
    /// Lever's support.
    Lever,
    /// Refapp's support.
    Refapp,
    /// The makers of this app.
    Us,
}

macro_rules! codes {
    ($($variant:ident $text:literal $owner:ident),* $(,)?) => {
        /// A stable code. Its text never changes; people read it out on the phone.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, TS)]
        #[ts(export)]
        pub enum Code {
            $(#[serde(rename = $text)] #[doc = $text] $variant,)*
        }

        impl Code {
            /// All codes, in the order of the dictionary.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code as people see it.
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Who can mend it.
            pub fn owner(self) -> Owner {
                match self { $(Self::$variant => Owner::$owner,)* }
            }
        }
    };
}

codes! {
    // Lever: reaching it, and what it lets us do
    LevUnauthorized "LEV-401" LeverSuperAdmin,
    LevRight "LEV-403" LeverSuperAdmin,
    LevConfidential "LEV-CONFIDENTIAL" LeverSuperAdmin,
    LevDataCentre "LEV-DC" Admin,
    LevRateLimited "LEV-429" Us,
    LevDown "LEV-5XX" Lever,
    LevUnreachable "LEV-NET" It,
    LevAnswer "LEV-ANSWER" Lever,
    LevRefused "LEV-4XX" Us,
    LevExpand "LEV-EXPAND" LeverSuperAdmin,
    LevActingUser "LEV-USER" Admin,
    LevStageGone "LEV-STAGE" Admin,
    LevStageRenamed "LEV-STAGE-NAME" Admin,
    LevStageMissing "LEV-STAGE-NONE" LeverSuperAdmin,
    LevWebhookOff "LEV-WH-OFF" LeverSuperAdmin,
    LevWebhookElsewhere "LEV-WH-OTHER" Admin,
    LevWebhookGap "LEV-WH-GAP" LeverSuperAdmin,
    LevWebhookRemoved "LEV-WH-GONE" LeverSuperAdmin,
    LevWebhookSilent "LEV-WH-SILENT" LeverSuperAdmin,
    LevPostingOwner "LEV-OWNER" Recruiter,
    LevNotWritten "LEV-WRITE" LeverSuperAdmin,
    LevNoteUnknown "LEV-NOTE" Recruiter,
    LevChanged "LEV-CHANGED" Recruiter,
    LevCarrier "LEV-CARRIER" Admin,
    // Lever: OAuth
    OauthDenied "OAUTH-DENIED" LeverSuperAdmin,
    OauthState "OAUTH-STATE" Admin,
    OauthLate "OAUTH-LATE" Admin,
    OauthClient "OAUTH-CLIENT" Admin,
    OauthRole "OAUTH-ROLE" LeverSuperAdmin,
    OauthScope "OAUTH-SCOPE" LeverSuperAdmin,
    OauthRevoked "OAUTH-REVOKED" LeverSuperAdmin,
    OauthAge "OAUTH-AGE" LeverSuperAdmin,
    OauthBrowser "OAUTH-BROWSER" Admin,
    // Refapp
    RefToken "REF-TOKEN" RefappAdmin,
    RefEnvironment "REF-ENV" RefappAdmin,
    RefRateLimited "REF-429" Us,
    RefDown "REF-5XX" Refapp,
    RefUnreachable "REF-NET" It,
    RefAnswer "REF-ANSWER" Refapp,
    RefRefused "REF-REFUSED" RefappAdmin,
    RefUnknown "REF-UNKNOWN" Recruiter,
    RefFailed "REF-FAILED" Recruiter,
    RefWarnings "REF-WARNINGS" Recruiter,
    RefForm "REF-FORM" RefappAdmin,
    RefLanguage "REF-LANG" RefappAdmin,
    RefUpdates "REF-UPDATES" Refapp,
    RefBearer "REF-BEARER" Admin,
    // The candidate and the posting
    CandPosting "CAND-POSTING" Recruiter,
    CandMember "CAND-MEMBER" Recruiter,
    CandContact "CAND-CONTACT" Recruiter,
    TagStale "TAG-STALE" Recruiter,
    TagMulti "TAG-MULTI" Recruiter,
    TagNone "TAG-NONE" Recruiter,
    TagDrift "TAG-DRIFT" Admin,
    // Questions to a person, and what is not started on purpose
    CheckAgain "CHECK-AGAIN" Recruiter,
    CheckPresent "CHECK-PRESENT" Recruiter,
    CheckLate "CHECK-LATE" Recruiter,
    CheckMany "CHECK-MANY" Recruiter,
    CheckPaused "CHECK-PAUSED" Recruiter,
    CheckParkedLong "CHECK-LONG" Recruiter,
    CheckOther "CHECK-OTHER" Admin,
    SkipLeft "SKIP-LEFT" Recruiter,
    SkipArchived "SKIP-ARCHIVED" Recruiter,
    SkipDeleted "SKIP-DELETED" Recruiter,
    SkipAnonymised "SKIP-ANON" Recruiter,
    SkipDismissed "SKIP-DISMISSED" Recruiter,
    SkipErased "SKIP-ERASED" Recruiter,
    // The network between us and both of them
    NetProxy "NET-PROXY" It,
    NetClock "NET-CLOCK" It,
    // This app and this computer
    AppInput "APP-INPUT" Admin,
    AppSubject "APP-SUBJECT" Admin,
    AppAddress "APP-ADDRESS" Admin,
    AppConfig "APP-CONFIG" Admin,
    AppNotFound "APP-NOT-FOUND" Admin,
    AppNotNow "APP-NOT-NOW" Admin,
    AppKeychain "APP-KEYCHAIN" It,
    AppStore "APP-STORE" It,
    AppDiskFull "APP-DISK-FULL" It,
    AppReadOnly "APP-READ-ONLY" It,
    AppDiskError "APP-DISK-ERROR" It,
    AppDamaged "APP-DAMAGED" It,
    AppDatabaseAside "APP-DB-ASIDE" Admin,
    AppLocked "APP-LOCKED" It,
    AppAutostart "APP-AUTOSTART" It,
    AppPort "APP-PORT" It,
    AppNoChannel "APP-NO-CHANNEL" Admin,
    AppNoUpdates "APP-NO-UPDATES" Admin,
    AppPublicUrl "APP-PUBLIC-URL" It,
    AppSave "APP-SAVE" Admin,
    AppAuditLog "APP-AUDIT-LOG" It,
    AppBundle "APP-BUNDLE" Admin,
    AppBundleVersion "APP-BUNDLE-VERSION" Admin,
    AppInternal "APP-INTERNAL" Us,
}

impl Code {
    /// Whether it is over by itself, and nobody has to act meanwhile: one of the services, or the way there, does not
    /// answer or asks to wait. What comes in is queued.
    pub fn passes(self) -> bool {
        matches!(
            self,
            Self::LevRateLimited
                | Self::LevDown
                | Self::LevUnreachable
                | Self::RefRateLimited
                | Self::RefDown
                | Self::RefUnreachable
        )
    }

    /// Whether it says that nobody knows yet, and not that something fails.
    pub fn is_unproven(self) -> bool {
        self == Self::LevWebhookOff
    }

    /// Whether it stays until a person has said that they have read it: nothing that happens by itself mends it.
    pub fn waits_for_reader(self) -> bool {
        matches!(
            self,
            Self::AppDatabaseAside | Self::LevWebhookGap | Self::LevWebhookRemoved | Self::LevStageRenamed
        )
    }

    /// What a file system says that people can mend, and that is no matter of one file's rights.
    pub fn of_disk(said: io::ErrorKind) -> Option<Self> {
        match said {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(Self::AppDiskFull),
            io::ErrorKind::ReadOnlyFilesystem => Some(Self::AppReadOnly),
            _ => None,
        }
    }
}

/// As people say it, in whatever case.
impl FromStr for Code {
    type Err = NoSuchCode;

    fn from_str(text: &str) -> Result<Self, NoSuchCode> {
        let is_meant = |code: &&Self| code.text().eq_ignore_ascii_case(text.trim());
        Self::ALL.iter().find(is_meant).copied().ok_or(NoSuchCode)
    }
}

/// The dictionary has no such code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoSuchCode;

impl fmt::Display for NoSuchCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no such error code")
    }
}

impl std::error::Error for NoSuchCode {}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A failure that a person can meet: a code, and what its text needs. Never a secret, never personal data.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Failure {
    pub code: Code,
    /// Placeholders of the dictionary's text, such as `right` or `address`.
    pub params: BTreeMap<String, String>,
}

impl Failure {
    /// A failure whose text needs nothing.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            params: BTreeMap::new(),
        }
    }

    /// The same with one more placeholder filled.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

impl From<&Failure> for Code {
    fn from(failure: &Failure) -> Self {
        failure.code
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

/// For logs and terminals: the code and its parameters. People get the dictionary's text.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code.fmt(f)?;
        for (name, value) in &self.params {
            write!(f, " {name}={value:?}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
