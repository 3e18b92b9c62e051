/** What was done with personal data, in the words of the screen. */
import { m } from '@messages';
import type { Act } from '../backend/types/Act';
import type { AuditEntry } from '../backend/types/AuditEntry';
import type { PersonWords } from '../backend/types/PersonWords';
import type { TimelineStep } from '../backend/types/TimelineStep';
import { called, csvWords } from '../i18n/csv';
import { language } from '../i18n/locale.svelte';
import { moment } from '../i18n/time.svelte';
import { timelineLook } from '../i18n/words';

const acts: Record<Act, (params: AuditEntry['params']) => string> = {
  exported: ({ rows }) => m.act_exported({ count: Number(rows) }),
  'person-exported': ({ subject = '' }) => m.act_person_exported({ subject }),
  'erasure-ordered': ({ subject = '', checks }) =>
    m.act_erasure_ordered({ subject, count: Number(checks) }),
  erased: ({ subject = '' }) => m.act_erased({ subject }),
  purged: ({ checks }) => m.act_purged({ count: Number(checks) }),
  'retention-set': ({ days }) => m.act_retention_set({ count: Number(days) }),
  disconnected: () => m.act_disconnected(),
  'data-removed': () => m.act_data_removed(),
};
export const actText = ({ act, params }: AuditEntry): string => acts[act](params);

/** Of the file that one person may see, as it is made now. */
export const personWords = (): PersonWords => ({
  language: language.current,
  lead: m.person_file_lead({ at: moment(Date.now()) }),
  reason: m.person_file_reason(),
  note: m.detail_note(),
  story: m.detail_timeline(),
  stored: m.person_file_stored(),
  rows: csvWords(),
  steps: called(Object.keys(timelineLook) as TimelineStep[], (step) => timelineLook[step].word()),
});
