/**
 * Mail to the postmaster of a node. Postfix asks no restriction about `postmaster` without a domain (RFC 5321, 4.5.1), and a node has
 * no mailboxes. It goes to whoever runs the relay, and never to a tenant: whoever reads mail to `postmaster@` a host name can have
 * certificates made for it. Pure.
 */
import type { LookupTable } from '../../formats/postfix-table.ts';
import type { RelayNode } from '../../model/relay-node/model.ts';

type Named = Pick<RelayNode, 'hostName' | 'mailName' | 'domains' | 'postmaster'>;

/** What the node is called, lower case, except where that is a relayed domain, which has a postmaster of its own. */
export function ownNames({ hostName, mailName, domains }: Named): string[] {
  const relayed = new Set(domains.map(({ name }) => name));
  return [...new Set([hostName.toLowerCase(), mailName])].filter((name) => !relayed.has(name));
}

/** Addresses that lead to whoever runs the relay. */
export function postmasterAddresses(node: Named): string[] {
  return ownNames(node).flatMap((name) => [`postmaster@${name}`, `abuse@${name}`]);
}

export function postmasterAliases(node: Named): LookupTable {
  const { postmaster } = node;
  return new Map(
    postmaster === null ? [] : postmasterAddresses(node).map((address) => [address, postmaster]),
  );
}

/**
 * `out`: the transport to another server than those of relayed domains. Where nobody is named, a message for the postmaster alone is
 * refused; one that is for others as well was taken for them, and is returned as far as it is for him.
 */
export function postmasterTransports(node: Named, out: string): [string, string][] {
  const { postmaster, domains } = node;
  if (postmaster === null)
    return ownNames(node).map((name) => [`postmaster@${name}`, 'error:5.1.1 nobody is postmaster here']);
  const domain = postmaster.slice(postmaster.lastIndexOf('@') + 1);
  return domains.some(({ name }) => name === domain) ? [] : [[postmaster.toLowerCase(), out]];
}
