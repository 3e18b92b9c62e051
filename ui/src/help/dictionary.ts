/** The error dictionary as a book: its chapters, and what a search finds in it. */
import { m } from '@messages';
import type { Code } from '../backend/types/Code';
import { codes, textsOf } from '../i18n/errors';

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
  subject: Subject;
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
const searched = new Map(
  codes.map((code) => [code, plain([code, ...textsOf(code)].join('\n'))] as const),
);

/**
 * The codes that `wanted` names, as the line that is read out does beside other words; else those in whose entries each of
 * its words stands. By chapter; chapters without one are left out.
 */
export function chapters(wanted: string): Chapter[] {
  const words = plain(wanted).split(/\s+/).filter(Boolean);
  const named = codes.filter((code) => words.some((word) => spoken(word) === spoken(code)));
  const told = codes.filter((code) => {
    const text = searched.get(code) ?? '';
    return words.every((word) => text.includes(word));
  });
  const found = named.length > 0 ? named : told;
  return (Object.keys(titles) as Subject[])
    .map((subject) => ({
      subject,
      title: titles[subject](),
      codes: found.filter((code) => subjectOf(code) === subject),
    }))
    .filter((chapter) => chapter.codes.length > 0);
}
