/** Why checks wait for somebody, as far as the last events of a report tell. */
import type { Code } from '../backend/types/Code';
import type { EventReport } from '../backend/types/EventReport';

export interface Parked {
  code: Code;
  /** Candidates, each once. */
  candidates: number;
  /** Pseudonyms, good for this report. */
  postings: string[];
}

/** By code, of one connection, in the order of the events. */
export function parked(events: readonly EventReport[], connection: string): Parked[] {
  const of = (code: Code): EventReport[] =>
    events.filter((event) => event.connection === connection && codeOf(event) === code);
  const codes = new Set(events.map(codeOf).filter((code) => code !== null));
  return [...codes]
    .map((code) => ({
      code,
      candidates: new Set(of(code).map((event) => event.opportunity)).size,
      postings: [...new Set(of(code).flatMap((event) => event.posting ?? []))],
    }))
    .filter((found) => found.candidates > 0);
}

function codeOf(event: EventReport): Code | null {
  return event.kind === 'step' && event.step === 'parked' ? event.code : null;
}
