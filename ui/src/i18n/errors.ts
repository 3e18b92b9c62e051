/** What the error dictionary says about a failure, in the language of the screen. */
import { m } from '@messages';
import en from '@errors/errors.en.json';
import sv from '@errors/errors.sv.json';
import owners from '@errors/owners.json';
import { getContext, setContext } from 'svelte';
import type { Code } from '../backend/types/Code';
import type { Failure } from '../backend/types/Failure';
import type { HostKind } from '../backend/types/HostKind';
import type { Owner } from '../backend/types/Owner';
import type { WayIn } from '../backend/types/WayIn';
import { language, type Locale } from './locale.svelte';
import { moment } from './time.svelte';

export interface ErrorText {
  title: string;
  /** What happened, why it matters, how to mend it. */
  what: string;
  why: string;
  /** Each thing to do by itself. */
  mend: string[];
}

/** The same in the file: before `mend` comes what differs between the two ways in, and between the hosts. */
interface Text extends Omit<ErrorText, 'mend'> {
  mend_key?: string;
  mend_oauth?: string;
  mend_desktop?: string;
  mend_desktop_key?: string;
  mend_desktop_oauth?: string;
  mend_server?: string;
  /** The same where the way into Lever makes a difference on a server. */
  mend_server_key?: string;
  mend_server_oauth?: string;
  mend: string;
  /** What follows on it where it is about a check that waits. */
  mend_check?: string;
}

/** A connection, by its way into Lever, and the host that it is on. */
export interface Subject {
  way: WayIn | null;
  host: HostKind;
}

/** Of whom a text speaks; of what is not known, all that may apply is said. */
export interface About {
  /** How the connection reaches Lever. */
  way?: WayIn | null;
  /** This window's own, unless something else is said. */
  host?: HostKind;
  /** About a check that waits; else about the posting alone. */
  ofCheck?: boolean;
  /** Of the times in it. */
  timeZone?: string | undefined;
}

const SUBJECT = Symbol('of whom the texts below speak');
/** What is below is about this connection, or about a host of this kind: only what applies is said. */
export const setSubject = (subject: () => Subject): unknown => setContext(SUBJECT, subject);
export const subject = (): (() => Subject) =>
  getContext(SUBJECT) ?? (() => ({ way: null, host: 'desktop' }));

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

/**
 * Who can mend it; held against the codes by the same tests. A key is made by one person and put in by another: then it
 * takes both.
 */
export function ownersOf(code: Code): Owner[] {
  const owner = owners[code] as Owner;
  const both = owner === 'lever-super-admin' && 'mend_key' in en[code];
  return both ? [owner, 'admin'] : [owner];
}

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

/** What differs, as far as it may apply, and of what then; last what is for all. As in Rust. */
function howToMend(text: Text, way: WayIn | null, host: HostKind, ofCheck: boolean): string[] {
  const named = (part: string | undefined) =>
    part === undefined || way !== null ? part : m.mend_oauth({ text: part });
  const desktop = (part: string | undefined) => (host === 'headless' ? undefined : part);
  const server = (part: string | undefined) => (host === 'desktop' ? undefined : part);
  const byKey = (part: string | undefined) => (way === 'oauth' ? undefined : part);
  const byOauth = (part: string | undefined) => (way === 'api-key' ? undefined : part);
  const parts = [
    byKey(text.mend_key),
    byOauth(named(text.mend_oauth)),
    desktop(text.mend_desktop),
    byKey(desktop(text.mend_desktop_key)),
    byOauth(named(desktop(text.mend_desktop_oauth))),
    server(text.mend_server),
    byKey(server(text.mend_server_key)),
    byOauth(server(text.mend_server_oauth)),
    text.mend,
    ofCheck ? text.mend_check : undefined,
  ];
  return parts.filter((part) => part !== undefined);
}

export function errorText(
  { code, params }: Failure,
  { way = null, host = 'desktop', ofCheck = true, timeZone }: About = {},
): ErrorText {
  const text: Text = dictionaries[language.current][code];
  const filled = (part: string) => fill(part, params, timeZone);
  return {
    title: filled(text.title),
    what: filled(text.what),
    why: filled(text.why),
    mend: howToMend(text, way, host, ofCheck).map(filled),
  };
}
