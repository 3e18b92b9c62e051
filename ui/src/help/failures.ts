/** Which events of a report tell that something went wrong, or did not happen. */
import type { EventReport } from '../backend/types/EventReport';

/**
 * Failures, and moves into the trigger stage of candidates who were neither started nor parked afterwards, as far as
 * the events tell.
 */
export function failures(events: readonly EventReport[]): EventReport[] {
  const went = new Set(
    events
      .filter((event) => event.kind === 'step' && SETTLES.includes(event.step))
      .map(({ opportunity }) => opportunity),
  );
  return events.filter(
    (event) =>
      event.kind === 'found' ||
      (event.kind === 'step' && event.code !== null) ||
      (event.kind === 'webhook' && event.intoTriggerStage && !went.has(event.opportunity)),
  );
}

/** With any of these, something has become of a move. */
const SETTLES = ['start-sent', 'accepted', 'parked', 'skipped', 'update-received'];
