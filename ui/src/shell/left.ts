/** How each connection's checks were left when another screen was gone to. */
import type { ConnectionId } from '../backend/types/ConnectionId';
import type { Looked } from '../dashboard/look.svelte';

export interface LeftChecks {
  looked: Looked;
  /** A list is wanted, though it could be by cause. */
  asList: boolean;
  /** How far it was scrolled. */
  top: number;
}

export class Left {
  readonly #checks = new Map<ConnectionId, LeftChecks>();

  checks(connection: ConnectionId): LeftChecks | undefined {
    return this.#checks.get(connection);
  }

  leave(connection: ConnectionId, checks: LeftChecks): void {
    this.#checks.set(connection, checks);
  }
}
