/** A parameter file in YAML or JSON: parameters, optionally with shared requests and facts about the partition. */
import { readFile } from 'node:fs/promises';
import { parse as parsePath } from 'node:path';

import { RequesterError, shown } from '../errors.ts';
import { parseParameterText } from './text.ts';
import type { RequestedInstance, SharedRequest } from '../validate/requested.ts';

export interface ParameterFile extends RequestedInstance {
  /** Facts about the partition; examples where the file does not give them. */
  instance: { title: string; ipv6: string; ipv4: string | null; partition: string };
}

interface Wrapped {
  parameters: unknown;
  shared?: unknown;
  'software-type'?: unknown;
  instance?: Partial<Record<'title' | 'ipv6' | 'ipv4' | 'partition', unknown>>;
}

/**
 * Reads `path`, which holds either the parameters themselves or `{parameters, shared, software-type, instance}`. Shared
 * requests may also be in a second file, `<name>.shared.yaml` (or `.yml`, `.json`). Throws RequesterError for a file
 * that cannot be read.
 */
export async function readParameterFile(path: string, defaultType: string): Promise<ParameterFile> {
  const content = await readContent(path);
  const wrapped = isWrapped(content) ? content : { parameters: content };
  const shared = [...sharedRequests(wrapped.shared, path), ...(await sharedBeside(path))];
  const { instance } = wrapped;
  return {
    softwareType: textAt('/software-type', wrapped['software-type'], path) ?? defaultType,
    parameters: wrapped.parameters,
    sharedRequests: shared,
    instance: {
      title: textAt('/instance/title', instance?.title, path) ?? parsePath(path).name,
      ipv6: textAt('/instance/ipv6', instance?.ipv6, path) ?? '2001:db8::1',
      ipv4: textAt('/instance/ipv4', instance?.ipv4, path),
      partition: textAt('/instance/partition', instance?.partition, path) ?? '/srv/slapgrid/slappart0',
    },
  };
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

async function sharedBeside(path: string): Promise<SharedRequest[]> {
  const { dir, name } = parsePath(path);
  for (const extension of ['yaml', 'yml', 'json']) {
    const beside = `${dir || '.'}/${name}.shared.${extension}`;
    const exists = await readFile(beside).then(
      () => true,
      () => false,
    );
    if (exists) return sharedRequests(await readContent(beside), beside);
  }
  return [];
}

/**
 * Shared requests are a map of reference → parameters, or a list. An item of the list is `{reference, parameters}`, or
 * the parameters themselves with `reference` among them.
 */
function sharedRequests(value: unknown, path: string): SharedRequest[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) && typeof value === 'object') {
    return Object.entries(value).map(([reference, parameters]) => ({
      reference,
      parameters: parameters as unknown,
    }));
  }
  if (!Array.isArray(value)) throw new RequesterError([`${path}: /shared: must be a list of requests`]);
  return value.map((item: unknown, index) => {
    const { reference, parameters, ...rest } = (item ?? {}) as Record<string, unknown>;
    return {
      reference: typeof reference === 'string' ? reference : `_shared${index + 1}`,
      parameters: parameters ?? rest,
    };
  });
}

async function readContent(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new RequesterError([`${path}: ${(error as Error).message}; give the path of a YAML or JSON file`]);
  }
  return parseParameterText(text, path);
}
