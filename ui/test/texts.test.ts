import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'svelte/compiler';
import { afterEach, describe, expect, it } from 'vitest';
import type { Status } from '../src/backend/types/Status';
import type { TimelineEntry } from '../src/backend/types/TimelineEntry';
import type { TimelineStep } from '../src/backend/types/TimelineStep';
import { fill } from '../src/i18n/errors';
import { language } from '../src/i18n/locale.svelte';
import { sayings } from '../src/i18n/story';
import { csvFormat } from '../src/i18n/csv';
import { age, ago, HOUR } from '../src/i18n/time.svelte';
import { statusLook } from '../src/i18n/words';
import en from '../messages/en.json';
import sv from '../messages/sv.json';

const SOURCE = join(import.meta.dirname, '../src');

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['paraglide', 'types'].includes(entry.name) ? [] : files(path);
    return /\.(svelte|ts)$/.test(entry.name) ? [path] : [];
  });
}

const sources = files(SOURCE).map((path) => ({
  name: relative(SOURCE, path),
  text: readFileSync(path, 'utf8'),
}));
const components = sources.filter(({ name }) => name.endsWith('.svelte'));

const keys = (messages: object) => Object.keys(messages).filter((key) => key !== '$schema');
const placeholders = (message: unknown) =>
  [...new Set(JSON.stringify(message).match(/\{[a-z]+\}/gi) ?? [])].sort();

describe('messages', () => {
  it('exist in both languages', () => {
    expect(keys(sv)).toEqual(keys(en));
  });

  it('name the same values in both languages', () => {
    const swedish: Record<string, unknown> = sv;
    for (const [key, message] of Object.entries(en)) {
      expect(placeholders(swedish[key]), key).toEqual(placeholders(message));
    }
  });

  it('are all used, and all that are used exist', () => {
    const used = new Set(
      sources.flatMap(({ text }) => [...text.matchAll(/\bm\.([a-z_0-9]+)/g)].map(([, key]) => key)),
    );
    expect([...used].sort()).toEqual(keys(en).sort());
  });
});

interface Node {
  type: string;
  name?: string;
  data?: string;
  value?: unknown;
  [key: string]: unknown;
}

/** Every node of a component's markup, not of its script. */
function* nodes(from: unknown): Generator<Node> {
  if (Array.isArray(from)) for (const one of from) yield* nodes(one);
  else if (typeof from === 'object' && from !== null) {
    if ('type' in from) yield from as Node;
    for (const [key, value] of Object.entries(from)) if (key !== 'parent') yield* nodes(value);
  }
}

const LETTERS = /\p{L}{2}/u;
const SPOKEN = ['aria-label', 'title', 'placeholder', 'alt', 'label'];

describe.each(components)('$name', ({ text }) => {
  const all = [...nodes(parse(text, { modern: true }).fragment)];

  it('says nothing that is not a message', () => {
    const literal = all.filter((node) => node.type === 'Text' && LETTERS.test(node.data ?? ''));
    const attributes = all.filter((node) => ['Attribute', 'StyleDirective'].includes(node.type));
    const inAttributes = new Set(attributes.flatMap((node) => [...nodes(node.value)]));
    expect(literal.filter((node) => !inAttributes.has(node)).map((node) => node.data)).toEqual([]);
    const spoken = attributes
      .filter((node) => SPOKEN.includes(node.name ?? ''))
      .flatMap((node) => [...nodes(node.value)])
      .filter((node) => node.type === 'Text' && LETTERS.test(node.data ?? ''));
    expect(spoken.map((node) => node.data)).toEqual([]);
  });

  it('has no style attribute, which the Content-Security-Policy would void, and no raw HTML', () => {
    expect(all.filter((node) => node.type === 'Attribute' && node.name === 'style')).toEqual([]);
    expect(all.filter((node) => node.type === 'HtmlTag')).toEqual([]);
  });
});

