/**
 * The elements of a document that xml_marshaller wrote: XML without DOCTYPE, CDATA, comments and processing
 * instructions. The parser reports events; one that builds a tree takes ten times as long, which matters when ten
 * thousand accounts are read at each processing.
 */
import { SaxesParser } from 'saxes';

export interface XmlNode {
  readonly tag: string;
  readonly id: string | undefined;
  /** Elements and texts in document order; entity and character references are resolved. */
  readonly content: readonly (XmlNode | string)[];
}

/** Deeper than any answer of a master, and too little to exhaust the stack of code that walks the elements. */
const maxDepth = 100;

interface OpenNode extends XmlNode {
  readonly content: (XmlNode | string)[];
}

/** Parses a document, and returns its root element. Throws an Error, which quotes no text, for any other XML. */
export function parseXml(xml: string): XmlNode {
  const document: OpenNode = { tag: '', id: undefined, content: [] };
  const open = [document];
  const parser = new SaxesParser({ xmlns: false, position: false });
  parser.on('error', notWellFormed);
  // xml_marshaller never writes these. Without a DOCTYPE, no document can declare entities.
  for (const foreign of ['doctype', 'cdata', 'comment', 'processinginstruction'] as const) {
    parser.on(foreign, () => {
      throw new Error('it holds a DOCTYPE, a CDATA section, a comment or a processing instruction');
    });
  }
  parser.on('opentag', ({ name, attributes }) => {
    const node: OpenNode = { tag: name, id: attributes['id'], content: [] };
    open.at(-1)?.content.push(node);
    open.push(node);
    if (open.length > maxDepth) notWellFormed();
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.on('text', (text) => {
    open.at(-1)?.content.push(text);
  });
  parser.write(xml).close();
  const [root] = document.content.filter((node) => typeof node !== 'string');
  return root ?? notWellFormed();
}

function notWellFormed(): never {
  throw new Error('it is not well-formed XML, or nested too deeply');
}

/** The child elements of `node`. Throws for text between them other than white space. */
export function elementsOf({ content }: XmlNode): XmlNode[] {
  return content.filter((part): part is XmlNode => {
    if (typeof part !== 'string') return true;
    if (part.trim() !== '') throw new Error('it holds text between elements');
    return false;
  });
}

/** The text of `node`. Throws if it has child elements. */
export function textOf({ tag, content }: XmlNode): string {
  return content
    .map((part) => {
      if (typeof part === 'string') return part;
      throw new Error(`<${tag}> holds an element`);
    })
    .join('');
}
