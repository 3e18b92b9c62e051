/** Which rows are asked for: those in view, and enough around them that a hand on the wheel seldom has to wait. */

export interface Range {
  offset: number;
  limit: number;
}

/** As much as a window shows, until its height is known. */
export const FIRST: Range = { offset: 0, limit: 40 };

/** So many rows beyond those that are drawn, on either side. */
const AHEAD = 25;
/** They are asked for anew when so few of them are left. */
const NEAR = 8;

/** What is asked for already, as long as it is enough for what is `drawn`; else what is to be asked for now. */
export function ahead(asked: Range, drawn: Range): Range {
  const enough =
    asked.offset <= Math.max(0, drawn.offset - NEAR) &&
    asked.offset + asked.limit >= drawn.offset + drawn.limit + NEAR;
  if (enough) return asked;
  const offset = Math.max(0, drawn.offset - AHEAD);
  return { offset, limit: drawn.offset + drawn.limit + AHEAD - offset };
}
