/** The address of whoever runs a relay, in one spelling, and what is wrong with it. Pure. */
import { shown } from '../errors.ts';
import { fullyQualified } from '../names/host-name.ts';
import { type HostedDomains, parseDestination } from '../names/mail-address.ts';

const nowhere: HostedDomains = { domains: new Set(), aliases: new Map() };

/** `hosts`: names of nodes, whose mail it is that the address gets. `problems`: sentences that begin with a JSON pointer. */
export function relayPostmasterOf(
  written: string | undefined,
  hosts: readonly string[],
): { address: string | null; problems: string[] } {
  if (written === undefined) return { address: null, problems: [] };
  const { address, problem } = parseDestination(written, nowhere);
  if (address === undefined) return { address: null, problems: [`/postmaster: ${problem}`] };
  const domain = address.slice(address.lastIndexOf('@') + 1);
  if (!hosts.some((host) => fullyQualified(host) === domain)) return { address, problems: [] };
  const reason = 'is at a node, which has no mailboxes; write an address elsewhere';
  return { address: null, problems: [`/postmaster: ${shown(written)} ${reason}`] };
}
