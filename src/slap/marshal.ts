import type { MarshalValue } from './types.ts';
import { escapeString, fitsXml } from './xml-text.ts';

/**
 * Writes `value` in the XML format of the Python package xml_marshaller, which SlapOS masters read. Whole numbers
 * become `int`, others `float`. Throws a TypeError for control characters, NaN, undefined and functions, which the
 * format cannot hold; the error does not quote the value.
 */
export function marshal(value: MarshalValue): string {
  return `<marshal>${element(value, '')}</marshal>`;
}

function element(value: unknown, pointer: string): string {
  if (value === null) return '<none/>';
  if (typeof value === 'boolean') return `<bool>${value ? 1 : 0}</bool>`;
  if (typeof value === 'string') return string(value, pointer);
  if (typeof value === 'number') return number(value, pointer);
  if (typeof value === 'bigint') return `<long>${value}</long>`;
  if (Array.isArray(value)) {
    return `<list>${value.map((item, index) => element(item, `${pointer}/${index}`)).join('')}</list>`;
  }
  if (typeof value === 'object') {
    const entries = Object.entries(value).map(
      ([key, item]) => string(key, pointer) + element(item, `${pointer}/${key}`),
    );
    return `<dictionary>${entries.join('')}</dictionary>`;
  }
  throw new TypeError(`${pointer || 'the value'}: ${typeof value} cannot be marshalled`);
}

function string(text: string, pointer: string): string {
  if (fitsXml(text)) return `<string>${escapeString(text)}</string>`;
  throw new TypeError(`${pointer || 'the value'}: holds a character that XML cannot hold`);
}

function number(value: number, pointer: string): string {
  if (!Number.isFinite(value)) throw new TypeError(`${pointer || 'the value'}: is not a finite number`);
  const whole = Number.isSafeInteger(value) && !Object.is(value, -0);
  return whole ? `<int>${value}</int>` : `<float>${Object.is(value, -0) ? '-0.0' : value}</float>`;
}
