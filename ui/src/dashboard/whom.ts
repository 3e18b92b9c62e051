/**
 * Whom an answer is for: a few checks that are known by name, or a batch of however many, of whom no more is known here
 * than how many they are. Their names are the host's to tell, a page at a time.
 */
import type { Host } from '../backend/backend';
import type { Asking } from '../backend/types/Asking';
import type { Batch } from '../backend/types/Batch';
import type { ConnectionId } from '../backend/types/ConnectionId';
import type { Decision } from '../backend/types/Decision';
import type { Together } from '../backend/types/Together';
import type { Whom as Names } from '../backend/types/Whom';

/** Names on one page. */
export const PAGE = 50;

export interface Whom {
  count: number;
  /** Some of them, by name. */
  names(offset: number, limit: number): Promise<Names>;
  decide(decision: Decision): Promise<Together>;
}

export function these(host: Host, checks: readonly Asking[]): Whom {
  return {
    count: checks.length,
    names: (offset, limit) =>
      Promise.resolve({
        total: checks.length,
        offset,
        checks: checks.slice(offset, offset + limit),
      }),
    async decide(decision) {
      const left = await host.decide(
        checks.map((check) => check.id),
        decision,
      );
      const undecided = left.flatMap(({ check: id, failure }) => {
        const check = checks.find((one) => one.id === id);
        return check ? [{ check, failure }] : [];
      });
      return { decided: checks.length - left.length, left: left.length, undecided };
    },
  };
}

export function batch(host: Host, connection: ConnectionId, of: Batch, count: number): Whom {
  return {
    count,
    names: (offset, limit) => host.whom(connection, of, offset, limit),
    decide: (decision) => host.decideTogether(connection, of, decision),
  };
}

/** The one after the other. */
export function both(one: Whom, other: Whom): Whom {
  return {
    count: one.count + other.count,
    async names(offset, limit) {
      const first = await one.names(offset, limit);
      const after = Math.max(0, offset - first.total);
      const rest = await other.names(after, limit - first.checks.length);
      const checks = [...first.checks, ...rest.checks];
      return { total: first.total + rest.total, offset, checks };
    },
    async decide(decision) {
      const first = await one.decide(decision);
      const rest = await other.decide(decision);
      return {
        decided: first.decided + rest.decided,
        left: first.left + rest.left,
        undecided: [...first.undecided, ...rest.undecided],
      };
    },
  };
}
