import { m } from '@messages';
import type { ConnectionView } from '../backend/types/ConnectionView';
import type { StepView } from '../backend/types/StepView';

/** Nothing is left to do here, whether or not it was seen to work. */
export const isSet = (view: StepView): boolean =>
  view.state === 'done' || view.state === 'unproven';

/** Once the set-up is finished a step is a setting to change, and leads to no other. */
export const saveLabel = ({ setup }: ConnectionView): string =>
  setup.finished ? m.save() : m.save_continue();

/** What every step of the wizard is given. */
export interface StepProps {
  connection: ConnectionView;
  view: StepView;
  /** Nothing once the set-up is finished: then it is a setting to change, and no step of a way. */
  number: number | null;
  count: number;
  next: () => Promise<void>;
  /** What this step has achieved: said at the top of the one that comes next. */
  achieved: (what: string) => void;
  /** What the step before has achieved, or nothing. */
  said: string;
  /** Absent on the first step. */
  back?: () => void;
}
