/** Checks that line-oriented formats share: a value that a format cannot hold is refused, never changed to fit. */

/** `value` if it holds none of `forbidden` and no control character; throws, naming the format, otherwise. */
export function refuseCharacters(value: string, forbidden: RegExp, format: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this refuses
  if (forbidden.test(value) || /[\u0000-\u001f\u007f]/.test(value)) {
    throw new Error(`${JSON.stringify(value)} cannot be written in ${format}`);
  }
  return value;
}

/** `value` if it is one word: not empty, no white space, no control character. */
export function oneWord(value: string, format: string): string {
  if (value === '') throw new Error(`an empty word cannot be written in ${format}`);
  return refuseCharacters(value, /\s/u, format);
}

/** Sorted by code unit, so that the same values give the same bytes on every machine. */
export function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
