/** The words of what is exported about checks: the screen's own, and those that only a file needs. */
import { m } from '@messages';
import type { CsvColumn } from '../backend/types/CsvColumn';
import type { CsvFormat } from '../backend/types/CsvFormat';
import type { CsvWords } from '../backend/types/CsvWords';
import type { Status } from '../backend/types/Status';
import { LEVER, REFAPP } from './lever';
import { everyActor, statusLook, whoActs } from './words';

const columns: Record<CsvColumn, () => string> = {
  candidate: m.column_candidate,
  reference: m.detail_reference,
  posting: m.column_posting,
  status: m.column_status,
  answered: m.column_answered,
  declined: m.csv_declined,
  expected: m.csv_expected,
  'waiting-on': m.column_waiting_on,
  since: m.csv_since,
  'completed-on': m.csv_completed_on,
  activity: m.detail_active,
  template: m.column_template,
  owner: m.column_owner,
  warnings: m.column_warnings,
  'lever-url': () => m.csv_page({ where: LEVER }),
  'refapp-url': () => m.csv_page({ where: REFAPP }),
  'report-url': m.csv_report,
};

/** Each key with what it is called now, in the language of the screen. */
export const called = <K extends string>(
  keys: readonly K[],
  word: (key: K) => string,
): Partial<Record<K, string>> =>
  Object.fromEntries(keys.map((key) => [key, word(key)])) as Partial<Record<K, string>>;

/** As Excel expects it where the screen's language or the system's has a decimal comma. */
export function csvFormat(...tags: readonly string[]): CsvFormat {
  const comma = (tag: string) => {
    try {
      return Intl.NumberFormat(tag).format(0.5).includes(',');
    } catch {
      // A system without a language has none that a number could be written in (“c”, “POSIX”).
      return false;
    }
  };
  return tags.some(comma) ? 'swedish-excel' : 'comma';
}

export const csvWords = (): CsvWords => ({
  columns: called(Object.keys(columns) as CsvColumn[], (column) => columns[column]()),
  statuses: called(Object.keys(statusLook) as Status[], (status) => statusLook[status].word()),
  whoActs: called(everyActor, whoActs),
});
