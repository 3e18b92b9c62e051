//! Which calls an effect on Lever takes: a second try without the acting user, reading back what got no answer.

use lever::Kind;
use model::{NoteId, UserId};
use store::EffectKind;

use crate::plan::note;
use crate::step::write::Written;

/// The calls about one opportunity that effects are made of. Lever's client makes them; a test answers as it likes.
pub(crate) trait Calls: Sync {
    /// One try. `Some` = the id of the note that was created.
    fn attempt(
        &self,
        kind: &EffectKind,
        perform_as: Option<&UserId>,
    ) -> impl Future<Output = Result<Option<NoteId>, lever::Error>> + Send;

    /// All notes that lie there.
    fn notes(&self) -> impl Future<Output = Result<Vec<lever::Note>, lever::Error>> + Send;
}

/// Carries out effects on one opportunity.
pub(crate) struct Writer<C> {
    pub calls: C,
    /// The check's, which each of its notes carries.
    pub reference: String,
    pub perform_as: Option<UserId>,
    pub can_list_notes: bool,
}

impl<C: Calls> Writer<C> {
    /// `read_first`: a note of this check is of unknown fate, so it is looked for before another is written.
    pub async fn perform(&self, kind: &EffectKind, read_first: bool) -> Result<Written, lever::Error> {
        let text = match kind {
            EffectKind::CreateNote { text } if self.can_list_notes => Some(text),
            _ => None,
        };
        let mut there = Written::default();
        if let Some(text) = text.filter(|_| read_first) {
            there = self.ours(text).await?;
            if there.note.is_some() {
                return Ok(there);
            }
        }
        let error = match self.calls.attempt(kind, self.perform_as.as_ref()).await {
            Ok(note) => return Ok(Written { note, ..there }),
            Err(error) => error,
        };
        let again = match (&error.kind, kind) {
            // Perhaps the acting user is unknown or deactivated: 400 or 404 (lever-api.md §12 row 10). For tags and
            // notes the user is optional (§2.4), so it is tried once without.
            (Kind::BadRequest { .. } | Kind::NotFound, kind)
                if self.perform_as.is_some() && !matches!(kind, EffectKind::DeleteNote { .. }) =>
            {
                there.without_user = true;
                self.calls.attempt(kind, None).await?
            }
            // Read back where notes can be listed (rules.md 13): each has our reference.
            (_, EffectKind::CreateNote { text })
                if self.can_list_notes && error.outcome() == lever::Outcome::Unknown =>
            {
                match self.ours(text).await {
                    Ok(there) if there.note.is_some() => return Ok(there),
                    Ok(_) => self.calls.attempt(kind, self.perform_as.as_ref()).await?,
                    Err(_) => return Err(error),
                }
            }
            _ => return Err(error),
        };
        Ok(Written { note: again, ..there })
    }

    /// The notes of this check that lie there: the one with this very text, and others.
    async fn ours(&self, text: &str) -> Result<Written, lever::Error> {
        let notes = self.calls.notes().await?;
        let mut there = Written {
            read: true,
            ..Written::default()
        };
        for note in notes.into_iter().filter(|note| !note.deleted) {
            let says = |wanted: &dyn Fn(&str) -> bool| note.texts.iter().any(|text| wanted(text));
            if there.note.is_none() && says(&|known| known.trim() == text.trim()) {
                there.note = Some(note.id);
            } else if says(&|known| note::is_of(known, &self.reference)) {
                there.stray.push(note.id);
            }
        }
        Ok(there)
    }
}
