/**
 * What is looked at on the dashboard. It is a part of the screen one is on, so going back goes back to it; what a restart
 * must not lose is the host's, which is told of it.
 */
import { asFailure, EVERYTHING } from '../backend/backend';
import type { CheckId } from '../backend/types/CheckId';
import type { Column } from '../backend/types/Column';
import type { Desk } from '../backend/types/Desk';
import type { Failure } from '../backend/types/Failure';
import type { Filter } from '../backend/types/Filter';
import type { Look } from '../backend/types/Look';
import type { SortBy } from '../backend/types/SortBy';
import type { View } from '../backend/types/View';
import type { ViewName } from '../backend/types/ViewName';
import type { Session } from '../shell/session.svelte';
import { columnLook, everyColumn } from './columns';
import { keyOf, sameFilter, viewNamed } from './filter';

export interface Looked {
  view: ViewName;
  look: Look;
  /** The check whose detail is open. */
  open: CheckId | null;
}

const ALL: View = { name: { kind: 'all' }, look: EVERYTHING, columns: everyColumn };

export class Looking {
  desk = $state.raw<Desk | null>(null);
  /** Why the host does not know it, if so. */
  failure = $state.raw<Failure | null>(null);
  /** Where another list was chosen while a check was open: it stays open only if that list holds it. */
  carried = $state.raw<Looked | null>(null);
  readonly #session: Session;
  /** What came of typing: more of it is no other place. */
  #typed: Looked | null = null;
  #orders: Promise<unknown> = Promise.resolve();
  #ordered = 0;

  readonly looked = $derived.by((): Looked => {
    const { screen } = this.#session;
    const views = this.desk?.views ?? [];
    const looked = screen.at === 'checks' ? screen.looked : undefined;
    if (looked) return { ...looked, view: (viewNamed(views, looked.view) ?? ALL).name };
    const view = this.desk ? currentOf(this.desk) : ALL;
    return { view: view.name, look: lookOf(view, this.desk?.mine ?? false), open: null };
  });
  /** Whether only one's own are looked at. */
  readonly mine = $derived(this.looked.look.filter.mine);
  /** As it is kept. */
  readonly view = $derived(viewNamed(this.desk?.views ?? [], this.looked.view) ?? ALL);
  /** Whether it is what the view shows. */
  readonly asKept = $derived(
    sameFilter(this.looked.look.filter, lookOf(this.view, this.mine).filter),
  );
  readonly filtered = $derived(!sameFilter(this.looked.look.filter, EVERYTHING.filter));
  /** It is not known before what is looked at first. */
  readonly ready = $derived(this.desk !== null || this.failure !== null);

  constructor(session: Session, desk: Desk | null) {
    this.#session = session;
    this.desk = desk;
  }

  begin(): void {
    if (this.desk === null) this.#quietly(() => this.#session.host.desk());
  }

  turn(name: ViewName): void {
    const view = viewNamed(this.desk?.views ?? [], name) ?? ALL;
    this.#choose({ ...this.looked, view: view.name, look: lookOf(view, this.mine) });
  }

  /** Everybody's checks. */
  clear(): void {
    const view = viewNamed(this.desk?.views ?? [], ALL.name) ?? ALL;
    this.#choose({ ...this.looked, view: view.name, look: view.look });
  }

  /** In whichever view: only one's own, or everybody's again. */
  setMine(mine: boolean): void {
    this.filter({ ...this.looked.look.filter, mine });
  }

