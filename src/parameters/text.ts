/** The text of a parameter file as a value: YAML 1.2, of which JSON is a part. */
import { load, YAMLException } from 'js-yaml';
import { type Document, isScalar, LineCounter, parseAllDocuments, visit } from 'yaml';

import { RequesterError } from '../errors.ts';

/**
 * `path` is only for messages. Throws RequesterError with every problem, a key that stands twice among them.
 *
 * js-yaml reads, six times as fast as yaml and in half the memory; it stops at the first fault, so yaml, which goes on,
 * is asked only what is wrong with what js-yaml refused.
 */
export function parseParameterText(text: string, path: string): unknown {
  try {
    return load(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const faults = faultsOf(text);
    throw new RequesterError(
      (faults.length > 0 ? faults : [error.toString(true)]).map((fault) => `${path}: ${fault}`),
    );
  }
}

/** None where only js-yaml objects: to maps as keys, tags that no parameter has, and aliases of nothing. */
function faultsOf(text: string): string[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { uniqueKeys: false, lineCounter: lines });
  if (documents.length !== 1 || !('toJS' in (documents[0] ?? {}))) {
    return [`holds ${documents.length} documents; write exactly one`];
  }
  const [document] = documents as Document.Parsed[];
  return [
    ...(document?.errors ?? []).map(({ message }) => message.split('\n')[0] ?? ''),
    ...repeatedKeys(document, lines),
  ];
}

function repeatedKeys(document: Document.Parsed | undefined, lines: LineCounter): string[] {
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
