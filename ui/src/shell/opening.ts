/**
 * The window's first moment. What it shows first is asked for before there is a screen to ask: a page that is painted while
 * its answers are under way is laid out again with each of them, and the first time costs most.
 */
import { mount } from 'svelte';
import { Host, type Backend } from '../backend/backend';
import type { CheckWindow } from '../backend/types/CheckWindow';
import type { Desk } from '../backend/types/Desk';
import type { Overview } from '../backend/types/Overview';
import { FIRST } from '../dashboard/ahead';
import { firstLook } from '../dashboard/look.svelte';
import App from './App.svelte';

/** What is known when the first screen comes. What changes at the host is told to whoever listens from then on. */
export interface First {
  overview: Overview;
  /** How the first connection's checks are looked at, and those in view; `null` while it is being set up. */
  checks: { desk: Desk; window: CheckWindow } | null;
}

/** Milliseconds after which somebody wonders whether anything happens: then the page says that it is waiting. */
const PATIENCE = 250;

export async function open(target: HTMLElement, backend: Backend): Promise<void> {
  const host = new Host(backend);
  const patience = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE));
  // What fails is asked again by the screen, which says so.
  const first = await Promise.race([askFirst(host).catch(() => null), patience]);
  mount(App, { target, props: { host, first } });
}

async function askFirst(host: Host): Promise<First> {
  const [overview, desk] = await Promise.all([host.overview(), host.desk()]);
  const [connection] = overview.connections;
  if (!connection?.setup.finished) return { overview, checks: null };
  const { offset, limit } = FIRST;
  const window = await host.checks(connection.id, offset, limit, firstLook(desk), null);
  return { overview, checks: { desk, window } };
}
