/** What a provision would make: secrets of the ledger stay, others are made of the seed. */
import type { Ledger } from '../../src/ledger/types.ts';
import type { Needs, Provided } from '../../src/model/provided.ts';
import { passwordFrom } from '../../src/model/seed.ts';
import { fingerprint } from './fingerprint.ts';

const examplePair = {
  current: fingerprint('AA'),
  next: fingerprint('BB'),
  bundle: 'key\ncertificate\n',
};

export function providedFor(
  { certificates, secrets }: Needs,
  ledger: Ledger,
  seed: Uint8Array = new Uint8Array(32),
): Provided {
  return {
    certificates: Object.fromEntries(certificates.map(({ name }) => [name, examplePair])),
    publicKeys: {},
    secrets: Object.fromEntries(
      secrets.map((name) => [name, ledger.secrets[name] ?? passwordFrom(seed, name)]),
    ),
  };
}
