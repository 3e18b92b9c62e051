/** What was just saved at a step that somebody came to from the connection's page: said there, where they come back to. */
import type { Step } from '../backend/types/Step';

class Saved {
  step = $state<Step | null>(null);
  said = $state('');
}

export const saved = new Saved();
