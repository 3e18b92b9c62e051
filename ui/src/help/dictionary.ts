/** The error dictionary as a book: its chapters, and what a search finds in it. */
import { m } from '@messages';
import { distance } from 'fastest-levenshtein';
import type { Code } from '../backend/types/Code';
import { codes, textsOf, titlesOf } from '../i18n/errors';

type Prefix = Code extends `${infer First}-${string}` ? First : never;

/** What the codes are about. */
type Subject = 'lever' | 'refapp' | 'candidate' | 'question' | 'app';

// A total map: a code that begins anew does not compile until it belongs somewhere.
const subjects: Record<Prefix, Subject> = {
  LEV: 'lever',
  OAUTH: 'lever',
  REF: 'refapp',
  CAND: 'candidate',
  TAG: 'candidate',
  CHECK: 'question',
  SKIP: 'question',
  NET: 'app',
  APP: 'app',
};

const titles: Record<Subject, () => string> = {
  lever: m.errors_lever,
  refapp: m.errors_refapp,
  candidate: m.errors_candidate,
  question: m.errors_question,
  app: m.errors_app,
};

export interface Chapter {
  id: string;
  title: string;
  codes: Code[];
}

const subjectOf = (code: Code): Subject => subjects[code.slice(0, code.indexOf('-')) as Prefix];

/** Without accents and without case: `atkomst` finds `Åtkomst`. */
const plain = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();

/** As a code is heard on the phone: `lev403` is `LEV-403`. */
const spoken = (text: string): string => plain(text).replace(/[^\p{L}\p{N}]/gu, '');

/** Other words for it, as people and the app's own pages have them. */
const ALIASES: Partial<Record<Code, string>> = {
  'TAG-STALE': 'template not found, mallen hittades inte, mall saknas',
  'LEV-STAGE': 'stage missing, stage deleted, steg borta, steget borttaget',
  'LEV-401': 'key deleted, nyckeln borttagen',
};
/** A check that waits for a person, whatever for. */
const WAITS = 'parked, needs attention, parkerad, behover atgardas, kraver atgard';

function aliases(code: Code): string {
  const subject = subjectOf(code);
  const waits = subject === 'candidate' || code.startsWith('CHECK-') ? WAITS : '';
  return plain(`${ALIASES[code] ?? ''} ${waits}`);
}

/** All that is said of a code, in both languages: what is read out on the phone may be in the other one. */
const searched = codes.map((code) => ({
  code,
  spoken: spoken(code),
  title: plain([...titlesOf(code), aliases(code)].join('\n')),
  text: plain([code, ...textsOf(code), aliases(code)].join('\n')),
}));

/** Digits and signs as they are spelt out on the phone, in both languages. */
const SPELT: Record<string, string> = Object.fromEntries([
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'].map(
    (word, digit) => [word, String(digit)],
  ),
  ...['noll', 'ett', 'tva', 'tre', 'fyra', 'fem', 'sex', 'sju', 'atta', 'nio'].map(
    (word, digit) => [word, String(digit)],
  ),
  ...['oh', 'o'].map((word) => [word, '0']),
  ...['dash', 'hyphen', 'minus', 'streck', 'bindestreck'].map((word) => [word, '']),
]);

/** All that could be a code in what was heard: one word, or several in a row. */
function heard(words: string[]): Set<string> {
  const runs = words.flatMap((_, from) =>
    words.slice(from).map((_, length) => spoken(words.slice(from, from + length + 1).join(''))),
  );
  return new Set(runs);
}

/** The whole book. */
export function chapters(): Chapter[] {
  return (Object.keys(titles) as Subject[]).map((subject) => ({
    id: subject,
    title: titles[subject](),
    codes: codes.filter((code) => subjectOf(code) === subject),
  }));
}

/** What a search found, and how well it fits. */
export interface Found {
  codes: Code[];
  /** `near`: nothing has these words, these codes sound alike. `partly`: these have most of the words. */
  fit: 'whole' | 'near' | 'partly';
}

/** Of a code, so much may be misheard. */
const MISHEARD = 0.4;

/**
 * The codes that `wanted` names, as the line that is read out does beside other words. Without any, those in whose code,
 * title or other texts, in this order, each of its words stands; without any of those, what comes nearest.
 */
export function search(wanted: string): Found {
  const words = plain(wanted)
    .replace(/(?<=\d)o(?=\d)/g, '0')
    .split(/\s+/)
    .filter(Boolean);
  const spelt = words.map((word) => SPELT[word] ?? word);
  const runs = new Set([words, spelt].flatMap((told) => [...heard(told)]));
  const named = searched.filter((entry) => runs.has(entry.spoken));
  if (named.length > 0) return { codes: named.map(({ code }) => code), fit: 'whole' };
  const whole = spoken(words.join(''));
  const rank = (entry: Entry): number => {
    if (whole !== '' && entry.spoken.includes(whole)) return 3;
    if (words.every((word) => entry.title.includes(word))) return 2;
    return words.every((word) => entry.text.includes(word)) ? 1 : 0;
  };
  const fitting = best(rank, 1);
  if (fitting.length > 0) return { codes: fitting, fit: 'whole' };
  const near = nearest(spoken(spelt.join('')));
  if (near.length > 0) return { codes: near, fit: 'near' };
  const partly = best(
    (entry) =>
      words.filter((word) => entry.text.includes(word)).length +
      words.filter((word) => entry.title.includes(word)).length / words.length,
    words.length / 2,
  );
  return { codes: words.length > 1 ? partly.slice(0, MOST) : [], fit: 'partly' };
}

type Entry = (typeof searched)[number];
/** Of what only comes near, nobody reads more. */
const MOST = 5;

/** Those with at least so much, the most first. */
function best(score: (entry: Entry) => number, least: number): Code[] {
  return searched
    .map((entry) => ({ code: entry.code, score: score(entry) }))
    .filter((found) => found.score >= least)
    .sort((one, other) => other.score - one.score)
    .map(({ code }) => code);
}

/** The codes that sound most like it. */
function nearest(sound: string): Code[] {
  const far = searched.map((entry) => ({ entry, by: distance(sound, entry.spoken) }));
  const least = Math.min(...far.map(({ by }) => by));
  return far
    .filter(({ entry, by }) => by === least && by <= entry.spoken.length * MISHEARD)
    .slice(0, MOST)
    .map(({ entry }) => entry.code);
}
