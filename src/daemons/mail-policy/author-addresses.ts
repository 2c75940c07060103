/** The addresses of a From or Sender header (RFC 5322, 3.6.2), read so that every mail program reads the same. Pure. */
import { addressParser } from 'postal-mime';

import { canonicalDomain } from '../../names/mail-domain.ts';

/**
 * Lower case, the domain in ASCII. Null where programs may see different addresses: a quote or a comment has no end, or an
 * address stands where a name should. What names and comments say does not count.
 */
export function authorAddresses(value: string): string[] | null {
  // Lines are unfolded; nothing else that cannot be seen belongs there.
  const line = value.replace(/\r?\n(?=[ \t])/g, '').trim();
  // eslint-disable-next-line no-control-regex -- those are meant
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line)) return null;
  const read = withoutComments(line);
  if (read === null) return null;
  const addresses = addressParser(read.text, { flatten: true }).flatMap(({ address }) => address || []);
  return read.ats === addresses.length ? addresses.map(canonical) : null;
}

/** `ats`: how many @ stand outside of quotes, each of which must be that of an address. Null for a quote or comment without an end. */
function withoutComments(line: string): { text: string; ats: number } | null {
  let [text, ats, depth, isQuoted] = ['', 0, 0, false];
  for (let index = 0; index < line.length; index += 1) {
    const isEscaped = line.charAt(index) === '\\' && (isQuoted || depth > 0);
    const piece = line.slice(index, index + (isEscaped ? 2 : 1));
    index += piece.length - 1;
    if (depth > 0) {
      depth += piece === '(' ? 1 : piece === ')' ? -1 : 0;
      continue;
    }
    if (piece === '(' && !isQuoted) {
      depth = 1;
      text += ' ';
      continue;
    }
    if (piece === '"') isQuoted = !isQuoted;
    else if (piece === '@' && !isQuoted) ats += 1;
    text += piece;
  }
  return isQuoted || depth > 0 ? null : { text, ats };
}

function canonical(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return `${address.slice(0, at)}@${canonicalDomain(domain) ?? domain}`.toLowerCase();
}
