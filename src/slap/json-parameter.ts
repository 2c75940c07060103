/** "json-in-xml": parameters are sent as one XML parameter `_`, which holds the JSON text of the whole object. */

/** Deeper than any schema, and too little to exhaust the stack of code that walks the value. */
const maxDepth = 64;

/** `{_: JSON text}`, with escapes for the two characters that JSON allows and XML does not. */
export function encodeParameters(parameters: object): { readonly _: string } {
  const text = JSON.stringify(parameters);
  return { _: text.replace(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`) };
}

/**
 * Reads the value of `_`; `{}` if it is absent, null or empty. A problem names the position at which the text is not
 * JSON, and never quotes the text, because parameters may hold secrets.
 */
export function decodeParameters(value: unknown): { parameters: unknown } | { problem: string } {
  if (value === undefined || value === null || value === '') return { parameters: {} };
  if (typeof value !== 'string') return { problem: 'the parameter "_" is not a text' };
  try {
    const parameters: unknown = JSON.parse(value);
    if (isDeeperThan(parameters, maxDepth))
      return { problem: `it is nested more than ${maxDepth} levels deep` };
    return { parameters };
  } catch (error) {
    const position = /at position (\d+)/.exec(String(error))?.[1];
    const where =
      position === undefined ? `${value.length} characters` : `wrong at character ${Number(position) + 1}`;
    return { problem: `the parameter "_" is not JSON (${where})` };
  }
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(item, levels - 1));
}
