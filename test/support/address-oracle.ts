/** What the model says of the addresses of a golden scenario. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { emptyLedger } from '../../src/ledger/types.ts';
import { buildMailServer } from '../../src/model/mail-server/model.ts';
import { mailServerNeeds } from '../../src/model/mail-server/needs.ts';
import { promiseDomain } from '../../src/names/promise-address.ts';
import { readParameterFile } from '../../src/parameters/file.ts';
import { validateMailServerRequest } from '../../src/validate/mail-server/request.ts';
import { placeWith } from './place.ts';
import { providedFor } from './provided.ts';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));

export async function resolvedOf(scenario: string) {
  const file = await readParameterFile(join(golden, scenario, 'parameters.yaml'), 'default');
  const request = validateMailServerRequest(file);
  const facts = { ledger: emptyLedger, place: placeWith() };
  const model = buildMailServer(request, {
    ...facts,
    provided: providedFor(mailServerNeeds(request.parameters, facts), emptyLedger),
    seed: new Uint8Array(32),
  });
  return {
    addresses: model.addresses,
    aliasDomains: model.domainAliases,
    domains: new Set([...model.domains, promiseDomain]),
  };
}

/** An address and its namesakes in the domains that stand for its own, found without what the plan uses. */
export function spelledIn(address: string, aliasDomains: ReadonlyMap<string, string>): string[] {
  const [local = '', domain = ''] = address.split('@');
  return [domain, ...[...aliasDomains].flatMap(([alias, target]) => (target === domain ? [alias] : []))].map(
    (each) => `${local}@${each}`,
  );
}
