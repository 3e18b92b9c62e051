/** Moments and ages in words, and the clock that keeps them fresh. */
import { m } from '@messages';
import type { Millis } from '../backend/types/Millis';
import { language } from './locale.svelte';

const MINUTE = 60_000;
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

type Unit = 'minute' | 'hour' | 'day';

/** The largest unit of which the span holds at least one; under a minute is 0 minutes. */
function measure(span: number): { count: number; unit: Unit } {
  if (span >= DAY) return { count: Math.floor(span / DAY), unit: 'day' };
  if (span >= HOUR) return { count: Math.floor(span / HOUR), unit: 'hour' };
  return { count: Math.max(0, Math.floor(span / MINUTE)), unit: 'minute' };
}

/** "3 days", "5 hr", "< 1 min": how long something has lasted. */
export function age(since: Millis, now: Millis = clock.now): string {
  const { count, unit } = measure(now - since);
  if (count === 0) return m.under_a_minute();
  return new Intl.NumberFormat(language.tag, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
  }).format(count);
}

/** "3 days ago", "just now". */
export function ago(at: Millis, style: 'long' | 'short' = 'long', now: Millis = clock.now): string {
  const { count, unit } = measure(now - at);
  if (count === 0) return m.just_now();
  return new Intl.RelativeTimeFormat(language.tag, { numeric: 'auto', style }).format(-count, unit);
}

/** Day and time of day, in this computer's zone. */
export function moment(at: Millis): string {
  return new Intl.DateTimeFormat(language.tag, { dateStyle: 'medium', timeStyle: 'short' }).format(
    at,
  );
}

/** As `moment`, to the second: for timelines, where steps follow one another quickly. */
export function exactMoment(at: Millis): string {
  return new Intl.DateTimeFormat(language.tag, { dateStyle: 'medium', timeStyle: 'medium' }).format(
    at,
  );
}

export function wholeNumber(count: number): string {
  return new Intl.NumberFormat(language.tag).format(count);
}

/** About how long something will take. */
export function duration(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return new Intl.NumberFormat(language.tag, {
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
  return new Intl.NumberFormat(language.tag, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: unit === 'day' ? 1 : 0,
  }).format(count);
}
