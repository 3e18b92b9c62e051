/** The error dictionary as a book: its chapters, and what a search finds in it. */
import { m } from '@messages';
import { distance } from 'fastest-levenshtein';
import type { Code } from '../backend/types/Code';
import { codes, textsOf, titlesOf } from '../i18n/errors';
import { everyRight } from '../i18n/words';

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

const ofSubjects = (...wanted: Subject[]): Code[] =>
  codes.filter((code) => wanted.includes(subjectOf(code)));

/** A referee who declines. */
const DECLINED = /\bdecline[ds]?\b|\bavbo[jr]|\btack(ar|ade|at) nej\b/;

/** What people say of a state that several codes have: what it is most likely comes first. */
const TOPICS: { said: RegExp; codes: Code[] }[] = [
  // A check that waits for a person, whatever for.
  {
    said: /\bneeds? (your )?attention|\bparked\b|\bparkera|(behover|kraver) atgard|\bwaits? for a person/,
    codes: [
      'REF-WARNINGS',
      'REF-FAILED',
      'REF-UNKNOWN',
      ...ofSubjects('candidate', 'question').filter((code) => !code.startsWith('SKIP-')),
      'LEV-CONFIDENTIAL',
      'LEV-CHANGED',
      'LEV-NOTE',
      'LEV-WRITE',
    ],
  },
  {
    said: /\b(no|without|gets?( a)?|missing|never) status|\bstatus (is )?(missing|old|wrong|does not)|\b(ingen|utan) status|\bstatus(en)? (saknas|stammer inte|kommer inte)/,
    codes: ['REF-BEARER', 'REF-UPDATES', 'APP-NO-UPDATES', 'LEV-WRITE'],
  },
  {
    said: /\bchecks? (is |are )?(finished|completed|done)|\breferenstagning\w* (ar )?(klar|slutford)/,
    codes: ['REF-WARNINGS', 'REF-BEARER', 'REF-FAILED'],
  },
  {
    said: DECLINED,
    codes: ['REF-FAILED', 'REF-WARNINGS'],
  },
];

/** What people say where nothing is wrong: that is the answer, and no code. */
const ANSWERS: { said: RegExp; title: () => string; text: () => string }[] = [
  {
    said: DECLINED,
    title: m.errors_declined,
    text: m.errors_declined_text,
  },
];
export const answersTo = (wanted: string): typeof ANSWERS =>
  ANSWERS.filter(({ said }) => said.test(plain(wanted)));

/** All that is said of a code, in both languages: what is read out on the phone may be in the other one. */
const searched = codes.map((code) => ({
  code,
  spoken: spoken(code),
  title: plain([...titlesOf(code), ALIASES[code] ?? ''].join('\n')),
  text: plain([code, ...textsOf(code), ALIASES[code] ?? ''].join('\n')),
}));

/** What words are taken for, in both languages; accents are gone. */
type Alphabet = Record<string, string>;

const DIGITS: Alphabet = Object.fromEntries(
  [
    'zero one two three four five six seven eight nine',
    'noll ett tva tre fyra fem sex sju atta nio',
  ].flatMap((words) => words.split(' ').map((word, digit) => [word, String(digit)])),
);
const SIGNS: Alphabet = Object.fromEntries(
  ['dash', 'hyphen', 'minus', 'streck', 'bindestreck'].map((word) => [word, '']),
);
const NUMBERS: Alphabet = { ...DIGITS, ...SIGNS, oh: '0', o: '0' };
/** Numbers as a machine writes down what it hears. */
const MISTAKEN: Alphabet = { for: '4', fore: '4', to: '2', too: '2', won: '1', ate: '8' };
/** Letters as they are called, in English and in Swedish. */
const LETTERS: Alphabet = Object.fromEntries(
  Object.entries({
    a: 'ay',
    b: 'bee be',
    c: 'cee see ce',
    d: 'dee de',
    e: 'ee',
    f: 'eff ef',
    g: 'gee ge',
    h: 'aitch ha',
    i: 'eye',
    j: 'jay ji',
    k: 'kay ka',
    l: 'el ell',
    m: 'em',
    n: 'en',
    o: 'oh',
    p: 'pee pe',
    q: 'cue queue ku',
    r: 'ar are',
    s: 'ess es',
    t: 'tee te',
    u: 'you',
    v: 'vee ve',
    w: 'doubleu dubbelve',
    x: 'ex',
    y: 'why',
    z: 'zee zed zata',
  }).flatMap(([letter, names]) => names.split(' ').map((name) => [name, letter])),
);

