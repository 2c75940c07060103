/**
 * Regular expressions that requesters may write for a daemon that reads Perl's. Taken are those that JavaScript and
 * Perl understand alike; everything else is refused, because a daemon that cannot read one pattern does not start. Pure.
 */

/** Beyond what anybody writes for a host name or an address, far below what Perl refuses. */
const maxLength = 500;
const maxRepetition = 1000;

/** Why `source` is refused, as the end of a sentence about it; null when it is fine. */
export function patternProblem(source: string): string | null {
  if (source.length > maxLength) return `is longer than ${maxLength} characters`;
  if (!/^[!-~]+$/.test(source)) return 'holds a blank or a letter beyond ASCII';
  if ([...source.matchAll(/\\(.)/g)].some(([, escaped = '']) => /[^\W_bBdDsSwW]/.test(escaped)))
    return 'holds an escape other than \\d, \\s, \\w and \\b';
  if (!compiles(source)) return 'is not a regular expression';
  const bare = source.replaceAll(/\\./g, 'x');
  if (/\(\?(?![:=!])/.test(bare)) return 'holds (? for something else than (?:…), (?=…) and (?!…)';
  if (/\[\^?\]|\[[^\]]*\[/.test(bare)) return 'holds an empty class, or a bracket within a class';
  const repetitions = [...bare.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map(([, least, most]) => most || least);
  if (repetitions.some((most) => Number(most) > maxRepetition))
    return `repeats something more than ${maxRepetition} times`;
  return null;
}

/** `text` as a pattern of its own characters, but `*`, which stands for any. */
export function patternOfGlob(text: string): string {
  return text
    .split(/\*+/)
    .map((part) => part.replaceAll(/[^A-Za-z0-9_@-]/g, '\\$&'))
    .join('.*');
}

/** JavaScript, which with the flag takes nothing that is unclear, knows fewer escaped signs than Perl. */
function compiles(source: string): boolean {
  const plain = source.replaceAll(
    /\\([^A-Za-z0-9])/g,
    (_, sign: string) => `\\x${sign.charCodeAt(0).toString(16)}`,
  );
  try {
    return new RegExp(plain, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
