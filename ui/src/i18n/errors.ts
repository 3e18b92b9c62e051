/** What the error dictionary says about a failure, in the language of the screen. */
import en from '@errors/errors.en.json';
import sv from '@errors/errors.sv.json';
import owners from '@errors/owners.json';
import type { Code } from '../backend/types/Code';
import type { Failure } from '../backend/types/Failure';
import type { Owner } from '../backend/types/Owner';
import { language, type Locale } from './locale.svelte';
import { moment } from './time.svelte';

export interface ErrorText {
  title: string;
  /** What happened, why it matters, how to mend it. */
  what: string;
  why: string;
  mend: string;
}

// Held against `Code` where they are written: a test of `model` fails when a code lacks a text.
const dictionaries: Record<Locale, Record<Code, ErrorText>> = { en, sv };

/** All codes, in the order of the dictionary. */
export const codes = Object.keys(en) as Code[];

/** All that the dictionary says of a code, in both languages. */
export const textsOf = (code: Code): string[] => [
  ...Object.values(en[code]),
  ...Object.values(sv[code]),
];

/** Who can mend it. Held against the codes by the same tests. */
export const ownerOf = (code: Code): Owner => owners[code] as Owner;

/** Whether the dictionary has it: what was stored by another version may not be known here. */
export const isCode = (text: string): text is Code => Object.hasOwn(en, text);

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Placeholders filled. A moment is written as people write it; a value that is not there leaves dots, as in Rust. */
export function fill(text: string, params: Failure['params']): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) return '…';
    return INSTANT.test(value) ? moment(Date.parse(value)) : value;
  });
}

export function errorText(failure: Failure): ErrorText {
  const { title, what, why, mend } = dictionaries[language.current][failure.code];
  return {
    title: fill(title, failure.params),
    what: fill(what, failure.params),
    why: fill(why, failure.params),
    mend: fill(mend, failure.params),
  };
}
