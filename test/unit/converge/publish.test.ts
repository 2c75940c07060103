import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { OperatorError } from '../../../src/errors.ts';
import { changeLedger, ledgerStore, readLedger } from '../../../src/ledger/store.ts';
import { emptyLedger } from '../../../src/ledger/types.ts';
import { digestOf } from '../../../src/plan/digest.ts';
import { publishOutbox, publishPartition } from '../../../src/converge/publish.ts';
import { type Master, MasterRefusal } from '../../../src/slap/index.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('publications that wait', () => {
  const folder = temporaryFolder();
  const store = () => ledgerStore(folder());
  const names = (count: number) => Array.from({ length: count }, (_none, index) => `_${100 + index}`);

  beforeEach(async () => {
    const outbox = Object.fromEntries(
      names(30).map((name) => [name, { parameters: { address: name }, digest: digestOf({ name }) }]),
    );
    await changeLedger(store(), () => ({ ledger: { ...emptyLedger, outbox }, result: undefined }));
  });

  /** Answers as `answer` says, and remembers whom it was told about. */
  function masterThat(answer: (target: string) => Promise<void>): Master & { told: string[] } {
    const unused = () => Promise.reject(new Error('is not asked for here'));
    const told: string[] = [];
    return {
      told,
      publish: async (_parameters, target = '') => {
        told.push(target);
        await answer(target);
      },
      fetchPartition: unused,
      request: unused,
      reportError: unused,
      bang: unused,
      close: unused,
    };
  }

  const refuses =
    (...targets: string[]) =>
    (target: string) =>
      targets.includes(target) ? Promise.reject(new MasterRefusal(`no ${target}`)) : Promise.resolve();

  const outcome = (master: Master) =>
    publishOutbox(master, store(), { onProgress: () => undefined }).catch((error: unknown) => error);
  const waiting = async () => Object.keys((await readLedger(store())).outbox).sort();

  it('are all sent, and wait no longer', async () => {
    expect(await outcome(masterThat(() => Promise.resolve()))).to.equal(30);
    expect(await waiting()).to.deep.equal([]);
  });

  it('are sent although this program fails at one among them, which waits and is named', async () => {
    const fails = (target: string) =>
      target === '_103' ? Promise.reject(new TypeError('a bug')) : Promise.resolve();
    const error = await outcome(masterThat(fails));
    expect(error)
      .to.be.instanceOf(OperatorError)
      .and.have.property(
        'message',
        'publication to the shared instance "_103": TypeError: a bug, which is a fault of slapos-mail; report it',
      );
    expect(await waiting()).to.deep.equal(['_103']);
  });

  it('are sent although the master refuses one among them, which waits and is named', async () => {
    const error = await outcome(masterThat(refuses('_103')));
    expect(error).to.be.instanceOf(OperatorError).and.have.property('message', 'no _103');
    expect(await waiting()).to.deep.equal(['_103']);
    expect(await outcome(masterThat(() => Promise.resolve()))).to.equal(1);
  });

  it('are counted where the master refuses several', async () => {
    const error = await outcome(masterThat(refuses('_103', '_120')));
    expect(error).to.have.property('message', '2 publications wait; of the first: no _103');
    expect(await waiting()).to.deep.equal(['_103', '_120']);
  });

  it('get their turn behind any number that the master refuses', async () => {
    const refused = names(30).slice(0, 29);
    const error = await outcome(masterThat(refuses(...refused)));
    expect(error).to.have.property('message', '29 publications wait; of the first: no _100');
    expect(await waiting()).to.deep.equal(refused);
  });

  it('are left to the next run by a master that takes long to refuse each, which begins with the others', async () => {
    let now = 0;
    const slow = (...targets: string[]) => {
      const answer = refuses(...targets);
      return masterThat((target) => {
        now += 10_000;
        return answer(target);
      });
    };
    const run = (master: Master) =>
      publishOutbox(master, store(), { onProgress: () => undefined, clock: () => now }).catch(
        (error: unknown) => error,
      );
    const all = names(30);
    const first = slow(...all);
    expect(await run(first)).to.have.property('message', '6 publications wait; of the first: no _100');
    expect(first.told).to.deep.equal(all.slice(0, 6));
    const second = slow(...all.slice(0, 29));
    await run(second);
    expect(second.told).to.deep.equal(all.slice(6, 12));
    for (let round = 0; round < 3; round += 1) await run(slow(...all.slice(0, 29)));
    expect(await waiting()).to.not.include('_129');
  });

  it('that were refused are counted each time', async () => {
    await outcome(masterThat(refuses('_103')));
    expect((await readLedger(store())).outbox['_103']).to.include({ refusals: 1 });
    await outcome(masterThat(refuses('_103')));
    expect((await readLedger(store())).outbox['_103']).to.include({ refusals: 2 });
  });

  it('stop with a master that is away, and those that it got wait no longer', async () => {
    const master = masterThat((target) =>
      target === '_105' ? Promise.reject(new OperatorError('away')) : Promise.resolve(),
    );
    expect(await outcome(master)).to.have.property('message', 'away');
    expect(await waiting()).to.deep.equal(names(30).slice(5));
  });

  it('leave the reason for a promise, until they are sent', async () => {
    const reason = () => readFile(join(folder(), 'var/unpublished'), 'utf8').catch(() => null);
    await mkdir(join(folder(), 'var'));
    const run = (master: Master) => publishPartition(folder(), master, { onProgress: () => undefined });
    await run(masterThat(refuses('_103'))).catch(() => undefined);
    expect(await reason()).to.equal('no _103\n');
    await run(masterThat(() => Promise.reject(new OperatorError('away')))).catch(() => undefined);
    expect(await reason()).to.equal('away\n');
    expect(await run(masterThat(() => Promise.resolve()))).to.equal(1);
    expect(await reason()).to.equal(null);
  });
});
