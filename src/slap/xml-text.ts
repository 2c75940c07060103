/**
 * Text as xml_marshaller writes it. The marshaller escapes a string, and the XML writer escapes the result once more;
 * characters outside ASCII become numeric character references.
 */

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&' };
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Characters that XML 1.0 cannot hold, not even as character references; lone surrogates too. */
// eslint-disable-next-line no-control-regex
const unfit = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/u;

/** True when XML 1.0 can hold every character of `text`. */
export function fitsXml(text: string): boolean {
  return !unfit.test(text);
}

function escapeOnce(text: string): string {
  return text.replace(/[&<>]/g, (character) => escapes[character] ?? character);
}

/**
 * The content of a `<string>` element. A carriage return is a reference, because XML parsers read a bare one as a
 * line feed.
 */
export function escapeString(text: string): string {
  return escapeOnce(escapeOnce(text)).replaceAll('\r', '&#13;');
}

/** Reads the content of a `<string>` element, in which the XML parser has already resolved the outer references. */
export function unescapeString(content: string): string {
  return content.replace(/&(lt|gt|amp);/g, (_, name: string) => named[name] ?? '');
}
