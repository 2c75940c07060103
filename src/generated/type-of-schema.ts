/**
 * Makes the TypeScript types of a schema. Input schemas give two: what a requester writes (defaults are optional)
 * and what the program works with (defaults are filled in, so nothing that has one is optional).
 */
import { compile } from 'json-schema-to-typescript';

import { type JsonSchema, schemas } from './schemas.ts';

const banner = '// Made from schemas/ by `npm run generate`. Do not edit.\n';

/** TypeScript source for the schema at `path` (`mail-server/default-input.json`). */
export async function typeOfSchema(path: string): Promise<string> {
  const written = withoutTitles(inline(path, schemas[path] ?? {})) as JsonSchema;
  const name = typeName(path);
  const variants: [string, JsonSchema][] = path.endsWith('-input.json')
    ? [
        [`${name}Written`, written],
        [name, requireDefaulted(written) as JsonSchema],
      ]
    : [[name, written]];
  const texts = await Promise.all(
    variants.map(([title, schema]) =>
      compile({ ...schema, title } as Parameters<typeof compile>[0], title, {
        bannerComment: '',
        additionalProperties: false,
        style: { singleQuote: true, printWidth: 110 },
      }),
    ),
  );
  return `${banner}\n${texts.join('\n')}`;
}

/** `mail-server/default-input.json` → `DefaultInput`. */
function typeName(path: string): string {
  const stem = (path.split('/').at(-1) ?? path).replace(/\.json$/, '');
  return stem.replace(/(^|-)([a-z])/g, (_match, _dash, letter: string) => letter.toUpperCase());
}

/** `schema` with every `$ref` replaced by what it points to; siblings of a `$ref` win over it. A schema must not refer to itself. */
export function inline(path: string, schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map((item) => inline(path, item));
  if (schema === null || typeof schema !== 'object') return schema;
  const { $ref, ...rest } = schema as JsonSchema;
  const own = Object.fromEntries(
    Object.entries(rest)
      .filter(([key]) => key !== '$id' && key !== '$schema')
      .map(([key, value]) => [key, inline(path, value)]),
  );
  if (typeof $ref !== 'string') return own;
  const [file = '', pointer = ''] = $ref.split('#');
  const target = new URL(file, `schemas:/${path}`).pathname.slice(1);
  let found: unknown = schemas[target];
  for (const step of pointer.split('/').filter(Boolean)) found = (found as JsonSchema)[step];
  if (found === undefined) throw new Error(`${path}: $ref ${$ref} points to nothing`);
  return { ...(inline(target, found) as JsonSchema), ...own };
}

/** Titles are for forms; the compiler would make a type alias of each. A property that is called `title` stays. */
function withoutTitles(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutTitles);
  if (schema === null || typeof schema !== 'object') return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !(key === 'title' && typeof value === 'string'))
      .map(([key, value]) => [key, withoutTitles(value)]),
  );
}

function requireDefaulted(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(requireDefaulted);
  if (schema === null || typeof schema !== 'object') return schema;
  const node = Object.fromEntries(
    Object.entries(schema as JsonSchema).map(([key, value]) => [key, requireDefaulted(value)]),
  );
  const properties = node['properties'];
  if (properties && typeof properties === 'object') {
    const defaulted = Object.entries(properties)
      .filter(([, property]) => property && typeof property === 'object' && 'default' in property)
      .map(([key]) => key);
    node['required'] = [...new Set([...((node['required'] as string[] | undefined) ?? []), ...defaulted])];
  }
  return node;
}
