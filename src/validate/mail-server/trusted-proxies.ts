/** Frontends that are believed about their clients, in one spelling, and what is wrong with them. Pure. */
import { networkText, parseNetwork } from '../../names/ip-network.ts';
import { shown } from '../../errors.ts';

/** `problems`: sentences that begin with a JSON pointer. */
export function trustedProxiesOf(written: readonly string[]): { networks: string[]; problems: string[] } {
  const problems: string[] = [];
  const networks = written.flatMap((text, index) => {
    const network = parseNetwork(text);
    if (network !== null && network.prefix > 0) return [networkText(network)];
    problems.push(
      network === null
        ? `/trusted-proxies/${index}: ${shown(text)} is not an IP address or network; write one such as 192.0.2.1 or 2001:db8::/32`
        : `/trusted-proxies/${index}: ${shown(text)} holds every address, so whoever comes could claim to be somebody else; write the frontends' own addresses or networks`,
    );
    return [];
  });
  return { networks: [...new Set(networks)], problems };
}
