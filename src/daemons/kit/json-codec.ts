/**
 * How a typed value stands in a JSON file. One description of it writes and reads, so that neither can know another
 * form than the other. Keys are kebab-case in the file and camelCase in the value. Pure.
 */
import { OperatorError } from '../../errors.ts';

export interface Codec<Value> {
  /** What `JSON.stringify` takes. */
  encode(value: Value): unknown;
  /** `json`: what `JSON.parse` gave, at `pointer` (RFC 6901) of the file. Throws Refusal. */
  decode(json: unknown, pointer: string): Value;
}

/** What stands at a place of the file and may not. */
class Refusal extends Error {
  override name = 'Refusal';
}

export function serialiseJson<Value>(value: Value, codec: Codec<Value>): string {
  return `${JSON.stringify(codec.encode(value), null, 1)}\n`;
}

/** Throws OperatorError with the file's path, the JSON pointer and the reason. */
export function parseJson<Value>(text: string, path: string, codec: Codec<Value>): Value {
  try {
    return codec.decode(JSON.parse(text), '');
  } catch (error) {
    if (error instanceof SyntaxError) throw unusable(path, `is no JSON: ${error.message}`);
    if (error instanceof Refusal) throw unusable(path, error.message);
    throw error;
  }
}

function unusable(path: string, reason: string): OperatorError {
  return new OperatorError(`${path}: ${reason}; process the partition again to have it written anew`);
}

export const text = plain<string>('a text', (json) => typeof json === 'string');
export const filledText = plain<string>(
  'a text that is not empty',
  (json) => typeof json === 'string' && json !== '',
);
export const absolutePath = plain<string>(
  'an absolute path',
  (json) => typeof json === 'string' && json.startsWith('/'),
);
export const flag = plain<boolean>('true or false', (json) => typeof json === 'boolean');
export const amount = plain<number>('a whole number, 0 or more', (json) => isWholeNumber(json));
export const port = plain<number>('a port', (json) => isWholeNumber(json) && json > 0 && json < 65_536);

/** What stands in the file as it is in memory. */
function plain<Value>(expected: string, isOne: (json: unknown) => boolean): Codec<Value> {
  return {
    encode: (value) => value,
    decode: (json, pointer) => (isOne(json) ? (json as Value) : refuse(pointer, expected)),
  };
}

export function nullable<Value>(codec: Codec<Value>): Codec<Value | null> {
  return {
    encode: (value) => (value === null ? null : codec.encode(value)),
    decode: (json, pointer) => (json === null ? null : codec.decode(json, pointer)),
  };
}

export function listOf<Value>(codec: Codec<Value>): Codec<readonly Value[]> {
  return {
    encode: (values) => values.map((value) => codec.encode(value)),
    decode: (json, pointer) =>
      Array.isArray(json)
        ? json.map((item, index) => codec.decode(item, `${pointer}/${index}`))
        : refuse(pointer, 'a list'),
  };
}

/** An object whose keys are data, and stay as they are. */
export function mapOf<Value>(codec: Codec<Value>): Codec<ReadonlyMap<string, Value>> {
  return {
    encode: (values) => Object.fromEntries([...values].map(([key, value]) => [key, codec.encode(value)])),
    decode: (json, pointer) =>
      new Map(
        Object.entries(asObject(json, pointer)).map(([key, value]) => [
          key,
          codec.decode(value, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
        ]),
      ),
  };
}

/** What an object's properties are; others that stand in the file are passed over. */
type Properties<Value> = { readonly [Key in keyof Value]-?: Codec<Value[Key]> };

export function objectOf<Value extends object>(properties: Properties<Value>): Codec<Value> {
  return object(properties, true);
}

/** The same, where each property may be absent. */
export function partOf<Value extends object>(properties: Properties<Value>): Codec<Partial<Value>> {
  return object<Partial<Value>>(properties as Properties<Partial<Value>>, false);
}

function object<Value extends object>(properties: Properties<Value>, complete: boolean): Codec<Value> {
  const entries = Object.entries<Codec<unknown>>(properties).map(([key, codec]) => ({
    key,
    written: key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    codec,
  }));
  return {
    encode(value) {
      const values = value as Readonly<Record<string, unknown>>;
      const present = entries.filter(({ key }) => complete || values[key] !== undefined);
      return Object.fromEntries(
        present.map(({ key, written, codec }) => [written, codec.encode(values[key])]),
      );
    },
    decode(json, pointer) {
      const values = asObject(json, pointer);
      const present = entries.filter(({ written }) => complete || Object.hasOwn(values, written));
      return Object.fromEntries(
        present.map(({ key, written, codec }) => [
          key,
          codec.decode(values[written], `${pointer}/${written}`),
        ]),
      ) as Value;
    },
  };
}

function asObject(json: unknown, pointer: string): Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
    ? (json as Readonly<Record<string, unknown>>)
    : refuse(pointer, 'an object');
}

function isWholeNumber(json: unknown): json is number {
  return typeof json === 'number' && Number.isSafeInteger(json) && json >= 0;
}

function refuse(pointer: string, expected: string): never {
  throw new Refusal(pointer === '' ? `must be ${expected}` : `${pointer} must be ${expected}`);
}
