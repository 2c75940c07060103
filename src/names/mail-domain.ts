/** Mail domains in one spelling: lower case, internationalised names as A-labels (RFC 5890). */
import { domainToASCII } from 'node:url';

// RFC 1035, 2.3.4. The last label begins with a letter, so that no IP address is taken for a domain.
const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const asciiDomain = new RegExp(`^(${label}\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`);
const maxDomainLength = 253;

/** `text` as an ASCII domain name, or null when it is none. */
export function canonicalDomain(text: string): string | null {
  const ascii = isAscii(text) ? text.toLowerCase() : asciiOf(text);
  return ascii !== null && ascii.length <= maxDomainLength && asciiDomain.test(ascii) ? ascii : null;
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
