/** A filter in parts that can be taken away one by one. */
import type { Filter } from '../backend/types/Filter';
import type { FilterChoices } from '../backend/types/FilterChoices';
import type { Status } from '../backend/types/Status';
import type { View } from '../backend/types/View';
import type { ViewName } from '../backend/types/ViewName';
import * as words from './words';

export interface Part {
  key: string;
  word: string;
  /** The filter without it. */
  without: Filter;
}

/** What is searched for is none of them: it stands in its field. */
export function partsOf(filter: Filter, me: string | null, choices: FilterChoices | null): Part[] {
  const part = (key: string, word: string, change: Partial<Filter>): Part => ({
    key,
    word,
    without: { ...filter, ...change },
  });
  const less = <T>(all: readonly T[], one: T): T[] => all.filter((other) => other !== one);
  return [
    ...(filter.mine ? [part('mine', words.mine(me), { mine: false })] : []),
    ...(filter.needsAction
      ? [part('needs-action', words.needsAction(), { needsAction: false })]
      : []),
    ...(filter.toCall ? [part('to-call', words.toCall(), { toCall: false })] : []),
    ...(filter.running ? [part('running', words.running(), { running: false })] : []),
    ...filter.statuses.map((status) =>
      part(`status:${status}`, words.ofStatus(status), {
        statuses: less(filter.statuses, status),
      }),
    ),
    ...(filter.age ? [part('age', words.ofAge(filter.age), { age: null })] : []),
    ...(filter.pace && filter.pace !== 'fresh'
      ? [part('pace', words.ofPace(filter.pace), { pace: null })]
      : []),
    ...(filter.warnings ? [part('warnings', words.withWarnings(), { warnings: false })] : []),
    ...filter.postings.map((id) =>
      part(`posting:${id}`, words.ofPosting(titleOf(choices, id)), {
        postings: less(filter.postings, id),
      }),
    ),
    ...filter.owners.map((owner) =>
      part(`owner:${owner}`, words.ofOwner(owner), { owners: less(filter.owners, owner) }),
    ),
    ...filter.templates.map((id) =>
      part(`template:${id}`, words.ofTemplate(templateOf(choices, id)), {
        templates: less(filter.templates, id),
      }),
    ),
  ];
}

/** Of what is not there any more, and until the names are there, the id is its name. */
function titleOf(choices: FilterChoices | null, id: string): string {
  return choices?.postings.find((one) => one.id === id)?.title ?? id;
}

function templateOf(choices: FilterChoices | null, id: string): string {
  return choices?.templates.find((one) => one.id === id)?.name ?? id;
}

export function withStatus(filter: Filter, status: Status): Filter {
  const there = filter.statuses.includes(status);
  const statuses = filter.statuses.filter((one) => one !== status);
  return { ...filter, statuses: there ? statuses : [...statuses, status] };
}

/** Whether two let through the same, whatever the order of their parts is. */
export function sameFilter(one: Filter, other: Filter): boolean {
  const told = (filter: Filter) =>
    JSON.stringify(
      (Object.keys(filter) as (keyof Filter)[]).sort().map((key) => {
        const value = filter[key];
        if (typeof value === 'string') return [key, value.trim()];
        return [key, Array.isArray(value) ? [...value].sort() : value];
      }),
    );
  return told(one) === told(other);
}

/** Tells one view from another. */
export const keyOf = (name: ViewName): string =>
  name.kind === 'own' ? `own ${name.name}` : name.kind;

export const viewNamed = (views: readonly View[], name: ViewName): View | undefined =>
  views.find((view) => keyOf(view.name) === keyOf(name));
