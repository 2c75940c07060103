/** Mail domains in one spelling: lower case, internationalised names as A-labels (RFC 5890). */
import { domainToASCII, domainToUnicode } from 'node:url';

// RFC 1035, 2.3.4. The last label begins with a letter, so that no IP address is taken for a domain.
const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const asciiDomain = new RegExp(`^(${label}\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`);
const maxDomainLength = 253;

/** `text` as an ASCII domain name, or null when it is none. */
export function canonicalDomain(text: string): string | null {
  const ascii = isAscii(text) ? text.toLowerCase() : asciiOf(text);
  return ascii !== null && ascii.length <= maxDomainLength && asciiDomain.test(ascii) ? ascii : null;
}

/**
 * How programs may write a domain that has A-labels, to whoever compares bytes and folds ASCII only: composed or
 * decomposed, in lower or upper case. Empty for a plain ASCII domain.
 */
export function unicodeSpellings(domain: string): string[] {
  const unicode = domainToUnicode(domain);
  if (isAscii(unicode)) return [];
  const foldAscii = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const written = [unicode, foldAscii(unicode.toUpperCase())].flatMap((each) => [
    each.normalize('NFC'),
    each.normalize('NFD'),
  ]);
  // Upper case is another name for some letters (ß).
  return [...new Set(written)].filter((each) => !isAscii(each) && canonicalDomain(each) === domain);
}

export function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- the whole of ASCII
  return /^[\u0000-\u007f]*$/.test(text);
}

function asciiOf(text: string): string | null {
  // The conversion is made for URLs: it would also decode percent signs and read other dots.
  // eslint-disable-next-line no-control-regex -- the whole of ASCII
  if (!/^([A-Za-z0-9.-]|[^\u0000-\u007f])+$/.test(text)) return null;
  const labels = text.split('.');
  const converted = domainToASCII(text).split('.');
  // A label that becomes plain ASCII only looked international: full-width letters, invisible ones, the Kelvin sign.
  const sound = labels.every((each, index) => isAscii(each) || converted[index]?.startsWith('xn--'));
  return sound && converted.length === labels.length ? converted.join('.') : null;
}
