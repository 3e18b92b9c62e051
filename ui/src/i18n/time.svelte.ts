/** Moments and ages in words, and the clock that keeps them fresh. */
import { m } from '@messages';
import { getContext, setContext } from 'svelte';
import type { Millis } from '../backend/types/Millis';
import { dates, numbers, relativeTimes } from './formats';
import { language } from './locale.svelte';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

class Clock {
  #now = $state(Date.now());

  constructor() {
    setInterval(() => {
      this.#now = Date.now();
    }, 20_000);
  }

  get now(): Millis {
    return this.#now;
  }
}

export const clock = new Clock();

/** Units in English without the s that British abbreviations take: "4 min", "3 hr". */
const unitLocale = (): string => language.current;

type Unit = 'minute' | 'hour' | 'day';

/** The largest unit of which the span holds at least one; under a minute is 0 minutes. */
function measure(span: number): { count: number; unit: Unit } {
  if (span >= DAY) return { count: Math.floor(span / DAY), unit: 'day' };
  if (span >= HOUR) return { count: Math.floor(span / HOUR), unit: 'hour' };
  return { count: Math.max(0, Math.floor(span / MINUTE)), unit: 'minute' };
}

/** "3 days", "5 hr", "< 1 min": how long something has lasted. */
export function age(
  since: Millis,
  style: 'long' | 'short' = 'short',
  now: Millis = clock.now,
): string {
  const { count, unit } = measure(now - since);
  if (count === 0) return style === 'long' ? m.under_a_minute_long() : m.under_a_minute();
  return numbers(unitLocale(), {
    style: 'unit',
    unit,
    unitDisplay: style,
  }).format(count);
}

/** "3 days ago", "just now". */
export function ago(at: Millis, style: 'long' | 'short' = 'long', now: Millis = clock.now): string {
  const { count, unit } = measure(now - at);
  if (count === 0) return m.just_now();
  return relativeTimes(language.tag, { numeric: 'auto', style }).format(-count, unit);
}

/** Day and time of day, in `timeZone`, or in this computer's. */
export function moment(at: Millis, timeZone?: string): string {
  return dates(language.tag, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone,
  }).format(at);
}

/** As `moment`, to the second: for timelines, where steps follow one another quickly. */
export function exactMoment(at: Millis, timeZone?: string): string {
  return dates(language.tag, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone,
  }).format(at);
}

const ELSEWHERE = Symbol('the zone of what was made elsewhere');

/** What is below shows times of another computer: in its zone, and to the second, as they are compared with others. */
export const setZone = (timeZone: () => string): unknown => setContext(ELSEWHERE, timeZone);

/** That zone; nothing where times are this computer's own. */
export const zoneElsewhere = (): (() => string) | undefined => getContext(ELSEWHERE);

/** The zone by its IANA name, if this system knows it; else UTC. The name may come out of anybody's file. */
export function knownZone(timeZone: string | null): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timeZone ?? 'UTC' });
    return timeZone ?? 'UTC';
  } catch {
    return 'UTC';
  }
}

/** "GMT+1": how far the zone is from UTC at that time. */
export function offset(at: Millis, timeZone: string): string {
  const parts = dates('en', { timeZone, timeZoneName: 'shortOffset' });
  return parts.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

export function wholeNumber(count: number): string {
  return numbers(language.tag, {}).format(count);
}

/** About how long something will take. */
export function duration(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return numbers(language.tag, {
    style: 'unit',
    unit: 'minute',
    unitDisplay: 'long',
  }).format(minutes);
}

/** A language's name in the language of the screen, for an ISO 639-1 code. */
export function languageName(code: string): string {
  return new Intl.DisplayNames(language.tag, { type: 'language' }).of(code) ?? code;
}

/** "40 s", "3 hr", "1.4 days": how long something took. */
export function lasting(span: number): string {
  const [count, unit] =
    span >= DAY
      ? [span / DAY, 'day']
      : span >= HOUR
        ? [span / HOUR, 'hour']
        : span >= MINUTE
          ? [span / MINUTE, 'minute']
          : [Math.max(0, span) / 1000, 'second'];
  return numbers(unitLocale(), {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: unit === 'day' ? 1 : 0,
  }).format(count);
}
