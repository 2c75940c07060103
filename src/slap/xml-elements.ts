import { XMLParser } from 'fast-xml-parser';

import { resolveReferences } from './xml-text.ts';

/** An element of the parsed document in document order: one key is the tag, `:@` the attributes. */
export type XmlNode = Readonly<Record<string, unknown>>;

// Entities stay as they are here: xml-text.ts resolves XML's own five and refuses all others, so nothing can expand.
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  processEntities: false,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/** Parses a whole document. Throws an Error, which quotes nothing, for one that is not plain well-formed XML. */
export function parseXml(xml: string): readonly XmlNode[] {
  // A marshaller never writes these, and in text `<` is always escaped.
  if (xml.includes('<!')) throw new Error('it holds a DOCTYPE, a CDATA section or a comment');
  try {
    return parser.parse(xml, true) as XmlNode[];
  } catch {
    throw new Error('it is not well-formed XML, or nested too deeply');
  }
}

export const tagOf = (node: XmlNode): string => Object.keys(node).find((key) => key !== ':@') ?? '';

export const contentOf = (node: XmlNode): readonly XmlNode[] => node[tagOf(node)] as readonly XmlNode[];

export function idOf(node: XmlNode): string | undefined {
  const id = (node[':@'] as Record<string, string> | undefined)?.['id'];
  return id === undefined ? undefined : resolveReferences(id);
}

/** The elements among `nodes`; white space between them means nothing, other text is refused. */
export function elementsOf(nodes: readonly XmlNode[]): readonly XmlNode[] {
  return nodes.filter((node) => {
    const text = node['#text'];
    if (typeof text === 'string' && text.trim() !== '') throw new Error('it holds text between elements');
    return text === undefined;
  });
}

export function textOf(node: XmlNode): string {
  return contentOf(node)
    .map((child) => {
      if (typeof child['#text'] === 'string') return child['#text'];
      throw new Error(`<${tagOf(node)}> holds an element`);
    })
    .join('');
}
