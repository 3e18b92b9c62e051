//! The two kinds of tags that are ours in Lever.

use crate::Status;

const TEMPLATE: &str = "Refapp Template";
const STATUS: &str = "Refapp Status:";

/// A tag `Refapp Template: X`, as found on a posting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TemplateTag {
    /// The whole tag, as written.
    pub text: String,
    /// `X`, without the separator.
    pub name: String,
}

impl TemplateTag {
    /// Reads a tag. The exact separator is unknown (`refapp-api.md §7`), so after the prefix a colon and spaces
    /// may follow or not; the prefix itself may differ in case, as a person may have typed it. What follows the
    /// prefix must not go on as a word: `Refapp Templates` is somebody else's.
    pub fn parse(tag: &str) -> Option<Self> {
        let trimmed = tag.trim();
        let (prefix, rest) = trimmed.split_at_checked(TEMPLATE.len())?;
        let separated = rest.starts_with(|c: char| c == ':' || c.is_whitespace());
        let name = rest.trim_start().trim_start_matches(':').trim();
        (prefix.eq_ignore_ascii_case(TEMPLATE) && separated && !name.is_empty()).then(|| Self {
            text: tag.to_owned(),
            name: name.to_owned(),
        })
    }

    /// The tag that we provide for a template of this name (`mission.md` M8).
    pub fn text_for(name: &str) -> String {
        format!("{TEMPLATE}: {}", name.trim())
    }
}

/// A tag `Refapp Status: X`, as found on an opportunity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct StatusTag(pub Status);

impl StatusTag {
    /// Whether a tag is in our name space of status tags, whoever wrote it and whatever `X` is.
    pub fn is_one(tag: &str) -> bool {
        tag.trim_start().starts_with(STATUS)
    }

    /// Reads a tag whose words are ours, however they are written. `None`: somebody else's words.
    pub fn parse(tag: &str) -> Option<Self> {
        let words = tag.trim().strip_prefix(STATUS)?.trim();
        let mut statuses = Status::TAGGED.into_iter();
        statuses
            .find(|status| status.tag().eq_ignore_ascii_case(words))
            .map(Self)
    }

    /// The tag's text. English in every language (`rules.md`, status table).
    pub fn text(self) -> String {
        format!("{STATUS} {}", self.0.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_tag_is_read_with_any_plausible_separator() {
        for tag in [
            "Refapp Template: Sales",
            "Refapp Template:Sales",
            "Refapp Template Sales",
            "refapp template :  Sales ",
        ] {
            assert_eq!(
                TemplateTag::parse(tag).map(|t| t.name).as_deref(),
                Some("Sales"),
                "{tag}"
            );
        }
        for tag in [
            "Refapp Templates: X",
            "Refapp Template",
            "Refapp Template: ",
            "Template: X",
            "Réfapp Template: X",
            "",
        ] {
            assert_eq!(TemplateTag::parse(tag), None, "{tag}");
        }
    }

    #[test]
    fn what_we_write_we_read_again() {
        let tag = TemplateTag::text_for("Utvecklare: 2");
        assert_eq!(TemplateTag::parse(&tag).expect("our own tag").name, "Utvecklare: 2");
        for status in Status::TAGGED {
            let tag = StatusTag(status);
            assert!(StatusTag::is_one(&tag.text()));
            assert_eq!(StatusTag::parse(&tag.text()), Some(tag));
            assert_eq!(
                StatusTag::parse(&tag.text().to_uppercase().replace("REFAPP STATUS", "Refapp Status")),
                Some(tag)
            );
        }
        for foreign in [
            "Refapp Status: Skipped",
            "Refapp Status: Klar",
            "Refapp Status:",
            "Completed",
        ] {
            assert_eq!(StatusTag::parse(foreign), None, "{foreign}");
        }
    }
}
