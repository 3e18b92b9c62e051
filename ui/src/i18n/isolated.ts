/**
 * A name within a sentence, where no `<bdi>` can stand: whichever way it is written, and whatever it orders the text
 * around it to do, the sentence stays as it is.
 */
export const isolated = (name: string): string => `\u2068${name}\u2069`;
