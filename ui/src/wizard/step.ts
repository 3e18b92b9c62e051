import type { ConnectionView } from '../backend/types/ConnectionView';
import type { StepView } from '../backend/types/StepView';

/** What every step of the wizard is given. */
export interface StepProps {
  connection: ConnectionView;
  view: StepView;
  number: number;
  count: number;
  next: () => Promise<void>;
  /** Absent on the first step. */
  back?: () => void;
}
