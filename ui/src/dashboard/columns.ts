/** How the table's columns share its width. Which there are, and in which order, is the view's matter. */
import { m } from '@messages';
import type { Column } from '../backend/types/Column';
import type { SortBy } from '../backend/types/SortBy';

interface Look {
  word: () => string;
  /** How wide it is at least, in rem. */
  width: number;
  /** What a click on its head sorts by, and whether the greatest comes first at the first click. */
  sort?: SortBy;
  greatestFirst?: boolean;
  /** What is shown grows as what is sorted by falls: an age, by the moment since when. */
  inverted?: boolean;
}

/** In the order in which they are shown at first. */
export const columnLook: Record<Column, Look> = {
  candidate: { word: m.column_candidate, width: 10, sort: 'candidate' },
  posting: { word: m.column_posting, width: 9, sort: 'posting' },
  status: { word: m.column_status, width: 13.75, sort: 'status' },
  answered: { word: m.column_answered, width: 6 },
  'waiting-on': { word: m.column_waiting_on, width: 7.75 },
  since: { word: m.column_since, width: 8.25, sort: 'since', inverted: true },
  links: { word: m.column_links, width: 11 },
  activity: { word: m.column_activity, width: 6.75, sort: 'activity', greatestFirst: true },
  template: { word: m.column_template, width: 7.5, sort: 'template' },
  owner: { word: m.column_owner, width: 7.75, sort: 'owner' },
  warnings: { word: m.column_warnings, width: 6.25, sort: 'warnings', greatestFirst: true },
};

export const everyColumn = Object.keys(columnLook) as Column[];

/** A table that is no wider, in rem, has no boxes, and its status wraps. */
export const NARROW = 26;
const BOXES = 2.75;
const NARROW_STATUS = 9.5;

/** They are never left out: without them a row says nothing. */
const ALWAYS: readonly Column[] = ['candidate', 'status'];
export const isFixed = (column: Column): boolean => ALWAYS.includes(column);

/** They take what the others leave. */
export const takesRest = (column: Column): boolean =>
  column === 'candidate' || column === 'posting';

export interface Fit {
  shown: Column[];
  left: Column[];
  narrow: boolean;
}

/** It is left out last: whom to call stands there. */
const CALLS: Column = 'since';

/** Which columns fit into a table so many rem wide: in their order, until one does not. */
export function fitting(columns: readonly Column[], room: number): Fit {
  const narrow = room <= NARROW;
  const always = columns.filter(isFixed);
  let used = narrow ? 0 : BOXES;
  for (const column of always) used += widthOf(column, narrow);
  const rest = columns.filter((column) => !isFixed(column) && column !== CALLS);
  const others = columns.includes(CALLS) ? [CALLS, ...rest] : rest;
  const end = others.findIndex((column) => {
    used += widthOf(column, narrow);
    return used > room;
  });
  const left = end === -1 ? [] : others.slice(end);
  return { shown: columns.filter((column) => !left.includes(column)), left, narrow };
}

export function widthOf(column: Column, narrow: boolean): number {
  return narrow && column === 'status' ? NARROW_STATUS : columnLook[column].width;
}

/** One place up (-1) or down (1). The candidate stays the first. */
export function moved(columns: readonly Column[], column: Column, by: -1 | 1): Column[] {
  const from = columns.indexOf(column);
  const to = from + by;
  if (from < 1 || to < 1 || to >= columns.length) return [...columns];
  const rest = columns.filter((one) => one !== column);
  return [...rest.slice(0, to), column, ...rest.slice(to)];
}

/** One that is not shown comes last. */
export function toggled(columns: readonly Column[], column: Column): Column[] {
  if (isFixed(column)) return [...columns];
  return columns.includes(column) ? columns.filter((one) => one !== column) : [...columns, column];
}
