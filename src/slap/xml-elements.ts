/**
 * The elements of a document as xml_marshaller writes it: plain XML without DOCTYPE, CDATA, comments or processing
 * instructions. Read as a stream of events: a parser that makes a tree of everything takes ten times as long, which ten
 * thousand accounts notice at each processing.
 */
import { SaxesParser } from 'saxes';

export interface XmlNode {
  readonly tag: string;
  readonly id: string | undefined;
  /** Elements and texts in document order; references in texts are resolved. */
  readonly content: readonly (XmlNode | string)[];
}

/** Deeper than any answer of a master, and far from what would exhaust the stack of whoever walks the elements. */
const deepest = 100;

interface OpenNode extends XmlNode {
  readonly content: (XmlNode | string)[];
}

/** Parses a whole document; its one element. Throws an Error, which quotes nothing, for anything but plain well-formed XML. */
export function parseXml(xml: string): XmlNode {
  const document: OpenNode = { tag: '', id: undefined, content: [] };
  const open = [document];
  const parser = new SaxesParser({ xmlns: false, position: false });
  parser.on('error', notWellFormed);
  // A marshaller never writes these; entities that a DOCTYPE declares are never expanded.
  for (const foreign of ['doctype', 'cdata', 'comment', 'processinginstruction'] as const) {
    parser.on(foreign, () => {
      throw new Error('it holds a DOCTYPE, a CDATA section, a comment or a processing instruction');
    });
  }
  parser.on('opentag', ({ name, attributes }) => {
    const node: OpenNode = { tag: name, id: attributes['id'], content: [] };
    open.at(-1)?.content.push(node);
    open.push(node);
    if (open.length > deepest) notWellFormed();
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
