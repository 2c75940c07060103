/**
 * Makes what the model's draft implies and no pure stage can make: certificates, key pairs, random secrets. What is
 * there stays as it is, and what no request needs any more is kept aside.
 */
import { join } from 'node:path';

import type { LedgerStore } from '../../ledger/store.ts';
import type { Needs, Provided } from '../../model/provided.ts';
import type { Place } from '../../model/place.ts';
import type { Service } from '../../plan/part.ts';
import { noteChange } from '../write/notify-daemons.ts';
import { ensureCertificates } from './certificates.ts';
import { ensureKeyPairs } from './key-pairs.ts';
import { ensureSecrets } from './secrets.ts';

/** Throws OperatorError when something cannot be made or what is there cannot be read. */
export async function provision(
  { partition, programs }: Pick<Place, 'partition' | 'programs'>,
  services: readonly Service[],
  store: LedgerStore,
  { certificates, keyPairs, secrets }: Needs,
): Promise<Provided> {
  const provided: { -readonly [Kind in keyof Provided]: Record<string, Provided[Kind][string]> } = {
    certificates: {},
    publicKeys: {},
    secrets: await ensureSecrets(store, secrets),
  };
  for (const { folder, name, ...need } of certificates) {
    const files = { folder: join(partition, folder), name };
    provided.certificates[name] = await ensureCertificates(
      files,
      need,
      programs['openssl'] ?? 'openssl',
      async () => {
        for (const service of services.filter(({ certificate }) => certificate === name))
          await noteChange(partition, service.name, 'reload');
      },
    );
  }
  for (const [folder, needs] of Object.entries(keyPairs)) {
    provided.publicKeys[folder] = await ensureKeyPairs(join(partition, folder), needs);
  }
  return provided;
}
