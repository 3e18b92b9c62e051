/** What the error dictionary says about a failure, in the language of the screen. */
import { m } from '@messages';
import en from '@errors/errors.en.json';
import sv from '@errors/errors.sv.json';
import owners from '@errors/owners.json';
import type { Code } from '../backend/types/Code';
import type { Failure } from '../backend/types/Failure';
import type { Owner } from '../backend/types/Owner';
import type { WayIn } from '../backend/types/WayIn';
import { language, type Locale } from './locale.svelte';
import { moment } from './time.svelte';

export interface ErrorText {
  title: string;
  /** What happened, why it matters, how to mend it. */
  what: string;
  why: string;
  mend: string;
}

/** The same in the file: before `mend` comes what differs between the two ways in. */
interface Text extends ErrorText {
  mend_key?: string;
  mend_oauth?: string;
}

// Held against `Code` where they are written: a test of `model` fails when a code lacks a text.
const dictionaries: Record<Locale, Record<Code, Text>> = { en, sv };

/** All codes, in the order of the dictionary. */
export const codes = Object.keys(en) as Code[];

/** All that the dictionary says of a code, in both languages. */
export const textsOf = (code: Code): string[] => [
  ...Object.values(en[code]),
  ...Object.values(sv[code]),
];

/** What it is called in both languages. */
export const titlesOf = (code: Code): string[] => [en[code].title, sv[code].title];

/** Who can mend it. Held against the codes by the same tests. */
export const ownerOf = (code: Code): Owner => owners[code] as Owner;

/** Whether the dictionary has it: what was stored by another version may not be known here. */
export const isCode = (text: string): text is Code => Object.hasOwn(en, text);

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Placeholders filled. A moment is written as people write it; a value that is not there leaves dots, as in Rust. */
export function fill(text: string, params: Failure['params'], timeZone?: string): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) return '…';
    return INSTANT.test(value) ? moment(Date.parse(value), timeZone) : value;
  });
}

/** How to mend it, in full: of what differs between the ways in, what applies; without a way, both. As in Rust. */
function howToMend({ mend, mend_key, mend_oauth }: Text, way: WayIn | null): string {
  const key = way === 'oauth' ? undefined : mend_key;
  const oauth = way === 'api-key' ? undefined : mend_oauth;
  const named = oauth !== undefined && way === null ? m.mend_oauth({ text: oauth }) : oauth;
  return [key, named, mend].filter((part) => part !== undefined).join(' ');
}

/** `way`: how the connection reaches Lever, where that is known. `timeZone`: of the times in it. */
export function errorText(
  { code, params }: Failure,
  way: WayIn | null = null,
  timeZone?: string,
): ErrorText {
  const text = dictionaries[language.current][code];
  const filled = (part: string) => fill(part, params, timeZone);
  return {
    title: filled(text.title),
    what: filled(text.what),
    why: filled(text.why),
    mend: filled(howToMend(text, way)),
  };
}
