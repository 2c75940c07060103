/**
 * Lone surrogates: halves of a character beyond U+FFFF, which JSON can write (`"\ud800"`) and no encoding of Unicode
 * can. A URL cannot hold one, nor can a file. Pure.
 */

const half = /\p{Surrogate}/u;

function hasHalfCharacter(text: string): boolean {
  return half.test(text);
}

/** `text` with U+FFFD in their place. */
export function withoutHalfCharacters(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** JSON pointers to the texts and keys in `value` that hold one. */
export function halfCharactersIn(value: unknown, pointer = ''): string[] {
  if (typeof value === 'string') return hasHalfCharacter(value) ? [pointer] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = `${pointer}/${withoutHalfCharacters(key)}`;
    return [...(hasHalfCharacter(key) ? [at] : []), ...halfCharactersIn(item, at)];
  });
}
