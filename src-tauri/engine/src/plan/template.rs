//! Template tags: which template a posting selects (`rules.md` 8), and what Update changes (`rules.md` 15).

use std::collections::BTreeSet;

use model::{TemplateId, TemplateTag};
use refapp::Template;
use store::KnownTemplate;

/// What a posting's tags select.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Choice {
    /// A living template. `former` if the tag carries a name that it had before, or differs from it in case.
    Named { template: Template, former: bool },
    /// No tag; the configured default.
    Default { template: Template },
    /// No tag and no default: nothing is sent, and Refapp's own default applies.
    Nothing,
    /// Tags, but none that names a living template; or a default that no longer lives.
    Unknown { tags: Vec<String> },
    /// Tags that name more than one living template, or one that several bear.
    Several { tags: Vec<String> },
}

/// Chooses.
pub fn choose(posting_tags: &[String], templates: &[KnownTemplate], default: Option<&TemplateId>) -> Choice {
    let tags: Vec<TemplateTag> = posting_tags.iter().filter_map(|tag| TemplateTag::parse(tag)).collect();
    let living: Vec<&KnownTemplate> = templates.iter().filter(|template| template.alive).collect();
    if tags.is_empty() {
        let Some(default) = default else { return Choice::Nothing };
        return match living.iter().find(|template| template.id == *default) {
            Some(template) => Choice::Default {
                template: plain(template),
            },
            None => {
                let name = templates
                    .iter()
                    .find(|t| t.id == *default)
                    .map_or(default.as_str(), |t| t.name.as_str());
                Choice::Unknown {
                    tags: vec![TemplateTag::text_for(name)],
                }
            }
        };
    }
    let mut found: Vec<(&KnownTemplate, bool)> = Vec::new();
    for tag in &tags {
        let (fitting, former) = matching(&tag.name, &living);
        for template in fitting {
            if !found.iter().any(|(known, _)| known.id == template.id) {
                found.push((template, former));
            }
        }
    }
    let texts = || tags.iter().map(|tag| tag.text.clone()).collect();
    match found.as_slice() {
        [] => Choice::Unknown { tags: texts() },
        [(template, former)] => Choice::Named {
            template: plain(template),
            former: *former,
        },
        _ => Choice::Several { tags: texts() },
    }
}

/// All that a tag's name may mean, and whether it is not their present name to the letter. The present name first, then
/// in any case, then a former one: a template that took over another's old name is the one that is meant.
fn matching<'t>(name: &str, living: &[&'t KnownTemplate]) -> (Vec<&'t KnownTemplate>, bool) {
    let by = |fits: &dyn Fn(&KnownTemplate) -> bool| -> Vec<&'t KnownTemplate> {
        living.iter().copied().filter(|template| fits(template)).collect()
    };
    let folded = name.to_lowercase();
    let exact = by(&|t| t.name.trim() == name);
    if !exact.is_empty() {
        return (exact, false);
    }
    let in_any_case = by(&|t| t.name.trim().to_lowercase() == folded);
    if !in_any_case.is_empty() {
        return (in_any_case, true);
    }
    (by(&|t| t.former.iter().any(|former| former.trim() == name)), true)
}

fn plain(template: &KnownTemplate) -> Template {
    Template {
        id: template.id.clone(),
        name: template.name.clone(),
    }
}

/// What Update found and what it is to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TagPlan {
    /// The templates, living and dead, as they are to be remembered.
    pub templates: Vec<KnownTemplate>,
    /// Tags to put on the tag carrier.
    pub add: Vec<String>,
    /// Tags to take off it: ours only, and dead.
    pub remove: Vec<String>,
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub renamed: Vec<(String, String)>,
    pub unchanged: u32,
}

impl TagPlan {
    /// Whether Lever's tags differ from Refapp's templates.
    pub fn is_drift(&self) -> bool {
        !(self.add.is_empty() && self.remove.is_empty())
    }
}

