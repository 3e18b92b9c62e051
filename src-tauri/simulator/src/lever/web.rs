//! The page behind `urls.show`: enough to see that a link led to the right candidate.

use crate::http::{Answer, escape};
use crate::lever::view::name_of;
use crate::page;
use crate::world::World;

pub(crate) fn candidate_page(world: &World, id: Option<&str>) -> Answer {
    let Some(opportunity) = id.and_then(|id| world.lever.opportunities.get(id)) else {
        return page::simple(404, "Simulated Lever", "<p>There is no such candidate.</p>");
    };
    let name = escape(name_of(&world.lever, opportunity));
    let stage = world
        .lever
        .stage(&opportunity.stage)
        .map_or("", |stage| stage.text.as_str());
    let list = |items: Vec<String>| {
        items
            .iter()
            .map(|item| format!("<li>{}</li>", escape(item)))
            .collect::<String>()
    };
    let notes = opportunity
        .notes
        .iter()
        .filter(|note| note.deleted_at.is_none())
        .filter_map(|note| note.fields.first()?["value"].as_str().map(str::to_owned))
        .collect();
    page::simple(
        200,
        "Simulated Lever",
        &format!(
            "<h2 data-testid=\"candidate-name\">{name}</h2><p>Stage: <strong>{}</strong></p>\
             <h3>Tags</h3><ul data-testid=\"candidate-tags\">{}</ul>\
             <h3>Notes</h3><ul class=\"notes\" data-testid=\"candidate-notes\">{}</ul>",
            escape(stage),
            list(opportunity.tags.clone()),
            list(notes),
        ),
    )
}
