/** Other servers, as requesters name them: by host name or by address. Pure. */
import { isHostName } from './host-name.ts';
import { specialAddress } from './ip-address.ts';
import { parseNetwork } from './ip-network.ts';

/**
 * `text` without a dot at its end if it is a host name, in its canonical spelling if it is an address; null when
 * Postfix could reach nothing by it, neither a name nor an address that a server may have.
 */
export function parseServer(text: string): string | null {
  const network = text.includes('/') ? null : parseNetwork(text);
  if (network !== null) {
    const special = specialAddress(network.address);
    return special === null || special === 'loopback' ? network.address : null;
  }
  const name = text.replace(/\.$/, '');
  return isHostName(name) ? name : null;
}