  /** What is searched for, in all checks. */
  searchAll(): void {
    const { text } = this.looked.look.filter;
    this.#choose({
      ...this.looked,
      view: ALL.name,
      look: { ...ALL.look, filter: { ...ALL.look.filter, text } },
    });
  }

  /** Of all checks, or of all one's own, those that this part of a filter lets through. */
  only(part: Partial<Filter>): void {
    const { look } = viewNamed(this.desk?.views ?? [], ALL.name) ?? ALL;
    const filter = { ...look.filter, mine: this.mine, ...part };
    this.#go({ ...this.looked, view: ALL.name, look: { ...look, filter } });
  }

  /** Of what is looked at, what there is to do, by its cause. */
  byCause(): void {
    const { look } = this.looked;
    const filter: Filter = { ...look.filter, statuses: [], needsAction: true };
    this.#go({ ...this.looked, view: { kind: 'needs-action' }, look: { ...look, filter } });
  }

  filter(filter: Filter): void {
    this.#choose({ ...this.looked, look: { ...this.looked.look, filter } });
  }

  type(text: string): void {
    const { look } = this.looked;
    const looked = { ...this.looked, look: { ...look, filter: { ...look.filter, text } } };
    const { screen } = this.#session;
    const goesOn = screen.at === 'checks' && screen.looked && screen.looked === this.#typed;
    this.#typed = looked;
    if (goesOn) this.#session.amend({ at: 'checks', looked });
    else this.#go(looked);
    this.#carry(looked);
  }

  /** By this column, then the other way round, then as it was at first. */
  sort(column: Column): void {
    const { sort: by, greatestFirst = false } = columnLook[column];
    if (by === undefined) return;
    const { look } = this.looked;
    this.#go({ ...this.looked, look: { ...look, sort: next(look.sort, by, greatestFirst) } });
  }

  sortAsUsual(): void {
    const { look } = this.looked;
    this.#go({ ...this.looked, look: { ...look, sort: EVERYTHING.sort } });
  }

  open(check: CheckId | null): void {
    this.#go({ ...this.looked, open: check });
  }

  /** Of what was carried to a list that does not hold it. It was never at this place, so one does not go back to it. */
  letGo(): void {
    const { carried, looked } = this;
    this.carried = null;
    if (carried === null || carried.open !== looked.open) return;
    const alone = { ...looked, open: null };
    // Whoever goes on typing is at the same place still.
    if (this.#typed === this.#place()) this.#typed = alone;
    this.#session.amend({ at: 'checks', looked: alone });
  }

  /** Here at once: the next click may come before the host has answered. */
  setColumns(columns: Column[]): void {
    const view = { ...this.view, columns };
    if (this.desk) {
      const views = this.desk.views.map((one) =>
        keyOf(one.name) === keyOf(view.name) ? view : one,
      );
      this.desk = { ...this.desk, views };
    }
    this.#quietly(() => this.#session.host.keepView(view));
  }

  async save(name: string): Promise<void> {
    const view: View = {
      name: { kind: 'own', name: name.trim() },
      look: this.looked.look,
      columns: this.view.columns,
    };
    await this.#order(() => this.#session.host.keepView(view));
    this.#go({ ...this.looked, view: view.name });
  }

  forget(): void {
    const { name } = this.view;
    this.clear();
    this.#quietly(() => this.#session.host.forgetView(name));
  }

  setMe(me: string | null): Promise<void> {
    return this.#order(() => this.#session.host.setMe(me));
  }

  /** The view that is looked at, and its order, are there again after a restart – and when one comes back here. */
  keep(): void {
    const { desk, looked, view } = this;
    if (desk === null) return;
    const { host, screen } = this.#session;
    if (screen.at === 'checks' && !screen.looked) this.#session.amend({ at: 'checks', looked });
    const { mine } = looked.look.filter;
    if (keyOf(desk.current) !== keyOf(looked.view) || desk.mine !== mine) {
      this.#quietly(() => host.turnToView(looked.view, mine));
    }
    const { sort } = looked.look;
    if (sort.by !== view.look.sort.by || sort.descending !== view.look.sort.descending) {
      this.#quietly(() => host.keepView({ ...view, look: { ...view.look, sort } }));
    }
  }

  #place(): Looked | undefined {
    const { screen } = this.#session;
    return screen.at === 'checks' ? screen.looked : undefined;
  }

  #carry(looked: Looked): void {
    this.carried = looked.open === null ? null : looked;
  }

  /** Another list. */
  #choose(looked: Looked): void {
    this.#go(looked);
    this.#carry(looked);
  }

  #go(looked: Looked): void {
    this.#session.screen = { at: 'checks', looked };
  }

  /** One after the other, so that the last one counts; what is answered to an earlier one is out of date already. */
  async #order(ask: () => Promise<Desk>): Promise<void> {
    const before = this.#orders;
    this.#ordered += 1;
    const mine = this.#ordered;
    const order = before
      .catch(() => undefined)
      .then(async () => {
        const desk = await ask();
        if (mine === this.#ordered) this.desk = desk;
        this.failure = null;
      });
    this.#orders = order;
    await order;
  }

  #quietly(ask: () => Promise<Desk>): void {
    this.#order(ask).catch((thrown: unknown) => (this.failure = asFailure(thrown)));
  }
}

/** What is looked at where nobody has chosen anything yet. */
export function firstLook(desk: Desk): Look {
  return lookOf(currentOf(desk), desk.mine);
}

function currentOf({ views, current }: Desk): View {
  return viewNamed(views, current) ?? ALL;
}

/** What a view shows. A given one shows of it what is one's own, if only that is looked at; an own one says so itself. */
function lookOf({ name, look }: View, mine: boolean): Look {
  return name.kind === 'own' ? look : { ...look, filter: { ...look.filter, mine } };
}

function next(sort: Look['sort'], by: SortBy, greatestFirst: boolean): Look['sort'] {
  if (sort.by !== by) return { by, descending: greatestFirst };
  return sort.descending === greatestFirst ? { by, descending: !greatestFirst } : EVERYTHING.sort;
}