/// Compares Refapp's templates now with those remembered and with the tags on the carrier.
pub fn compare(known: &[KnownTemplate], now: &[Template], carrier_tags: &[String]) -> TagPlan {
    let mut plan = TagPlan {
        templates: Vec::new(),
        add: Vec::new(),
        remove: Vec::new(),
        added: Vec::new(),
        removed: Vec::new(),
        renamed: Vec::new(),
        unchanged: 0,
    };
    for template in now {
        let before = known.iter().find(|before| before.id == template.id);
        let mut former = before.map(|before| before.former.clone()).unwrap_or_default();
        let tag = TemplateTag::text_for(&template.name);
        match before {
            Some(before) if before.alive && before.name != template.name => {
                plan.renamed.push((TemplateTag::text_for(&before.name), tag.clone()));
                former.push(before.name.clone());
            }
            Some(before) if before.alive => plan.unchanged += 1,
            Some(before) => {
                if before.name != template.name {
                    former.push(before.name.clone());
                }
                plan.added.push(tag.clone());
            }
            None => plan.added.push(tag.clone()),
        }
        former.retain(|name| *name != template.name);
        former.dedup();
        plan.templates.push(KnownTemplate {
            id: template.id.clone(),
            name: template.name.clone(),
            former,
            alive: true,
        });
    }
    for before in known
        .iter()
        .filter(|before| !now.iter().any(|template| template.id == before.id))
    {
        if before.alive {
            plan.removed.push(TemplateTag::text_for(&before.name));
        }
        plan.templates.push(KnownTemplate {
            alive: false,
            ..before.clone()
        });
    }
    let wanted: BTreeSet<String> = now
        .iter()
        .map(|template| TemplateTag::text_for(&template.name))
        .collect();
    plan.add = wanted
        .iter()
        .filter(|tag| !carrier_tags.contains(tag))
        .cloned()
        .collect();
    plan.remove = carrier_tags
        .iter()
        .filter(|tag| TemplateTag::parse(tag).is_some() && !wanted.contains(*tag))
        .cloned()
        .collect();
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(id: &str, name: &str, former: &[&str], alive: bool) -> KnownTemplate {
        let former = former.iter().map(|name| (*name).to_owned()).collect();
        KnownTemplate {
            id: id.into(),
            name: name.to_owned(),
            former,
            alive,
        }
    }

    fn tags(tags: &[&str]) -> Vec<String> {
        tags.iter().map(|tag| (*tag).to_owned()).collect()
    }

    fn template(id: &str, name: &str) -> Template {
        Template {
            id: id.into(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn the_tag_of_the_posting_selects_and_every_doubt_is_said() {
        let all = [
            known("d", "Developers", &["Devs"], true),
            known("s", "Sales", &[], true),
            known("x", "Old", &[], false),
        ];
        let developers = template("d", "Developers");
        let named = |former| Choice::Named {
            template: developers.clone(),
            former,
        };
        assert_eq!(
            choose(&tags(&["Backend", "Refapp Template: Developers"]), &all, None),
            named(false)
        );
        assert_eq!(choose(&tags(&["Refapp Template: developers"]), &all, None), named(true));
        assert_eq!(choose(&tags(&["Refapp Template: Devs"]), &all, None), named(true));
        assert_eq!(
            choose(
                &tags(&["Refapp Template: Developers", "Refapp Template: Nope"]),
                &all,
                None
            ),
            named(false)
        );
        assert_eq!(
            choose(
                &tags(&["Refapp Template: Developers", "Refapp Template: Devs"]),
                &all,
                None
            ),
            named(false)
        );
        let two = tags(&["Refapp Template: Developers", "Refapp Template: Sales"]);
        assert_eq!(choose(&two, &all, None), Choice::Several { tags: two.clone() });
        let dead = tags(&["Refapp Template: Old"]);
        assert_eq!(
            choose(&dead, &all, Some(&"s".into())),
            Choice::Unknown { tags: dead.clone() }
        );
        assert_eq!(choose(&tags(&["Backend"]), &all, None), Choice::Nothing);
        assert_eq!(
            choose(&[], &all, Some(&"s".into())),
            Choice::Default {
                template: template("s", "Sales")
            }
        );
        assert_eq!(
            choose(&[], &all, Some(&"x".into())),
            Choice::Unknown {
                tags: tags(&["Refapp Template: Old"])
            }
        );
    }

    #[test]
    fn a_name_that_several_templates_bear_selects_none_of_them() {
        let all = [
            known("a", "Sales", &["Growth"], true),
            known("b", "SALES", &["Growth"], true),
            known("c", "Office", &[], true),
            known("d", "Office", &[], true),
            known("e", "Old", &["Office"], true),
        ];
        for name in ["sales", "Growth", "Office"] {
            let tags = tags(&[&format!("Refapp Template: {name}")]);
            assert_eq!(choose(&tags, &all, None), Choice::Several { tags: tags.clone() });
        }
        let exact = choose(&tags(&["Refapp Template: SALES"]), &all, None);
        let template = template("b", "SALES");
        assert_eq!(
            exact,
            Choice::Named {
                template,
                former: false
            }
        );
    }

    #[test]
    fn update_adds_removes_renames_and_leaves_other_tags_alone() {
        let before = [known("d", "Developers", &[], true), known("s", "Sales", &[], true)];
        let carrier = tags(&[
            "Refapp Template: Developers",
            "Refapp Template: Sales",
            "Somebody's own",
        ]);
        let plan = compare(
            &before,
            &[template("d", "Engineers"), template("m", "Managers")],
            &carrier,
        );
        assert_eq!(
            plan.renamed,
            [(
                "Refapp Template: Developers".to_owned(),
                "Refapp Template: Engineers".to_owned()
            )]
        );
        assert_eq!(plan.added, ["Refapp Template: Managers"]);
        assert_eq!(plan.removed, ["Refapp Template: Sales"]);
        assert_eq!(plan.add, ["Refapp Template: Engineers", "Refapp Template: Managers"]);
        assert_eq!(plan.remove, ["Refapp Template: Developers", "Refapp Template: Sales"]);
        let after = compare(
            &plan.templates,
            &[template("d", "Engineers"), template("m", "Managers")],
            &plan.add,
        );
        assert!(!after.is_drift());
        assert_eq!((after.unchanged, after.added.len(), after.removed.len()), (2, 0, 0));
        assert_eq!(after.templates[0].former, ["Developers"]);
    }
}
