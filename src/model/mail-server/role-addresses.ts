/**
 * `postmaster` and `abuse` of every hosted domain reach somebody (RFC 5321, 4.5.1; RFC 2142): who has the name, else the
 * address that the operator gave, else the domain's catch-all, else the first account. That account is remembered with its
 * holder: mail for these names can prove who owns a domain, and must not go to whoever comes later with another name. Pure.
 */
import { heldAddress } from '../../ledger/address-graph.ts';
import type { AliasRecord, Holder } from '../../ledger/types.ts';
import type { ResolvedAddress } from './resolution.ts';

export interface RoleRules {
  domains: readonly string[];
  /** The operator's address; null where none is given. */
  postmaster: string | null;
  /** Whether every name is an account, so that nobody has to stand in for one. */
  anyName: boolean;
  delimiter: string;
}

export interface RoleCandidate {
  address: string;
  holder: Holder;
}

export interface RoleAddresses {
  addresses: ReadonlyMap<string, ResolvedAddress>;
  /** Which account was chosen for what, for the next run. */
  chosen: readonly AliasRecord[];
}

const names = ['postmaster', 'abuse'] as const;
const prefix = 'builtin:stands-in:';

/** Whether the record says which account was chosen, and is nobody's alias. */
export function isChosenRole({ holder }: Pick<AliasRecord, 'holder'>): boolean {
  return holder.startsWith(prefix);
}

/** `accounts`: the first to be asked comes first. `earlier`: what was chosen in the run before. */
export function roleAddresses(
  resolved: ReadonlyMap<string, ResolvedAddress>,
  accounts: readonly RoleCandidate[],
  earlier: readonly AliasRecord[],
  { domains, postmaster, anyName, delimiter }: RoleRules,
): RoleAddresses {
  const endsOf = (address: string): readonly string[] => resolved.get(address)?.deliverTo ?? [];
  const given = postmaster === null ? [] : endsOfGiven(postmaster, resolved, { domains, delimiter });
  const able = accounts.filter(({ address }) => endsOf(address).length > 0);
  const before = new Map(earlier.filter(isChosenRole).map((role) => [role.address, role]));
  const addresses = new Map<string, ResolvedAddress>();
  const chosen: AliasRecord[] = [];

  for (const domain of domains) {
    const own = able.filter(({ address }) => address.endsWith(`@${domain}`));
    for (const address of names.map((name) => `${name}@${domain}`)) {
      if (endsOf(address).length > 0) continue;
      const held = resolved.get(address);
      const lead = (deliverTo: readonly string[]) =>
        addresses.set(address, {
          ...{ kind: 'alias', senders: [], missing: [], isWaiting: false, ...held },
          ...{ address, deliverTo },
        });
      if (given.length > 0) {
        lead(given);
        continue;
      }
      if (anyName) continue;
      const catchAll = endsOf(`@${domain}`);
      if (catchAll.length > 0) {
        lead(catchAll);
        continue;
      }
      const known = before.get(address);
      const choice = able.find((each) => isSame(each, known)) ?? own[0] ?? able[0];
      if (choice === undefined) continue;
      lead(endsOf(choice.address));
      // A name that somebody has and takes no mail for stands in the ledger already.
      if (held !== undefined) continue;
      chosen.push({ address, holder: `${prefix}${choice.holder}`, destinations: [choice.address] });
    }
  }
  return { addresses, chosen };
}

function isSame({ address, holder }: RoleCandidate, known: AliasRecord | undefined): boolean {
  return known?.holder === `${prefix}${holder}` && known.destinations[0] === address;
}

/** Nowhere for an address of this server that nobody has. */
function endsOfGiven(
  postmaster: string,
  resolved: ReadonlyMap<string, ResolvedAddress>,
  { domains, delimiter }: Pick<RoleRules, 'domains' | 'delimiter'>,
): readonly string[] {
  const domain = postmaster.slice(postmaster.lastIndexOf('@') + 1);
  if (!domains.includes(domain)) return [postmaster];
  return resolved.get(heldAddress(postmaster, resolved, delimiter) ?? `@${domain}`)?.deliverTo ?? [];
}
