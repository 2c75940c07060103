/** Parses the text of a parameter file: YAML 1.2, of which JSON is a subset. */
import { loadAll, YAMLException } from 'js-yaml';
import { type Document, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, visit } from 'yaml';

import { RequesterError } from '../errors.ts';

/**
 * The documents of `text`, at least one. `path` is for messages, and one that ends with `.json` must hold JSON. Throws
 * RequesterError with all errors, such as duplicate keys.
 *
 * js-yaml reads the text, because it is six times as fast as yaml and needs half the memory. It stops at the first
 * error, so yaml, which finds all of them, explains what js-yaml refused.
 */
export function parseParameterText(text: string, path: string): unknown[] {
  if (path.endsWith('.json')) refuseNoJson(text, path);
  try {
    const documents: unknown[] = loadAll(text);
    if (documents.some((document) => document !== undefined && document !== null)) return documents;
    throw new RequesterError([`${path}: is empty; write at least mail-domains: [example.com]`]);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const errors = errorsOf(text);
    throw new RequesterError(
      (errors.length > 0 ? errors : [error.toString(true)]).map((message) => `${path}: ${message}`),
    );
  }
}

/** The SlapOS client reads such a file as JSON, and all that is YAML only ends with an error there. */
function refuseNoJson(text: string, path: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const [, position] = /at position (\d+)/.exec(message) ?? [];
    const before = position === undefined ? text : text.slice(0, Number(position));
    const line = before.split('\n').length;
    throw new RequesterError([
      `${path}:${line}: is no JSON (${message}), which the SlapOS client reads; correct it, or name the file .yaml`,
    ]);
  }
}

/** The line of what `pointer` (JSON pointer) leads to in a document, or of the nearest that is there; the first is 1. */
export function lineOf(text: string, document: number, pointer: string): number {
  const lines = new LineCounter();
  const parsed = [...parseAllDocuments(text, { uniqueKeys: false, lineCounter: lines })] as Document.Parsed[];
  let node: unknown = parsed[document]?.contents;
  let offset = rangeOf(node) ?? 0;
  for (const segment of pointer.split('/').slice(1).map(fromPointer)) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === segment);
      offset = rangeOf(pair?.key) ?? offset;
      node = pair?.value;
    } else {
      node = isSeq(node) ? node.items[Number(segment)] : undefined;
      offset = rangeOf(node) ?? offset;
    }
  }
  return lines.linePos(offset).line;
}

function rangeOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] } | null | undefined)?.range?.[0];
}

const fromPointer = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

/** All errors that yaml finds. None for maps as keys, unknown tags and undefined aliases, which only js-yaml refuses. */
function errorsOf(text: string): string[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { uniqueKeys: false, lineCounter: lines }) as Document.Parsed[];
  return documents.flatMap((document) => [
    ...document.errors.map(({ message }) => message.split('\n')[0] ?? ''),
    ...duplicateKeys(document, lines),
  ]);
}

function duplicateKeys(document: Document.Parsed, lines: LineCounter): string[] {
  const problems: string[] = [];
  visit(document, {
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
