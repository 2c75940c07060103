/** A partition in a temporary folder with a ledger and a portal's configuration. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { changeLedger, type LedgerStore, ledgerStore, readLedger } from '../../../../src/ledger/store.ts';
import { hashToken } from '../../../../src/ledger/token.ts';
import type { AccountRecord, Ledger } from '../../../../src/ledger/types.ts';
import { accountOf } from '../../../support/ledgers.ts';
import { parsePortalConfig, type PortalConfig } from '../../../../src/daemons/portal/config.ts';

export const token = '5f0c8a52-7d0e-4c68-9b0f-2f7a3e1d9c44';
export const secrets = { 'webmail-admin-password': 'admin-secret-1', 'monitor-password': 'monitor-secret-1' };

export interface Partition {
  folder: string;
  store: LedgerStore;
  /** Path of the portal's configuration, and what it says at first. */
  configFile: string;
  config: PortalConfig;
  account(address: string): Promise<AccountRecord | undefined>;
  log(): Promise<string>;
  writeConfig(more?: object): Promise<void>;
  remove(): Promise<void>;
}

export function account(address: string, more: Partial<AccountRecord> = {}): AccountRecord {
  const [local = '', domain = ''] = address.split('@');
  return accountOf(local, address, { mailbox: `${domain}/${local}/${local}`, ...more });
}

/** An account that waits for its password with `token`. */
export function waitingAccount(address: string): AccountRecord {
  return account(address, { token: hashToken(token, '00112233445566778899aabbccddeeff') });
}

export async function partitionWith(
  accounts: readonly AccountRecord[],
  more: object = {},
): Promise<Partition> {
  const folder = await mkdtemp(join(tmpdir(), 'portal-'));
  const store = ledgerStore(folder);
  await changeLedger(store, (ledger: Ledger) => ({ ledger: { ...ledger, accounts, secrets }, result: null }));
  await mkdir(join(folder, 'var'));
  const configFile = join(folder, 'portal.json');
  const written = (changes: object) =>
    JSON.stringify({
      partition: folder,
      socket: join(folder, 'var/portal.sock'),
      log: join(folder, 'var/portal.log'),
      title: 'mail one',
      'monitor-url': 'https://[fd00::1]:8196',
      accounts: {
        'webmail-url': 'https://[fd00::1]:8081/',
        'mail-domains': ['example.com'],
        'message-size': { message: '50', attachments: '36' },
        services: { imaps: { host: 'fd00::1', port: 10993 }, smtp: { host: 'fd00::1', port: 10025 } },
      },
      ...more,
      ...changes,
    });
  const writeConfig = (changes: object = {}) => writeFile(configFile, written(changes));
  await writeConfig();
  return {
    folder,
    store,
    configFile,
    config: parsePortalConfig(written({}), configFile),
    writeConfig,
    account: async (address) =>
      (await readLedger(store)).accounts.find((candidate) => candidate.address === address),
    log: () => readFile(join(folder, 'var/portal.log'), 'utf8').catch(() => ''),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
