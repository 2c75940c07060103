/** Random passwords that services of an instance use among each other, in the ledger. */
import { randomBytes } from 'node:crypto';

import { changeLedger, type LedgerStore, readLedger } from '../../ledger/store.ts';
import type { Ledger } from '../../ledger/types.ts';

/** Name → secret, of all `names`. A new one has 32 URL-safe characters, 192 random bits. */
export async function ensureSecrets(
  store: LedgerStore,
  names: readonly string[],
): Promise<Record<string, string>> {
  const lacks = ({ secrets }: Ledger) => names.filter((name) => !Object.hasOwn(secrets, name));
  let ledger = await readLedger(store);
  if (lacks(ledger).length > 0) {
    ledger = await changeLedger(store, (now) => {
      const made = lacks(now).map((name): [string, string] => [name, randomBytes(24).toString('base64url')]);
      const next = { ...now, secrets: { ...now.secrets, ...Object.fromEntries(made) } };
      return { ledger: next, result: next };
    });
  }
  return Object.fromEntries(names.map((name) => [name, ledger.secrets[name] ?? '']));
}
