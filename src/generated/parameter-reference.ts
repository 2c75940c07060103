/** Makes the parameter reference of a release, in Markdown, from its schemas. */
import { type JsonSchema, schemas } from './schemas.ts';
import { inline } from './type-of-schema.ts';

/** One page: a section per schema, a table row per parameter, nested ones with a dotted name. */
export function parameterReference(release: string, paths: readonly string[]): string {
  const sections = paths.map((path) => section(inline(path, schemas[path] ?? {}) as JsonSchema));
  return [
    `# Parameters of \`${release}\``,
    '',
    'Made from `schemas/` by `npm run generate`; edit the schemas, not this page.',
    '',
    ...sections,
  ].join('\n');
}

function section(schema: JsonSchema): string {
  const closed = schema['additionalProperties'] === false;
  return [
    `## ${text(schema['title'])}`,
    '',
    `${text(schema['description'])}${closed ? ' Other keys are refused.' : ''}`,
    '',
    '| parameter | type | default | meaning |',
    '| --- | --- | --- | --- |',
    ...rows('', schema),
    '',
  ].join('\n');
}

function rows(prefix: string, schema: JsonSchema): string[] {
  const required = (schema['required'] as string[] | undefined) ?? [];
  const properties = (schema['properties'] as Record<string, JsonSchema> | undefined) ?? {};
  const own = Object.entries(properties).flatMap(([name, property]) => [
    row(`${prefix}${name}`, property, required.includes(name)),
    ...rows(`${prefix}${name}.`, property),
  ]);
  const others = schema['additionalProperties'];
  return others && typeof others === 'object' ? [...own, ...rows(`${prefix}*.`, others as JsonSchema)] : own;
}

function row(name: string, property: JsonSchema, required: boolean): string {
  const fallback = property['default'];
  const shown = fallback === undefined ? (required ? 'required' : '–') : `\`${JSON.stringify(fallback)}\``;
  return `| \`${name}\` | ${typeText(property)} | ${shown} | ${text(property['description'])} |`;
}

function typeText(property: JsonSchema): string {
  const choices = property['enum'];
  if (Array.isArray(choices)) return choices.map((choice) => `\`${String(choice)}\``).join(' or ');
  const type = text(property['type']);
  const items = property['items'] as JsonSchema | undefined;
  const range = [
    property['minimum'] === undefined ? '' : `≥ ${text(property['minimum'])}`,
    property['maximum'] === undefined ? '' : `≤ ${text(property['maximum'])}`,
    property['minLength'] === undefined ? '' : `≥ ${text(property['minLength'])} characters`,
  ].filter(Boolean);
  return [items ? `${type} of ${typeText(items)}` : type, ...range].join(', ');
}

function text(value: unknown): string {
  return String(value ?? '').replaceAll('|', '\\|');
}
