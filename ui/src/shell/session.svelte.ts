/** What is on the screen: the newest Overview, which connection is looked at, and where in the app one is. */
import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Host } from '../backend/backend';
import type { ConnectionId } from '../backend/types/ConnectionId';
import type { ConnectionView } from '../backend/types/ConnectionView';
import type { Failure } from '../backend/types/Failure';
import type { Overview } from '../backend/types/Overview';
import type { Step } from '../backend/types/Step';
import type { Looked } from '../dashboard/look.svelte';
import { Action } from '../design/action.svelte';
import { Help } from '../help/help.svelte';
import { Left } from './left';
import type { First } from './opening';
import { Spots } from './spots';
import { Trail } from './trail';

export type Screen =
  | { at: 'welcome' }
  | { at: 'setup'; step: Step }
  /** Without what is looked at: as the view that was looked at last has it. */
  | { at: 'checks'; looked?: Looked }
  | { at: 'connection' }
  | { at: 'dry-run' }
  | { at: 'audit' }
  | { at: 'privacy' }
  | { at: 'test-candidate' };

/** Where in the app one is, and of which connection. */
interface Place {
  screen: Screen;
  chosen: ConnectionId | null;
}

export class Session {
  readonly host: Host;
  overview = $state.raw<Overview | null>(null);
  readonly help = new Help();
  #screen = $state.raw<Screen>({ at: 'welcome' });
  #chosen = $state<ConnectionId | null>(null);
  readonly spots = new Spots();
  /** Whether one has come back to the screen, and so to the spot at which one left it. */
  returned = false;
  /** What stands above a list and was folded or unfolded, by what it says; as long as the app runs. */
  readonly folded = new SvelteMap<string, boolean>();
  readonly left = new Left();
  /** How often rows of the connection on screen were said to have changed. */
  changes = $state(0);
  /** A key that Lever refused: it may be for another data centre, and Lever does not show it a second time. */
  refusedKey: { connection: ConnectionId; key: string } | null = null;
  /** Why nothing that happens at the host is told here, if so: what is on screen grows old. */
  deaf = $state.raw<Failure | null>(null);
  #stop: () => void = () => undefined;
  readonly #trail = new Trail<Place>({ screen: { at: 'welcome' }, chosen: null }, (place) =>
    this.#return(place),
  );
  readonly begin = new Action(() => {
    if (this.deaf) this.#listen();
    return this.refresh();
  });

  /** Of the checks, until a screen takes it. */
  #first: First['checks'] = null;

  constructor(host: Host, first: First | null = null) {
    this.host = host;
    if (first) {
      this.#first = first.checks;
      this.#show(first.overview);
    }
  }

  /** What was known of the checks before there was a screen: once. */
  takeFirst(): First['checks'] {
    const first = this.#first;
    this.#first = null;
    return first;
  }

  get screen(): Screen {
    return this.#screen;
  }

  /** Whoever goes to a screen wants to see it, and to come back. */
  set screen(screen: Screen) {
    this.help.leave();
    this.returned = false;
    this.#screen = screen;
    this.#trail.push(this.#place);
  }

  /** Back to the checks as they were looked at last, and to where in them one was. */
  toChecks(): void {
    const looked = this.connection && this.left.checks(this.connection.id)?.looked;
    if (this.#screen.at === 'checks') this.help.leave();
    else this.returnTo({ at: 'checks', ...(looked ? { looked } : {}) });
  }

  /** Back to a screen, and to where on it one was. */
  returnTo(screen: Screen): void {
    this.screen = screen;
    this.returned = true;
  }

  /** Back to the screen before this one. */
  back(): void {
    const before = this.#trail.before;
    if (before && before.chosen === this.#chosen) this.returnTo(before.screen);
    else this.open();
  }

  /** What tells this screen from all others, however it is looked at. */
  get whereabouts(): string {
    const { at } = this.#screen;
    return [this.connection?.id, at, at === 'setup' ? this.#screen.step : ''].join('/');
  }

  /** The same screen, seen a little differently. */
  amend(screen: Screen): void {
    this.#screen = screen;
    this.#trail.amend(this.#place);
  }

  get #place(): Place {
    return { screen: this.#screen, chosen: this.#chosen };
  }

  #return({ screen, chosen }: Place): void {
    this.help.leave();
    this.returned = true;
    // Nobody comes back to a connection that has gone.
    const there = chosen === null || this.connections.some((one) => one.id === chosen);
    if (there) this.#chosen = chosen;
    this.#screen = there ? screen : this.#home();
  }

  get connections(): ConnectionView[] {
    return this.overview?.connections ?? [];
  }

  get connection(): ConnectionView | null {
    return this.connections.find((one) => one.id === this.#chosen) ?? this.connections[0] ?? null;
  }

  /** Listens to the host, which tells the Overview first. Returns how to stop. */
  start(): () => void {
    this.#listen();
    // Should the host not get that far, then the reason is an answer to a question.
    if (this.overview === null) void this.begin.run();
    const leave = this.#trail.listen();
    return () => {
      leave();
      this.#stop();
    };
  }

  #listen(): void {
    this.#stop();
    this.deaf = null;
    this.#stop = this.host.subscribe(
      (event) => {
        if (event.event === 'checks-changed') {
          if (event.value === this.connection?.id) this.changes += 1;
          return;
        }
        this.#show(event.value);
      },
      (failure) => (this.deaf = failure),
    );
  }

  /** Waits until the screen knows what an order has changed. */
  async refresh(): Promise<void> {
    this.#show(await this.host.overview());
  }

  choose(id: ConnectionId): void {
    this.#chosen = id;
    this.open();
  }

  async create(name: string): Promise<void> {
    const id = await this.host.createConnection(name);
    await this.refresh();
    this.choose(id);
  }

  /** A connection from another one's settings. */
  async import(text: string): Promise<void> {
    const id = await this.host.importSettings(text);
    await this.refresh();
    this.choose(id);
  }

  /** The place where work on the connection goes on. */
  open(): void {
    this.screen = this.#home();
  }

  #home(): Screen {
    const connection = this.connection;
    if (!connection) return { at: 'welcome' };
    if (connection.setup.finished) return { at: 'checks' };
    return { at: 'setup', step: connection.setup.current };
  }

  setUp(step?: Step): void {
    const connection = this.connection;
    if (connection) this.screen = { at: 'setup', step: step ?? connection.setup.current };
  }

  #show(overview: Overview): void {
    // An answer and a push can overtake each other; the older one has nothing to say.
    if (this.overview && overview.revision < this.overview.revision) return;
    const first = this.overview === null;
    const before = this.connection?.id;
    this.overview = overview;
    // A connection that is gone leaves its screens with it.
    if (first || this.connection?.id !== before) {
      // Under the help, if that is open: nobody has asked for another screen.
      if (this.#screen.at !== 'welcome' || first) this.amend(this.#home());
    }
  }
}

export const [getSession, setSession] = createContext<Session>();
