/** Room on a disk, as people count it. */
import { m } from '@messages';
import { numbers } from './formats';
import { language } from './locale.svelte';

const MEGABYTE = 1_000_000;
const GIGABYTE = 1_000 * MEGABYTE;

/** "20.7 GB", "340 MB", "under 1 MB". */
export function room(bytes: number): string {
  if (bytes < MEGABYTE) return m.report_under_mb();
  const [count, unit] =
    bytes < GIGABYTE ? [bytes / MEGABYTE, 'megabyte'] : [bytes / GIGABYTE, 'gigabyte'];
  return numbers(language.tag, {
    style: 'unit',
    unit,
    maximumFractionDigits: unit === 'gigabyte' ? 1 : 0,
  }).format(count);
}
