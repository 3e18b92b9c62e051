/**
 * The platform's formatters, each made once: making one takes some hundred times as long as using it, and a list that
 * scrolls uses five a row.
 */

/** Returns what `make` makes, and the same again for the same locale and options. */
function once<Options, Format>(
  make: (locale: string, options: Options) => Format,
): (locale: string, options: Options) => Format {
  const made = new Map<string, Format>();
  return (locale, options) => {
    const key = JSON.stringify([locale, options]);
    const before = made.get(key);
    if (before) return before;
    const format = make(locale, options);
    made.set(key, format);
    return format;
  };
}

export const numbers = once(
  (locale: string, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options),
);

export const dates = once(
  (locale: string, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options),
);

export const relativeTimes = once(
  (locale: string, options: Intl.RelativeTimeFormatOptions) =>
    new Intl.RelativeTimeFormat(locale, options),
);
