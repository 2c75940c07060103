// Parameters travel as one XML parameter `_` that holds the JSON text of the whole object ("json-in-xml").

/** Deeper than any schema of ours, and far from what would exhaust the stack of whoever walks the value later. */
const deepest = 64;

/** The parameters as they travel: `{_: JSON text}`, without the two characters that JSON allows and XML does not. */
export function encodeParameters(parameters: object): { readonly _: string } {
  const text = JSON.stringify(parameters);
  return { _: text.replace(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`) };
}

/**
 * Reads the value of `_`; nothing written (absent, none or empty) is `{}`. A problem tells where the text stops being
 * JSON, and never quotes it: parameters may hold secrets.
 */
export function decodeParameters(value: unknown): { parameters: unknown } | { problem: string } {
  if (value === undefined || value === null || value === '') return { parameters: {} };
  if (typeof value !== 'string') return { problem: 'the parameter "_" is not a text' };
  try {
    const parameters: unknown = JSON.parse(value);
    if (isDeeperThan(parameters, deepest))
      return { problem: `it is nested more than ${deepest} levels deep` };
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
