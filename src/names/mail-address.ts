/**
 * Which addresses an account or an alias may have. Narrower than RFC 5321's dot-atom: characters that mean something to
 * a shell, a lookup table, a file path or an address routing scheme (`%`, `!`, `|`, `/`, quotes) are refused.
 */
import { promiseDomain } from './promise-address.ts';
import { shown } from '../errors.ts';
import { canonicalDomain, isAscii } from './mail-domain.ts';

export type ParsedAddress =
  { address: string; problem?: undefined } | { address?: undefined; problem: string };

/** Domains of one server, in lower case and ASCII. */
export interface HostedDomains {
  domains: ReadonlySet<string>;
  /** Domain that stands for another → that other, one of `domains`. */
  aliases: ReadonlyMap<string, string>;
}

const atom = '[a-z0-9_+=~-]+';
const localPart = new RegExp(`^(?!-)${atom}(\\.${atom})*$`);
/** How the local part of a rewritten sender (SRS) begins, here with `=`. Mail to such an address is a bounce that is sent back. */
const bouncePrefix = /^srs[01][=+-]/;
/** For mailboxes of other servers; nothing that starts a command, a file name or another address in a table of Postfix. */
const foreignAtom = "[A-Za-z0-9_+=~'&-]+";
const foreignLocalPart = new RegExp(`^(?![-'])${foreignAtom}(\\.${foreignAtom})*$`);
// RFC 5321, 4.5.3.1
const maxLocalPartLength = 64;
const maxAddressLength = 254;

/**
 * `text` in lower case if it is an address that can be held here, or the reason why it is not. Its domain need not be hosted
 * (yet): requests and domains come in any order.
 */
export function parseMailAddress(text: string, hosted: HostedDomains): ParsedAddress {
  const parts = split(text);
  if ('problem' in parts) return parts;
  const { local, domain } = parts;
  const folded = local.toLowerCase();
  if (!localPart.test(folded)) {
    return refuse(
      text,
      'is not a mail address of an account; use letters, digits and . _ - + = ~ before the @',
    );
  }
  if (bouncePrefix.test(folded)) {
    return refuse(
      text,
      'would never get mail: what begins like this is a rewritten sender, made for bounces',
    );
  }
  return inDomain(text, folded, domain, hosted);
}

/** The same for an alias, which may also be `@domain`: the catch-all of that domain. */
export function parseAliasAddress(text: string, hosted: HostedDomains): ParsedAddress {
  if (!text.startsWith('@')) return parseMailAddress(text, hosted);
  const domain = canonicalDomain(text.slice(1));
  if (domain === null) return refuse(text, 'is not a catch-all; write one such as @example.com');
  return inDomain(text, '', domain, hosted);
}

/**
 * Where mail may be sent on: an address of this server, which need not exist yet, with an alias domain replaced by the
 * domain that it stands for; or another server's. There the letter case of what is before the @ may matter.
 */
export function parseDestination(text: string, hosted: HostedDomains): ParsedAddress {
  const parts = split(text);
  if ('problem' in parts) return parts;
  const { local, domain } = parts;
  if (domain === promiseDomain) return refuse(text, 'is internal to this server; choose another destination');
  const home = hosted.aliases.get(domain) ?? domain;
  if (hosted.domains.has(home)) return parseMailAddress(`${local}@${home}`, hosted);
  if (!foreignLocalPart.test(local)) {
    return refuse(text, "is not a destination; use letters, digits and . _ - + = ~ ' & before the @");
  }
  return ofFittingLength(text, `${local}@${domain}`);
}

function split(text: string): { local: string; domain: string } | { problem: string } {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  // Before folding: some letters beyond ASCII (U+212A, the Kelvin sign) have an ASCII lower case.
  if (at >= 0 && !isAscii(local)) {
    return refuse(text, 'holds letters beyond ASCII before the @; write plain ASCII letters');
  }
  const domain = canonicalDomain(text.slice(at + 1));
  if (at < 1 || domain === null) {
    return refuse(text, 'is not a mail address; write one such as name@example.com');
  }
  return { local, domain };
}

function inDomain(
  text: string,
  local: string,
  domain: string,
  { aliases }: Pick<HostedDomains, 'aliases'>,
): ParsedAddress {
  const target = aliases.get(domain);
  if (target !== undefined) {
    return refuse(text, `is in a domain that stands for ${target}; claim ${local}@${target}, it is both`);
  }
  if (domain === promiseDomain) return refuse(text, 'is internal to this server; choose another domain');
  return ofFittingLength(text, `${local}@${domain}`);
}

function ofFittingLength(text: string, address: string): ParsedAddress {
  if (address.lastIndexOf('@') <= maxLocalPartLength && address.length <= maxAddressLength)
    return { address };
  return refuse(
    text,
    `is too long; at most ${maxLocalPartLength} characters before the @, ${maxAddressLength} in all`,
  );
}

function refuse(text: string, reason: string): { problem: string } {
  return { problem: `${shown(text)} ${reason}` };
}
