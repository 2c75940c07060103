/** A ledger that somebody has damaged, has locked, or changes at the same time. */
import { chown, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { runAsUser } from '../../../src/local-node/run-as-user.ts';
import { eventually } from '../../support/system/eventually.ts';
import { activate, canLogIn, messagesOf } from '../../support/system/mail-server.ts';
import { runTool } from '../../support/system/watching.ts';
import { alice, type DisturbedServer, domain, password } from './disturbed-server.ts';

export function damagedLedger(disturbed: () => DisturbedServer): void {
  describe('the ledger', () => {
    const current = (file: string) => join(disturbed().partition, 'srv/ledger/current', file);

    for (const { file, line, reason } of [
      { file: 'users', line: 'somebody@mail1.example.com:{BLF-CRYPT}x', reason: 'has 2 fields instead of 8' },
      { file: 'users', line: `bob@${domain}:*::::/home::`, reason: 'has no holder' },
      {
        file: 'holders',
        line: `carol@${domain} lent shared:_x somewhere`,
        reason: 'neither held, released nor alias',
      },
      { file: 'ports', line: 'imap many -', reason: 'is not `service port ipv4`' },
    ]) {
      it(`has a line in ${file} that ${reason}: names file and line, changes nothing, serves on`, async () => {
        const { mail, aliceLogsIn, expectRefusal, expectConverged } = disturbed();
        const text = await readFile(current(file), 'utf8');
        const number = text.trimEnd().split('\n').length + 1;
        await replace(current(file), `${text}${line}\n`);
        try {
          await expectRefusal(new RegExp(`srv/ledger/current/${file}:${number}: .*${reason}`));
          const pass = await mail.reprocess();
          expect(pass.exitCode).to.equal(1);
          expect(pass.output).to.contain(`current/${file}:${number}: `);
          expect(await aliceLogsIn()).to.equal(true);
        } finally {
          await replace(current(file), text);
        }
        await expectConverged();
      });
    }

    /** As an editor saves: `previous` may hold the same file. */
    async function replace(path: string, text: string): Promise<void> {
      const { mail } = disturbed();
      await writeFile(`${path}.new`, text, { mode: 0o600 });
      await chown(`${path}.new`, mail.node.user.uid, mail.node.user.gid);
      await rename(`${path}.new`, path);
    }

    it('has a ruined line of an account: its mail waits, and arrives when the operator has gone back', async () => {
      const { mail, server, partition, aliceLogsIn, oneMoreAccount, expectConverged } = disturbed();
      await oneMoreAccount();
      await expectConverged();
      const users = await readFile(current('users'), 'utf8');
      // In place, as some editors write.
      await writeFile(current('users'), users.replace(`${alice}:`, `${alice.slice(0, 8)}\n`));
      const { exitCode, output } = await runTool(mail, partition, 'sendmail', '-f', 'x@y.example', alice);
      expect(exitCode, output).to.equal(0);
      const queue = async () => (await runTool(mail, partition, 'mailq')).output;
      await eventually('it waits', async () => /User doesn't exist|not known/i.test(await queue()));
      const restore = (...more: string[]) =>
        runTool(
          mail,
          partition,
          'slapos-mail',
          'ledger',
          'restore',
          '--ledger',
          join(partition, 'srv/ledger'),
          ...more,
        );
      expect((await restore()).output).to.match(
        new RegExp(`^users: ${alice} comes back, with the password that it had$`, 'm'),
      );
      expect((await restore('--yes')).output).to.contain('made; process the partition now');
      await eventually('alice logs in', aliceLogsIn);
      await expectConverged();
      await runTool(mail, partition, 'postqueue', '-f');
      await eventually('it arrives', async () => {
        const sources = await messagesOf(server, alice, password);
        return sources.some((source) => source.includes('<x@y.example>'));
      });
      expect(await queue()).to.contain('queue is empty');
    });

    it('is locked by a process that was killed: a password is set all the same', async () => {
      const { mail, server, partition, oneMoreAccount, expectConverged } = disturbed();
      const name = await oneMoreAccount();
      await expectConverged();
      // What such a process leaves.
      await runAsUser(mail.node, ['mkdir', join(partition, 'srv/ledger.lock')]);
      await activate(mail, 'mail1', name, 'its-password');
      expect(await canLogIn(server, `${name}@${domain}`, 'its-password')).to.equal(true);
    });

    it('is changed by two runs at once: both end well', async () => {
      const { run, oneMoreAccount, expectAgreement } = disturbed();
      await oneMoreAccount();
      const results = await Promise.all([run(), run()]);
      for (const { exitCode, output } of results) expect(exitCode, output).to.equal(0);
      await expectAgreement();
    });
  });
}
