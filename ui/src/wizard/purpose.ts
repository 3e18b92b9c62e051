/** What the wizard's pages say and show that differs by what a connection is for; the steps differ by the host's list. */
import { m } from '@messages';
import type { Component } from 'svelte';
import type { ConnectionView } from '../backend/types/ConnectionView';
import type { Mode } from '../backend/types/Mode';
import { heardOnly } from '../i18n/words';
import LooksOn from './LooksOn.svelte';
import Refapp from './Refapp.svelte';
import type { StepProps } from './step';

interface Purpose {
  /** The first step: what the connection has to do with Refapp. */
  refapp: Component<StepProps>;
  oauthLead: (counts: { scopes: number; permissions: number }) => string;
  keyTick: () => string;
  /** Whether a Super Admin has so much to do that there is a sheet to forward. */
  forwards: boolean;
  /** Whether writing is proven, too: by trials, with consent. */
  writes: boolean;
  rightsLead: () => string;
  finishLead: () => string;
  /** What becomes of those who are in the stage already, where there is one. */
  finishNote: ((connection: ConnectionView) => string) | null;
}

// A total map: a new purpose does not compile until all of it is said.
const purposes: Record<Mode, Purpose> = {
  integration: {
    refapp: Refapp,
    oauthLead: m.oauth_lead,
    keyTick: m.key_tick,
    forwards: true,
    writes: true,
    rightsLead: m.rights_lead,
    finishLead: m.finish_lead,
    finishNote: ({ setup }) =>
      heardOnly(setup.rights) ? m.finish_present_unseen() : m.finish_present(),
  },
  observer: {
    refapp: LooksOn,
    oauthLead: m.observer_oauth_lead,
    keyTick: m.observer_key_tick,
    forwards: false,
    writes: false,
    rightsLead: m.observer_rights_lead,
    finishLead: m.observer_finish_lead,
    finishNote: null,
  },
};

export const purposeOf = ({ mode }: Pick<ConnectionView, 'mode'>): Purpose => purposes[mode];
