// Text inside XML as xml_marshaller writes it: strings are escaped once by the marshaller and once by the XML writer,
// and everything outside ASCII travels as numeric character references.

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&' };
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

/** Reads the content of a `<string>` element, whose references the XML parser has resolved once already. */
export function unescapeString(content: string): string {
  return content.replace(/&(lt|gt|amp);/g, (_, name: string) => named[name] ?? '');
}
