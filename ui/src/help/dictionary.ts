/** The error dictionary as a book: its chapters, and what a search finds in it. */
import { m } from '@messages';
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

/** All that is said of a code, in both languages: what is read out on the phone may be in the other one. */
const searched = codes.map((code) => ({
  code,
  spoken: spoken(code),
  title: plain(titlesOf(code).join('\n')),
  text: plain([code, ...textsOf(code)].join('\n')),
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

/**
 * The codes that `wanted` names, as the line that is read out does beside other words. Without any, those in whose code,
 * title or other texts, in this order, each of its words stands.
 */
export function search(wanted: string): Code[] {
  const words = plain(wanted).split(/\s+/).filter(Boolean);
  const runs = new Set(
    [words, words.map((word) => SPELT[word] ?? word)].flatMap((told) => [...heard(told)]),
  );
  const named = searched.filter((entry) => runs.has(entry.spoken));
  if (named.length > 0) return named.map(({ code }) => code);
  const whole = spoken(wanted);
  const rank = (entry: (typeof searched)[number]): number => {
    if (whole !== '' && entry.spoken.includes(whole)) return 0;
    if (words.every((word) => entry.title.includes(word))) return 1;
    return words.every((word) => entry.text.includes(word)) ? 2 : 3;
  };
  return searched
    .map((entry) => ({ code: entry.code, rank: rank(entry) }))
    .filter((found) => found.rank < 3)
    .sort((one, other) => one.rank - other.rank)
    .map(({ code }) => code);
}
