/**
 * Which addresses an account may have. Narrower than RFC 5321's dot-atom: characters that mean something to a shell,
 * a lookup table, a file path or an address routing scheme (`%`, `!`, `|`, `/`, quotes) are refused.
 */
import { shown } from './explain.ts';

export type ParsedAddress =
  { address: string; problem?: undefined } | { address?: undefined; problem: string };

const atom = '[a-z0-9_+=~-]+';
const localPart = new RegExp(`^(?!-)${atom}(\\.${atom})*$`);
// RFC 5321, 4.5.3.1
const longestLocalPart = 64;
const longestAddress = 254;

/** `text` in lower case if it is an address of one of `domains` (lower case), or the reason why it is not. */
export function parseMailAddress(text: string, domains: ReadonlySet<string>): ParsedAddress {
  const refuse = (reason: string) => ({ problem: `${shown(text)} ${reason}` });
  // Before folding: some letters beyond ASCII (U+212A, the Kelvin sign) have an ASCII lower case.
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  if (!/^[\u0000-\u007f]*$/.test(text))
    return refuse('holds letters beyond ASCII; write plain ASCII letters');
  const folded = text.toLowerCase();
  const at = folded.lastIndexOf('@');
  if (at < 1) return refuse('is not a mail address; write one such as name@example.com');
  const local = folded.slice(0, at);
  const domain = folded.slice(at + 1);
  if (!localPart.test(local)) {
    return refuse('is not a mail address of an account; use letters, digits and . _ - + = ~ before the @');
  }
  if (local.length > longestLocalPart || folded.length > longestAddress) {
    return refuse(
      `is too long; at most ${longestLocalPart} characters before the @, ${longestAddress} in all`,
    );
  }
  if (!domains.has(domain)) return refuse(`is not in a domain of this server (${[...domains].join(', ')})`);
  return { address: folded };
}