describe('a time', () => {
  afterEach(() => {
    language.current = 'en';
  });

  it('of less than a minute is not counted', () => {
    const [then, now] = [Date.UTC(2026, 10, 23, 12), Date.UTC(2026, 10, 23, 12, 0, 59)];
    expect([age(then, 'short', now), ago(then, 'long', now)]).toEqual(['< 1 min', 'just now']);
    language.current = 'sv';
    expect([age(then, 'short', now), ago(then, 'short', now)]).toEqual(['< 1 min', 'nyss']);
    expect(age(then - 161 * 24 * HOUR, 'long', then)).toBe('161 dygn');
    // This computer's clock may be behind.
    expect(ago(now, 'long', then)).toBe('nyss');
  });
});

describe('a file for a spreadsheet', () => {
  it('is in the form of the system’s decimal sign where the screen is in English', () => {
    expect(csvFormat('en-GB', 'en-US')).toBe('comma');
    expect(csvFormat('en-GB', 'nb-NO')).toBe('swedish-excel');
    expect(csvFormat('sv', 'en-US')).toBe('swedish-excel');
  });
});

describe('a step of the story', () => {
  afterEach(() => {
    language.current = 'en';
  });
  const entry = (step: TimelineStep, params: Record<string, string> = {}): TimelineEntry => ({
    at: 0,
    step,
    params,
  });
  const said = (one: TimelineEntry, earlier: TimelineEntry[] = []) =>
    sayings(one, earlier).map(({ label, text }) => (label ? `${label}: ${text}` : text));
  const update = entry('update-received', {
    answered: '1',
    expected: '3',
    status: 'Waiting for referees',
  });

  it('is told in words, in the language of the screen', () => {
    const parked = entry('parked', { code: 'CHECK-AGAIN' });
    const decided = entry('decided', { decision: 'start' });
    expect(said(update)).toEqual(['Waiting for referees', '1 of 3 answered']);
    expect(said(parked)).toEqual(['Already checked. Start again?']);
    expect(said(decided, [parked])).toEqual(['Start again']);
    expect(said(decided)).toEqual(['Start']);
    expect(said(entry('form-read', { template: 'Sales' }))).toEqual(['Template: Sales']);
    expect(said(entry('form-read', { template: '' }))).toEqual(['Template: Chosen in Refapp']);
    language.current = 'sv';
    expect(said(update)).toEqual(['Väntar på referenterna', '1 av 3 besvarade']);
    expect(said(parked)).toEqual(['Referenstagning finns redan. Starta igen?']);
    expect(said(decided, [parked])).toEqual(['Starta igen']);
    expect(said(entry('form-read', { template: 'Sales' }))).toEqual(['Mall: Sales']);
  });

  it('has every status that the host tells', () => {
    for (const status of Object.keys(statusLook) as Status[]) {
      const [one] = said(entry('update-received', { status }));
      expect(one).toBe(statusLook[status].word());
    }
    expect(said(entry('update-received', { status: 'Sent' }))).toEqual(['Sent to Refapp']);
  });

  it('leaves the names of tags as they are in Lever, and what it does not know as it came', () => {
    language.current = 'sv';
    const tag = 'Refapp Status: Sent';
    expect(sayings(entry('tag-added', { tag }), [])).toEqual([{ text: tag, lang: 'en' }]);
    expect(said(entry('parked', { code: 'NEW-CODE' }))).toEqual(['NEW-CODE']);
    expect(said(entry('decided', { decision: 'wait' }))).toEqual(['wait']);
    expect(said(entry('update-received', { status: 'Elsewhere' }))).toEqual(['Elsewhere']);
  });
});

describe('a text of the error dictionary', () => {
  it('has its values filled in, as text', () => {
    expect(fill('Lacks “{right}”.', { right: '<b>list users</b>' })).toBe(
      'Lacks “<b>list users</b>”.',
    );
  });

  it('writes a moment as people do', () => {
    expect(fill('Checked on {on}.', { on: '2026-09-01T10:00:00Z' })).toMatch(/1 Sept? 2026/);
  });

  it('never shows a bare placeholder', () => {
    expect(fill('Port {port}', {})).toBe('Port …');
  });
});
