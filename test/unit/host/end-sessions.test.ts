import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { endSessions, noteEnded } from '../../../src/host/end-sessions.ts';
import { accountOf } from '../../support/ledgers.ts';
import { standInDoveadm, type StandInOptions } from '../../support/stand-in-doveadm.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const alice = accountOf('_alice', 'alice@example.com', { password: '{X}1' });
const bob = accountOf('_bob', 'bob@example.com', { password: '{X}2' });

describe('sessions that are to end', () => {
  const folder = temporaryFolder();
  const notes = () => readdir(join(folder(), 'var/run/ended')).catch(() => []);
  const running: (() => void)[] = [];
  afterEach(() => running.splice(0).forEach((end) => end()));

  async function withDoveadm(options: StandInOptions = {}, users: readonly string[] = [alice.address]) {
    const doveadm = await standInDoveadm(folder(), users, options);
    running.push(doveadm.end);
    return doveadm;
  }

  it('are those that there are', async () => {
    const { asked } = await withDoveadm();
    await noteEnded(folder(), [alice.address, bob.address]);
    expect(await endSessions(folder())).to.deep.equal([`sessions of ${alice.address} ended`]);
    expect(await asked()).to.equal(`who -1\nkick ${alice.address}\n`);
    expect(await endSessions(folder())).to.deep.equal([]);
    expect(await notes()).to.deep.equal([]);
  });

  it('are those of one address where no other is meant', async () => {
    const { asked } = await withDoveadm();
    await noteEnded(folder(), [alice.address, bob.address]);
    expect(await endSessions(folder(), { only: alice.address })).to.deep.equal([
      `sessions of ${alice.address} ended`,
    ]);
    expect(await asked()).to.not.contain(bob.address);
    expect(await notes()).to.deep.equal([bob.address]);
  });

  it('are not those of an address that only begins or ends alike', async () => {
    const { asked } = await withDoveadm({}, [`${alice.address}.net`, `m${alice.address}`]);
    await noteEnded(folder(), [alice.address]);
    expect(await endSessions(folder())).to.deep.equal([]);
    expect(await asked()).to.equal('who -1\n');
  });

  const many = Array.from({ length: 30 }, (_, index) => `user${index}@example.com`);

  for (const hangsAt of ['who', 'kick']) {
    it(`take one time limit together with a Dovecot that hangs at ${hangsAt}, and are left to the next run`, async () => {
      const { asked } = await withDoveadm({ hangsAt }, many);
      await noteEnded(folder(), many);
      const begin = Date.now();
      const said = await endSessions(folder(), { timeout: 1_000 });
      expect(Date.now() - begin).to.be.within(900, 3_000);
      expect(said.length).to.be.within(1, 2);
      for (const sentence of said) expect(sentence).to.match(/^sessions of .* could not be ended: /);
      expect(said.join())
        .to.contain('it does not end')
        .and.to.match(/ and \d+ more/);
      expect((await notes()).sort()).to.deep.equal([...many].sort());
      expect((await asked()).split('\n').filter((line) => line.startsWith('who'))).to.deep.equal(['who -1']);
    });
  }

  it('are ended however many there are', async () => {
    const { asked } = await withDoveadm({}, many);
    await noteEnded(folder(), many);
    const said = await endSessions(folder());
    expect([...said].sort()).to.deep.equal(many.map((user) => `sessions of ${user} ended`).sort());
    expect((await asked()).trim().split('\n').slice(1).sort()).to.deep.equal(
      many.map((user) => `kick ${user}`).sort(),
    );
    expect(await notes()).to.deep.equal([]);
  });

  it('are left to the next run when Dovecot cannot be told', async () => {
    await withDoveadm({ exitCode: 1 });
    await noteEnded(folder(), [alice.address]);
    const [said] = await endSessions(folder());
    expect(said).to.match(/^sessions of alice@example\.com could not be ended: /);
    expect(await notes()).to.deep.equal([alice.address]);
  });

  it('are none where Dovecot does not run', async () => {
    const { asked } = await withDoveadm({ isRunning: false });
    await noteEnded(folder(), [alice.address]);
    expect(await endSessions(folder())).to.deep.equal([]);
    expect(await notes()).to.deep.equal([]);
    expect(await asked()).to.equal('');
  });
});
