/**
 * Which checks are selected: some that were ticked one by one, or all that need attention but some. Of the latter only
 * the host knows each; what came or changed since they were selected is not among them.
 */
import { SvelteMap } from 'svelte/reactivity';
import { inTurn } from '../backend/turns';
import type { Host } from '../backend/backend';
import type { CheckId } from '../backend/types/CheckId';
import type { CheckRow } from '../backend/types/CheckRow';
import type { ConnectionId } from '../backend/types/ConnectionId';
import type { Decision } from '../backend/types/Decision';
import type { Gathered } from '../backend/types/Gathered';
import type { Held } from '../backend/types/Held';
import type { Look } from '../backend/types/Look';
import type { Together } from '../backend/types/Together';
import { batch, both, these, type Whom } from './whom';

/** All of them together. */
interface All {
  look: Look;
  gathered: Gathered;
  /** Those that were unticked since. */
  but: readonly CheckId[];
  /** What there is still of them, on screen and in all, without `without`. */
  held: Held;
  without: readonly CheckId[];
}

export class Selection {
  readonly #host: Host;
  readonly #connection: ConnectionId;
  readonly #ticked = new SvelteMap<CheckId, CheckRow>();
  #all = $state.raw<All | null>(null);
  #shown: readonly CheckId[] = [];
  /** What can be decided is another thing without those that were unticked. */
  #anew = false;

  readonly #together = $derived.by(() => {
    if (this.#all === null) return 0;
    const { but, held, without } = this.#all;
    // The answer may be older than the last tick.
    const more = without.filter((check) => !but.includes(check)).length;
    const fewer = but.filter((check) => !without.includes(check)).length;
    return Math.max(0, held.total + more - fewer);
  });
  readonly count = $derived(this.#ticked.size + this.#together);
  /** What makes sense for all of them. */
  readonly shared = $derived.by((): Decision[] => {
    const rows = [...this.#ticked.values()];
    const first = this.#all?.gathered.decisions ?? rows[0]?.decisions ?? [];
    return first.filter((decision) => rows.every((row) => row.decisions.includes(decision)));
  });
  /** Those of them that may make Refapp write to a candidate. */
  readonly mailing = $derived(
    this.shared.filter(
      (decision) =>
        (this.#all?.gathered.mailing.includes(decision) ?? false) ||
        [...this.#ticked.values()].some((row) => row.mailing.includes(decision)),
    ),
  );
  readonly whom = $derived.by((): Whom => {
    const ticked = these(this.#host, [...this.#ticked.values()]);
    if (this.#all === null) return ticked;
    const { look, but, gathered } = this.#all;
    const of = { look, cause: null, but: [...but], sight: gathered.sight };
    const rest = batch(this.#host, this.#connection, of, this.#together);
    return ticked.count > 0 ? both(ticked, rest) : rest;
  });

  constructor(host: Host, connection: ConnectionId) {
    this.#host = host;
    this.#connection = connection;
  }

  has(check: CheckId): boolean {
    if (this.#ticked.has(check)) return true;
    if (this.#all === null) return false;
    const { but, held, without } = this.#all;
    return !but.includes(check) && (held.checks.includes(check) || without.includes(check));
  }

  /** Whether it is all of so many that need attention; of these, where all rows of the list are there. */
  isAll(attention: number, asking: readonly CheckId[] | null): boolean {
    if (attention === 0) return false;
    if (this.#all === null) return asking?.every((check) => this.#ticked.has(check)) ?? false;
    const { but, held, without } = this.#all;
    const ticked = but.every((check) => this.#ticked.has(check));
    return ticked && held.total + without.length >= attention;
  }

  toggle(row: CheckRow): void {
    if (this.#ticked.has(row.id)) this.#ticked.delete(row.id);
    else if (!this.has(row.id)) this.#ticked.set(row.id, row);
    else if (this.#all) {
      this.#all = { ...this.#all, but: [...this.#all.but, row.id] };
      this.#anew = true;
      void this.#refresh();
    }
  }

  /** All of this look that need attention. */
  async take(look: Look, shown: readonly CheckId[]): Promise<void> {
    const gathered = await this.#host.gather(this.#connection, look, [], null);
    const of = { look, cause: null, but: [], sight: gathered.sight };
    const held = await this.#host.held(this.#connection, of, [...shown]);
    this.#shown = shown;
    this.#ticked.clear();
    this.#all = { look, gathered, but: [], held, without: [] };
  }

  clear(): void {
    this.#ticked.clear();
    this.#all = null;
  }

  /** These rows are on screen, as they are now: what is selected stays so only while something can be decided. */
  follow(rows: readonly CheckRow[]): void {
    for (const row of rows) {
      if (!this.#ticked.has(row.id)) continue;
      if (row.decisions.length > 0) this.#ticked.set(row.id, row);
      else this.#ticked.delete(row.id);
    }
    this.#shown = rows.map((row) => row.id);
    void this.#refresh();
  }

  /** An answer was given: those for whom it could not be decided stay selected. */
  answered({ undecided }: Together): void {
    for (const check of [...this.#ticked.keys()]) {
      if (undecided.every((one) => one.check.id !== check)) this.#ticked.delete(check);
    }
    void this.#refresh();
  }

  readonly #asked = inTurn(async () => {
    const all = this.#all;
    if (all === null) return;
    const { look, but } = all;
    const { sight } = all.gathered;
    const anew = this.#anew;
    this.#anew = false;
    const gathered = anew
      ? await this.#host.gather(this.#connection, look, [...but], sight)
      : all.gathered;
    const of = { look, cause: null, but: [...but], sight };
    const held = await this.#host.held(this.#connection, of, [...this.#shown]);
    // Another selection may have taken its place.
    if (this.#all?.gathered.sight !== sight) return;
    const none = held.total === 0 && this.#all.but.length === but.length;
    this.#all = none
      ? null
      : { ...this.#all, gathered: { ...gathered, sight }, held, without: but };
  });

  async #refresh(): Promise<void> {
    try {
      await this.#asked();
    } catch {
      // What was selected is answered for as it was seen; whether it is there still is asked then.
    }
  }
}
