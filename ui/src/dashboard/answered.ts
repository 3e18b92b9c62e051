/** What becomes of the causes while they are on screen: none moves away under the hand that has answered it. */
import { m } from '@messages';
import type { Cause } from '../backend/types/Cause';
import type { Whom } from './whom';

/** What was answered, and for how many. */
export interface Done {
  count: number;
  what: string;
}

export const doneText = (done: Done): string => m.causes_done({ ...done });

export interface Shown {
  key: string;
  cause: Cause;
  /** Those whom it is asked of, as they were seen. */
  whom: Whom;
  done: Done | null;
  /** Nobody has it any more; the cause is as it last was. */
  gone: boolean;
}

const keyOf = (cause: Cause): string => JSON.stringify(cause.failure);

/** As they were, in their places, with what is true now; new ones after them. What is gone stays if it was answered. */
export function brought(
  before: readonly Shown[],
  causes: readonly Cause[],
  whomOf: (cause: Cause) => Whom,
): Shown[] {
  const now = new Map(causes.map((cause) => [keyOf(cause), cause]));
  const kept = before.flatMap((one): Shown[] => {
    const cause = now.get(one.key);
    now.delete(one.key);
    if (cause) return [{ ...one, cause, whom: whomOf(cause), gone: false }];
    return one.done ? [{ ...one, gone: true }] : [];
  });
  const fresh = [...now].map(([key, cause]) => ({
    key,
    cause,
    whom: whomOf(cause),
    done: null,
    gone: false,
  }));
  return [...kept, ...fresh];
}
