import type { MarshalValue } from './types.ts';
import { type XmlNode, elementsOf, parseXml, textOf } from './xml-elements.ts';
import { unescapeString } from './xml-text.ts';

/**
 * Reads xml_marshaller XML, the format that `marshal` writes. Tuples become arrays, objects the dictionary of their
 * state, and integers that a number cannot hold become bigints. Throws an Error that does not quote the document.
 */
export function unmarshal(xml: string): MarshalValue {
  const root = parseXml(xml);
  if (root.tag !== 'marshal') throw new Error('it is not one <marshal> element');
  const values = elementsOf(root);
  if (values[0] === undefined || values.length !== 1) throw new Error('<marshal> does not hold one value');
  return valueOf(values[0], new Map());
}

function valueOf(node: XmlNode, known: Map<string, MarshalValue>): MarshalValue {
  const { tag } = node;
  switch (tag) {
    case 'string':
    case 'unicode':
      return unescapeString(textOf(node));
    case 'none':
      return null;
    case 'bool':
      return integer(node) !== 0;
    case 'int':
    case 'long':
      return integer(node);
    case 'float':
      return float(node);
    case 'tuple':
      return childrenOf(node, known);
    case 'list':
      return remember(node, childrenOf(node, known), known);
    case 'dictionary':
      return remember(node, dictionary(childrenOf(node, known)), known);
    case 'object':
      return remember(node, stateOf(childrenOf(node, known)), known);
    case 'reference':
      return referenced(node, known);
    default:
      throw new Error(`it holds a <${tag.slice(0, 20)}>, which means nothing here`);
  }
}

/** A value that occurs several times is written once, with an id, and referred to after that. */
function remember(node: XmlNode, value: MarshalValue, known: Map<string, MarshalValue>): MarshalValue {
  if (node.id !== undefined) known.set(node.id, value);
  return value;
}

// A value is known only when it is complete, so no value can contain itself.
function referenced(node: XmlNode, known: Map<string, MarshalValue>): MarshalValue {
  const value = known.get(node.id ?? '');
  if (value === undefined) throw new Error('a <reference> does not refer to an earlier value');
  return value;
}

function dictionary(items: readonly MarshalValue[]): MarshalValue {
  if (items.length % 2 !== 0) throw new Error('a <dictionary> holds a key without a value');
  const entries: [string, MarshalValue][] = [];
  for (let index = 0; index < items.length; index += 2) {
    const key = items[index];
    if (typeof key !== 'string') throw new Error('a key of a <dictionary> is not a string');
    entries.push([key, items[index + 1] ?? null]);
  }
  // fromEntries makes own properties only: the key `__proto__` has no special meaning.
  return Object.fromEntries(entries);
}

function stateOf(items: readonly MarshalValue[]): MarshalValue {
  const state = items[1];
  if (items.length === 2 && typeof state === 'object' && state !== null && !Array.isArray(state))
    return state;
  throw new Error('an <object> is not a tuple of arguments and a dictionary');
}

function integer(node: XmlNode): number | bigint {
  const text = textOf(node);
  if (!/^[+-]?[0-9]{1,400}$/.test(text)) throw new Error(`<${node.tag}> is not a whole number`);
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text.replace('+', ''));
}

function float(node: XmlNode): number {
  const text = textOf(node);
  const value = /^[+-]?[0-9.]+(e[+-]?[0-9]+)?$/i.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) throw new Error('<float> is not a finite number');
  return value;
}

const childrenOf = (node: XmlNode, known: Map<string, MarshalValue>): MarshalValue[] =>
  elementsOf(node).map((child) => valueOf(child, known));
