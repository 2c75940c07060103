/** A parameter file in YAML or JSON: parameters, optionally with shared requests and facts about the partition. */
import { readFile } from 'node:fs/promises';
import { parse as parsePath } from 'node:path';

import { RequesterError, shown } from '../errors.ts';
import { parseParameterText } from './text.ts';
import type { RequestedInstance, SharedRequest } from '../validate/requested.ts';

export interface ParameterFile extends RequestedInstance {
  /** Facts about the partition; examples where the file does not give them. */
  instance: { title: string; ipv6: string; ipv4: string | null; partition: string };
  /** Null where the file holds shared requests alone. */
  source: Source | null;
  /** Of each shared request, in their order. */
  sharedSources: readonly Source[];
}

/** Where a value stands. */
export interface Source {
  path: string;
  text: string;
  /** The first document of a text is 0. */
  document: number;
  /** JSON pointer in the document. */
  pointer: string;
}

interface Wrapped {
  parameters: unknown;
  shared?: unknown;
  'software-type'?: unknown;
  instance?: Partial<Record<'title' | 'ipv6' | 'ipv4' | 'partition', unknown>>;
}

interface Located {
  request: SharedRequest;
  source: Source;
}

/**
 * Reads `path`, which holds the parameters of an instance, or `{parameters, shared, software-type, instance}`. Its further
 * documents are shared requests; so is the first one when it looks like one. Shared requests may also be in a second
 * file, `<name>.shared.yaml` (or `.yml`, `.json`). Throws RequesterError for a file that cannot be read.
 */
export async function readParameterFile(path: string, defaultType: string): Promise<ParameterFile> {
  const { text, documents } = await readDocuments(path);
  const [first] = documents;
  const isAlone = looksShared(first);
  const wrapped: Wrapped = isWrapped(first) ? first : { parameters: isAlone ? undefined : first };
  const at = (document: number, pointer: string): Source => ({ path, text, document, pointer });
  const further = documents.map((parameters, document): Located => {
    return { request: { reference: `_shared${document + 1}`, parameters }, source: at(document, '') };
  });
  const shared = [
    ...sharedRequests(wrapped.shared, (pointer) => at(0, `/shared${pointer}`)),
    ...further.slice(isAlone ? 0 : 1),
    ...(await sharedBeside(path)),
  ];
  const { instance } = wrapped;
  return {
    softwareType: textAt('/software-type', wrapped['software-type'], path) ?? defaultType,
    parameters: wrapped.parameters,
    sharedRequests: shared.map(({ request }) => request),
    instance: {
      title: textAt('/instance/title', instance?.title, path) ?? parsePath(path).name,
      ipv6: textAt('/instance/ipv6', instance?.ipv6, path) ?? '2001:db8::1',
      ipv4: textAt('/instance/ipv4', instance?.ipv4, path),
      partition: textAt('/instance/partition', instance?.partition, path) ?? '/srv/slapgrid/slappart0',
    },
    source: isAlone ? null : at(0, isWrapped(first) ? '/parameters' : ''),
    sharedSources: shared.map(({ source }) => source),
  };
}

/** An account, an alias or a relayed domain: no instance has these parameters. */
function looksShared(document: unknown): boolean {
  if (typeof document !== 'object' || document === null) return false;
  return ['address', 'mail-server-host'].some((name) => name in document) && !('mail-domains' in document);
}

/**
 * The text `value`; null if there is none. Throws RequesterError for other types: YAML reads `title: 2026` as a
 * number.
 */
function textAt(pointer: string, value: unknown, path: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  throw new RequesterError([`${path}: ${pointer}: ${shown(value)} is no text; write it between quotes`]);
}

function isWrapped(content: unknown): content is Wrapped {
  return typeof content === 'object' && content !== null && 'parameters' in content;
}

async function sharedBeside(path: string): Promise<Located[]> {
  const { dir, name } = parsePath(path);
  for (const extension of ['yaml', 'yml', 'json']) {
    const beside = `${dir || '.'}/${name}.shared.${extension}`;
    const exists = await readFile(beside).then(
      () => true,
      () => false,
    );
    if (!exists) continue;
    const { text, documents } = await readDocuments(beside);
    return documents.flatMap((document, index) =>
      sharedRequests(document, (pointer) => ({ path: beside, text, document: index, pointer })),
    );
  }
  return [];
}

/**
 * Shared requests are a map of reference → parameters, or a list. An item of the list is `{reference, parameters}`, or
 * the parameters themselves with `reference` among them. `at`: where what a pointer leads to stands.
 */
function sharedRequests(value: unknown, at: (pointer: string) => Source): Located[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) && typeof value === 'object') {
    return Object.entries(value).map(([reference, parameters]) => ({
      request: { reference, parameters: parameters as unknown },
      source: at(`/${reference.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    }));
  }
  if (!Array.isArray(value)) {
    const { path, pointer } = at('');
    throw new RequesterError([`${path}: ${pointer || '/'}: must be a list of requests`]);
  }
  return value.map((item: unknown, index) => {
    const { reference, parameters, ...rest } = (item ?? {}) as Record<string, unknown>;
    return {
      request: {
        reference: typeof reference === 'string' ? reference : `_shared${index + 1}`,
        parameters: parameters ?? rest,
      },
      source: at(parameters === undefined ? `/${index}` : `/${index}/parameters`),
    };
  });
}

async function readDocuments(path: string): Promise<{ text: string; documents: unknown[] }> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EISDIR' ? 'is a folder' : code === 'ENOENT' ? 'there is no such file' : message;
    throw new RequesterError([`${path}: ${reason}; give the path of a YAML or JSON file`]);
  }
  return { text, documents: parseParameterText(text, path) };
}