const read = (words: string[], ...alphabets: Alphabet[]): string[] =>
  words.map((word) => alphabets.find((alphabet) => Object.hasOwn(alphabet, word))?.[word] ?? word);

const TENS: Alphabet = { ten: '1', tio: '1', twenty: '2', tjugo: '2' };

/** `4 hundred and 1` is `401`, `4 twenty 9` is `429`. */
function inFigures(words: string[]): string[] {
  const figures: string[] = [];
  const isDigit = (word: string | undefined): word is string => /^\d$/.test(word ?? '');
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (/^hundr(ed|a)$/.test(word) && isDigit(figures.at(-1))) {
      if (/^(and|och)$/.test(words[at + 1] ?? '')) at++;
      const rest = words[at + 1] ?? '';
      // What follows says how many figures are still to come.
      if (isDigit(rest)) figures.push('0');
      else if (!Object.hasOwn(TENS, rest)) figures.push('00');
    } else if (Object.hasOwn(TENS, word)) {
      figures.push(TENS[word] ?? '');
      if (!isDigit(words[at + 1])) figures.push('0');
    } else {
      figures.push(word);
    }
  }
  return figures;
}

/** All that may have been meant by what was heard. */
const meanings = (words: string[]): string[][] => [
  words,
  inFigures(read(words, NUMBERS)),
  inFigures(read(words, NUMBERS, MISTAKEN)),
  read(words, LETTERS, SIGNS),
  inFigures(read(words, NUMBERS, MISTAKEN, LETTERS)),
];

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
/** And so much where its words stand in some text all the same. */
const SLIGHTLY = 0.3;

/** A permission by its name: what lacks is always the same. */
const PERMISSIONS = everyRight.map((right) => right.replaceAll('-', ' '));
const LACKS: Code = 'LEV-403';

/**
 * The codes that `wanted` names, as the line that is read out does beside other words. Without any, those that people
 * mean by it, and those in whose code, title or other texts, in this order, each of its words stands; without any of
 * those, what comes nearest.
 */
export function search(wanted: string): Found {
  const words = plain(wanted)
    .replace(/(?<=\d)o(?=\d)/g, '0')
    // One word in Swedish.
    .replace(/hundra|tjugo/g, ' $& ')
    .split(/\s+/)
    .filter(Boolean);
  const meant = meanings(words);
  const runs = new Set(meant.flatMap((one) => [...heard(one)]));
  const named = searched.filter((entry) => runs.has(entry.spoken));
  if (named.length > 0) return { codes: named.map(({ code }) => code), fit: 'whole' };
  const whole = meant.map((one) => spoken(one.join(''))).filter(Boolean);
  const rank = (entry: Entry): number => {
    if (whole.some((one) => entry.spoken.includes(one))) return 3;
    if (words.every((word) => entry.title.includes(word))) return 2;
    return words.every((word) => entry.text.includes(word)) ? 1 : 0;
  };
  const fitting = best(rank, 1);
  const said = words.join(' ');
  const likely = [
    ...(PERMISSIONS.some((name) => said.includes(name)) ? [LACKS] : []),
    ...TOPICS.filter((topic) => topic.said.test(said)).flatMap((topic) => topic.codes),
  ];
  if (likely.length > 0) return { codes: [...new Set([...likely, ...fitting])], fit: 'whole' };
  const sound = spoken(read(words, NUMBERS).join(''));
  // What stands in a text only may have been another code that was misheard.
  if (fitting.length > 0 && best(rank, 2).length === 0) {
    const misheard = nearest(sound, SLIGHTLY);
    if (misheard.length > 0) {
      return { codes: [...new Set([...misheard, ...fitting])].slice(0, MOST), fit: 'near' };
    }
  }
  if (fitting.length > 0) return { codes: fitting, fit: 'whole' };
  const near = nearest(sound, MISHEARD);
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

/** The codes that sound most like it, if no more than so much of them is different. */
function nearest(sound: string, different: number): Code[] {
  const far = searched.map((entry) => ({ entry, by: distance(sound, entry.spoken) }));
  const least = Math.min(...far.map(({ by }) => by));
  return far
    .filter(({ entry, by }) => by === least && by <= entry.spoken.length * different)
    .slice(0, MOST)
    .map(({ entry }) => entry.code);
}
