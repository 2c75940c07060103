/** Parses the text of a parameter file: YAML 1.2, of which JSON is a subset. */
import { load, YAMLException } from 'js-yaml';
import { type Document, isScalar, LineCounter, parseAllDocuments, visit } from 'yaml';

import { RequesterError } from '../errors.ts';

/**
 * The value of `text`. `path` is for messages only. Throws RequesterError with all errors, such as duplicate keys.
 *
 * js-yaml reads the text, because it is six times as fast as yaml and needs half the memory. It stops at the first
 * error, so yaml, which finds all of them, explains what js-yaml refused.
 */
export function parseParameterText(text: string, path: string): unknown {
  try {
    return load(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const errors = errorsOf(text);
    throw new RequesterError(
      (errors.length > 0 ? errors : [error.toString(true)]).map((message) => `${path}: ${message}`),
    );
  }
}

/** All errors that yaml finds. None for maps as keys, unknown tags and undefined aliases, which only js-yaml refuses. */
function errorsOf(text: string): string[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { uniqueKeys: false, lineCounter: lines });
  if (documents.length !== 1 || !('toJS' in (documents[0] ?? {}))) {
    return [`holds ${documents.length} documents; write exactly one`];
  }
  const [document] = documents as Document.Parsed[];
  return [
    ...(document?.errors ?? []).map(({ message }) => message.split('\n')[0] ?? ''),
    ...duplicateKeys(document, lines),
  ];
}

function duplicateKeys(document: Document.Parsed | undefined, lines: LineCounter): string[] {
  const problems: string[] = [];
  visit(document ?? null, {
    Map(_key, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) {
          const { line } = lines.linePos(key.range?.[0] ?? 0);
          problems.push(`"${name}" stands twice in one map, again at line ${line}; remove one`);
        }
        seen.add(name);
      }
    },
  });
  return problems;
}
