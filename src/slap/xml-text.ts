// Text inside XML as xml_marshaller writes it: strings are escaped once by the marshaller and once by the XML writer,
// and everything outside ASCII travels as numeric character references.

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Characters that XML 1.0 cannot hold, not even as a reference, lone surrogates included. */
// eslint-disable-next-line no-control-regex
const unfit = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/u;

/** True when every character of `text` can travel in XML 1.0. */
export function fitsXml(text: string): boolean {
  return !unfit.test(text);
}

function escapeOnce(text: string): string {
  return text.replace(/[&<>]/g, (character) => escapes[character] ?? character);
}

/** The content of a `<string>` element. A carriage return is a reference, as XML readers turn a bare one into a line feed. */
export function escapeString(text: string): string {
  return escapeOnce(escapeOnce(text)).replaceAll('\r', '&#13;');
}

/** Reads the content of a `<string>` element. Throws an Error for an entity that XML does not define itself. */
export function unescapeString(content: string): string {
  return resolveReferences(content).replace(/&(lt|gt|amp);/g, (_, name: string) => named[name] ?? '');
}

/** Resolves the references of XML in `content`, once. Entities other than XML's own five are refused, never expanded. */
export function resolveReferences(content: string): string {
  if (!content.includes('&')) return content;
  return content.replace(/&(#x[0-9a-f]{1,6};|#[0-9]{1,7};|[a-z]{2,4};)?/gi, (all, reference?: string) => {
    const body = reference?.slice(0, -1) ?? '';
    const text = body.startsWith('#') ? characterOf(body.slice(1)) : named[body];
    if (text === undefined) throw new Error(`it holds "${all}", which is no entity of plain XML`);
    return text;
  });
}

function characterOf(digits: string): string | undefined {
  const code = /^x/i.test(digits) ? parseInt(digits.slice(1), 16) : parseInt(digits, 10);
  const character = code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
  return character !== undefined && fitsXml(character) ? character : undefined;
}
