/** Why checks wait for somebody, as far as the last events of a report tell. */
import type { Code } from '../backend/types/Code';
import type { EventReport } from '../backend/types/EventReport';

export interface Parked {
  code: Code;
  postings: PostingWaits[];
}

/** Of one posting; both by pseudonyms that are good for this report. */
export interface PostingWaits {
  posting: string | null;
  /** Each once. */
  candidates: string[];
}

/** By code and posting, of one connection, in the order of the events. */
export function parked(events: readonly EventReport[], connection: string): Parked[] {
  const found: Parked[] = [];
  for (const event of events) {
    const code = codeOf(event);
    if (event.connection !== connection || code === null) continue;
    const of = findOr(found, (one) => one.code === code, { code, postings: [] });
    const { posting, opportunity } = event;
    const at = findOr(of.postings, (one) => one.posting === posting, { posting, candidates: [] });
    if (opportunity !== null && !at.candidates.includes(opportunity)) {
      at.candidates.push(opportunity);
    }
  }
  return found;
}

/** The first that fits, or one that is put there. */
function findOr<T>(list: T[], fits: (one: T) => boolean, made: T): T {
  const found = list.find(fits);
  if (found === undefined) list.push(made);
  return found ?? made;
}

function codeOf(event: EventReport): Code | null {
  return event.kind === 'step' && event.step === 'parked' ? event.code : null;
}
