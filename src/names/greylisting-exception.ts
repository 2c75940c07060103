/**
 * Clients and recipients that greylisting leaves alone, as requesters write them: an address, a network, a name, one
 * with `*`, a pattern between slashes. Postgrey takes some of them for something that never matches, and dies of others. Pure.
 */
import { shown } from '../errors.ts';
import { isHostName } from './host-name.ts';
import { type IpNetwork, parseNetwork } from './ip-network.ts';
import { canonicalDomain } from './mail-domain.ts';
import { patternOfGlob, patternProblem } from './search-pattern.ts';

export type GreylistingException =
  | { kind: 'network'; network: IpNetwork }
  /** A host or domain with all below it; for recipients also `user@domain` and `user@`. */
  | { kind: 'name'; name: string }
  /** A regular expression, found anywhere in the name or address, in any letter case. */
  | { kind: 'pattern'; source: string };

/** Null for a line that is empty or a comment. */
export type ParsedException = { exception: GreylistingException | null } | { problem: string };

/** RFC 5321, 4.5.3.1. */
const maxLocalPartLength = 64;
/** A pattern with more of them could take very long. */
const maxStars = 5;

export function parseClientException(written: string): ParsedException {
  return parse(written, (text) => networkOf(text) ?? nameOf(text), {
    what: 'a client',
    examples: 'mail.example.com, *.example.com, 192.0.2.0/24, 2001:db8::/32 or /^mx\\d+\\.example\\.com$/',
  });
}

export function parseRecipientException(written: string): ParsedException {
  return parse(written, (text) => (text.includes('@') ? addressOf(text) : nameOf(text)), {
    what: 'a recipient',
    examples: 'example.com, *.example.com, alice@example.com, alice@ or /^news-.*@example\\.com$/',
  });
}

function parse(
  written: string,
  read: (text: string) => GreylistingException | null,
  { what, examples }: { what: string; examples: string },
): ParsedException {
  // As Postgrey reads a line.
  const text = written.replace(/#.*$/, '').trim();
  if (text === '') return { exception: null };
  const [, source] = /^\/(.+)\/$/.exec(text) ?? [];
  if (source !== undefined) {
    const problem = patternProblem(source);
    if (problem === null) return { exception: { kind: 'pattern', source } };
    return { problem: `${shown(written)} ${problem}; write one such as /^mx\\d+\\.example\\.com$/` };
  }
  const exception = read(text);
  if (exception !== null) return { exception };
  return { problem: `${shown(written)} is not ${what}; write one such as ${examples}` };
}

/** Also the first numbers of an IPv4 address: `192.0.2`, `192.0.2.` and `192.0.2.*` are all that begin like this. */
function networkOf(text: string): GreylistingException | null {
  const bare = text.replace(/^\[(.*)\](\/\d+)?$/, '$1$2').replace(/(\.\*)+$/, '.');
  const isPart = /^\d{1,3}(\.\d{1,3}){0,2}\.$|^\d{1,3}(\.\d{1,3}){1,2}$/.test(bare);
  const numbers = bare.split('.').filter((each) => each !== '');
  const network = isPart
    ? parseNetwork(`${[...numbers, '0', '0', '0'].slice(0, 4).join('.')}/${numbers.length * 8}`)
    : parseNetwork(bare);
  return network === null ? null : { kind: 'network', network };
}

/** `example.com` is the host and all below it, `.example.com` and `*.example.com` are all below it. */
function nameOf(text: string): GreylistingException | null {
  const [, below] = /^\*?\.(.+)$/.exec(text) ?? [];
  const name = hostOf(below ?? text);
  if (name !== null && below === undefined) return { kind: 'name', name };
  if (name !== null) return { kind: 'pattern', source: `${patternOfGlob(`.${name}`)}$` };
  return isHostGlob(text) ? { kind: 'pattern', source: `^${patternOfGlob(text)}$` } : null;
}

/** `@example.com` and `*@example.com` are everybody at this domain alone, `alice@` has this name at any domain. */
function addressOf(text: string): GreylistingException | null {
  const [user = '', written = '', ...more] = text.split('@');
  if (more.length > 0 || user.length > maxLocalPartLength || !/^[!-~]*$/.test(user)) return null;
  const domain = written === '' ? '' : (hostOf(written) ?? written.replace(/^\./, '*.'));
  if (domain.includes('*') ? !isHostGlob(domain) : hostOf(domain) !== domain && domain !== '') return null;
  if (user !== '' && !`${user}${domain}`.includes('*')) return { kind: 'name', name: `${user}@${domain}` };
  const glob = `${user || '*'}@${domain}`;
  if (starsIn(glob) > maxStars) return null;
  return { kind: 'pattern', source: `^${patternOfGlob(glob)}${domain === '' ? '' : '$'}` };
}

/** A name of one label or more in lower case; null when it is none. */
function hostOf(text: string): string | null {
  const name = text.replace(/\.$/, '');
  const ascii = canonicalDomain(name) ?? name.toLowerCase();
  return isHostName(ascii) ? ascii : null;
}

/** Whether it is a name of a host when something stands in place of each star. */
function isHostGlob(text: string): boolean {
  const stars = starsIn(text);
  return stars > 0 && stars <= maxStars && isHostName(text.replaceAll(/\*+/g, 'x'));
}

function starsIn(text: string): number {
  return text.match(/\*+/g)?.length ?? 0;
}
