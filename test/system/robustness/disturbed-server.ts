/** A mail server with one account, whose processing is disturbed, and what must be true of it afterwards. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { ledgerStore, readLedger } from '../../../src/ledger/store.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import { runAsUser, type RunResult } from '../../../src/local-node/run-as-user.ts';
import { converge, type ConvergeChanges, reasonOf } from '../../support/system/converge.ts';
import { type MailNode, startMailNode } from '../../support/system/mail-node.ts';
import { activate, canLogIn, endpointsOf, type MailServer } from '../../support/system/mail-server.ts';
import { changedPaths, fileStates, servicePids } from '../../support/system/watching.ts';

export const domain = 'mail1.example.com';
export const alice = `alice@${domain}`;
export const password = 'alices-pw';
/** `operator` of the exit codes: the node's operator can mend it. */
export const operator = 4;

export interface DisturbedServer {
  mail: MailNode;
  server: MailServer;
  partition: string;
  run(changes?: ConvergeChanges): Promise<RunResult>;
  ledger(): Promise<Ledger>;
  aliceLogsIn(): Promise<boolean>;
  /** Has one more account requested, `account1` and so on; its name. */
  oneMoreAccount(): Promise<string>;
  /** The run fails for a reason that an operator can mend, says it last, and leaves everything as it was. */
  expectRefusal(reason: RegExp, changes?: ConvergeChanges): Promise<void>;
  expectConverged(): Promise<void>;
  /** What users, Postfix's tables, holders and the master's copy say about who exists is the same. */
  expectAgreement(): Promise<void>;
}

export async function startDisturbedServer(): Promise<DisturbedServer> {
  const mail = await startMailNode();
  try {
    await mail.request('mail1');
    await mail.requestAccount('mail1', 'alice', { address: alice });
    await mail.settle();
    const server = endpointsOf(await mail.published('mail1'));
    await activate(mail, 'mail1', 'alice', password);
    await mail.settle();
    return disturbedServer(mail, server, await mail.partition('mail1'));
  } catch (error) {
    await mail.stop();
    throw error;
  }
}

function disturbedServer(mail: MailNode, server: MailServer, partition: string): DisturbedServer {
  let accounts = 0;
  const run = (changes?: ConvergeChanges) => converge(mail, partition, changes);
  const ledger = () => readLedger(ledgerStore(partition));
  const aliceLogsIn = () => canLogIn(server, alice, password);

  /** Everything that a failing run must leave as it is. */
  async function state() {
    return {
      files: await fileStates(partition, ['etc', 'libexec', 'bin', 'srv/ledger']),
      services: await servicePids(mail, partition),
    };
  }

  return {
    mail,
    server,
    partition,
    run,
    ledger,
    aliceLogsIn,

    async oneMoreAccount() {
      accounts += 1;
      const name = `account${accounts}`;
      await mail.requestAccount('mail1', name, { address: `${name}@${domain}` });
      return name;
    },

    async expectRefusal(reason, changes) {
      const before = await state();
      const result = await run(changes);
      expect(result.exitCode, result.output).to.equal(operator);
      expect(reasonOf(result)).to.match(reason);
      const after = await state();
      expect(changedPaths(before.files, after.files)).to.deep.equal([]);
      expect(after.services).to.deep.equal(before.services);
      expect(await aliceLogsIn()).to.equal(true);
    },

    async expectConverged() {
      const { exitCode, output } = await run();
      expect(exitCode, output).to.equal(0);
    },

    async expectAgreement() {
      const { accounts: records, outbox } = await ledger();
      const addresses = records.map(({ address }) => address).sort();
      expect(outbox).to.deep.equal({});
      // Nobody may send as these unless it is an address of his.
      const roles = ['abuse', 'postmaster'].map((name) => `${name}@${domain}`);
      for (const [table, others] of [
        ['mailboxes', []],
        ['sender-logins', roles],
      ] as const) {
        const source = await readFile(join(partition, 'etc/postfix', table), 'utf8');
        const keys = [...addresses, ...others].sort();
        const input = [...keys, 'nobody@elsewhere.example'].map((address) => `${address}\n`).join('');
        const { output } = await runAsUser(
          mail.node,
          [join(partition, 'bin/postmap'), '-q', '-', `cdb:${partition}/etc/postfix/${table}`],
          { input },
        );
        for (const text of [source, output]) expect(keysOf(text), table).to.deep.equal(keys);
      }
      expect(await readdir(join(partition, 'var/run/changed'))).to.deep.equal([]);
      const left = (await readdir(join(partition, 'etc/postfix'))).filter((name) =>
        /^\.|\.(new|tmp)$/.test(name),
      );
      expect(left).to.deep.equal([]);
    },
  };
}

const keysOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(/\s/)[0])
    .sort();
