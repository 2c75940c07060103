/**
 * The elements of a document as xml_marshaller writes it: plain XML without DOCTYPE, CDATA, comments or processing
 * instructions, so a scanner of one expression reads it. A general parser takes ten times as long, which ten thousand
 * accounts notice at each processing.
 */
import { resolveReferences } from './xml-text.ts';

export interface XmlNode {
  readonly tag: string;
  readonly id: string | undefined;
  /** Elements and texts in document order; references in texts are not resolved. */
  readonly content: readonly (XmlNode | string)[];
}

/** Deeper than any answer of a master, and far from what would exhaust the stack of whoever walks the elements. */
const deepest = 100;

const name = '[A-Za-z_][\\w.-]*';
const attribute = `\\s+(?:${name})\\s*=\\s*(?:"[^"<]*"|'[^'<]*')`;
const tokens = new RegExp(`<(/)?(${name})((?:${attribute})*)\\s*(/)?>|[^<]+`, 'y');
const prolog = /^\uFEFF?(?:<\?xml\s[^<>]*\?>)?\s*/;
const attributeParts = /([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
/** In text, `&` always starts a reference. */
const bareAmpersand = /&(?![A-Za-z]\w*;|#\d+;|#x[0-9A-Fa-f]+;)/;

interface OpenNode extends XmlNode {
  readonly content: (XmlNode | string)[];
}

/** Parses a whole document; its one element. Throws an Error, which quotes nothing, for anything but plain well-formed XML. */
export function parseXml(xml: string): XmlNode {
  // A marshaller never writes these, and in text `<` is always escaped.
  if (xml.includes('<!')) throw new Error('it holds a DOCTYPE, a CDATA section or a comment');
  const document: OpenNode = { tag: '', id: undefined, content: [] };
  const open = [document];
  tokens.lastIndex = prolog.exec(xml)?.[0].length ?? 0;
  while (tokens.lastIndex < xml.length) {
    const [text, end, tag, attributes = '', empty] = tokens.exec(xml) ?? notWellFormed();
    const parent = open.at(-1) ?? notWellFormed();
    if (tag === undefined) {
      if (bareAmpersand.test(text)) notWellFormed();
      parent.content.push(text);
    } else if (end !== undefined) {
      if (tag !== parent.tag || attributes !== '' || empty !== undefined) notWellFormed();
      open.pop();
    } else {
      const node: OpenNode = { tag, id: idIn(attributes), content: [] };
      parent.content.push(node);
      if (empty === undefined) open.push(node);
      if (open.length > deepest) notWellFormed();
    }
  }
  const [root, ...others] = document.content.filter((node) => typeof node !== 'string' || node.trim() !== '');
  if (open.length !== 1 || others.length > 0 || root === undefined || typeof root === 'string')
    notWellFormed();
  return root;
}

function notWellFormed(): never {
  throw new Error('it is not well-formed XML, or nested too deeply');
}

function idIn(attributes: string): string | undefined {
  for (const [, key, double, single = ''] of attributes.matchAll(attributeParts)) {
    if (key === 'id') return resolveReferences(double ?? single);
  }
  return undefined;
}

/** The elements in `node`; white space between them means nothing, other text is refused. */
export function elementsOf({ content }: XmlNode): XmlNode[] {
  return content.filter((part): part is XmlNode => {
    if (typeof part !== 'string') return true;
    if (part.trim() !== '') throw new Error('it holds text between elements');
    return false;
  });
}

export function textOf({ tag, content }: XmlNode): string {
  return content
    .map((part) => {
      if (typeof part === 'string') return part;
      throw new Error(`<${tag}> holds an element`);
    })
    .join('');
}
