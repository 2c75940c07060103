import { expect } from 'chai';

import { OperatorError } from '../../../src/errors.ts';
import { changeLedger, ledgerStore, readLedger } from '../../../src/ledger/store.ts';
import { emptyLedger } from '../../../src/ledger/types.ts';
import { publishOutbox } from '../../../src/converge/publish.ts';
import { type Master, MasterRefusal } from '../../../src/slap/index.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('publications that wait', () => {
  const folder = temporaryFolder();
  const store = () => ledgerStore(folder());
  const names = (count: number) => Array.from({ length: count }, (_none, index) => `_${100 + index}`);

  beforeEach(async () => {
    const outbox = Object.fromEntries(
      names(30).map((name) => [name, { parameters: { address: name }, digest: `digest-of-${name}` }]),
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
    publishOutbox(master, store(), () => undefined).catch((error: unknown) => error);
  const waiting = async () => Object.keys((await readLedger(store())).outbox).sort();

  it('are all sent, and wait no longer', async () => {
    expect(await outcome(masterThat(() => Promise.resolve()))).to.equal(30);
    expect(await waiting()).to.deep.equal([]);
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

  it('are not all tried with a master that refuses everything', async () => {
    const master = masterThat(refuses(...names(30)));
    expect(await outcome(master)).to.have.property('message', '10 publications wait; of the first: no _100');
    expect(master.told).to.have.lengthOf(10);
    expect(await waiting()).to.have.lengthOf(30);
  });

  it('stop with a master that is away, and those that it got wait no longer', async () => {
    const master = masterThat((target) =>
      target === '_105' ? Promise.reject(new OperatorError('away')) : Promise.resolve(),
    );
    expect(await outcome(master)).to.have.property('message', 'away');
    expect(await waiting()).to.deep.equal(names(30).slice(5));
  });
});
