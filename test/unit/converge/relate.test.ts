import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { OperatorError } from '../../../src/errors.ts';
import { changeLedger, ledgerStore, readLedger } from '../../../src/ledger/store.ts';
import { emptyLedger } from '../../../src/ledger/types.ts';
import type { Answers, RelationRequest } from '../../../src/model/answers.ts';
import { relate } from '../../../src/converge/relate.ts';
import { type InstanceRequest, type Master, MasterRefusal } from '../../../src/slap/index.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const request = (name: string, softwareUrl = 'urn:relay'): RelationRequest => ({
  name,
  softwareUrl,
  softwareType: 'relay',
  shared: false,
  serialisation: 'json-in-xml',
  parameters: {},
});

describe('what an instance asked for', () => {
  const folder = temporaryFolder();
  const store = () => ledgerStore(folder());
  let asked: InstanceRequest[];

  beforeEach(() => {
    asked = [];
    troubles = {};
  });

  const unused = () => Promise.reject(new Error('is not asked for here'));
  /** Name → what the master says of it, other than that it is there. */
  let troubles: Record<string, 'refused' | 'pending' | 'away'> = {};
  const master: Master = {
    request: (wish) => {
      asked.push(wish);
      switch (troubles[wish.name]) {
        case 'refused':
          return Promise.reject(new MasterRefusal(`no ${wish.name}`));
        case 'away':
          return Promise.reject(new OperatorError('nobody answers'));
        case 'pending':
          return Promise.resolve({ state: 'pending', reason: 'not yet' });
        default:
          return Promise.resolve({ state: 'ready', connection: { name: wish.name } });
      }
    },
    fetchPartition: unused,
    publish: unused,
    reportError: unused,
    bang: unused,
    close: unused,
  };
  const ask = (...requests: RelationRequest[]) =>
    relate(master, () => requests, store(), { folder: folder(), id: 'slappart0' });
  const names = async () => Object.keys((await readLedger(store())).requested);

  it('is remembered, and given back when it is not needed any more, whatever its name', async () => {
    await changeLedger(store(), () => ({ ledger: emptyLedger, result: undefined }));
    expect(Object.keys(await ask(request('constructor'), request('mx1')))).to.deep.equal([
      'constructor',
      'mx1',
    ]);
    expect(await names()).to.have.members(['constructor', 'mx1']);
    asked = [];
    await ask(request('mx1'));
    expect(asked.map(({ name, state }) => [name, state])).to.deep.equal([
      ['mx1', undefined],
      ['constructor', 'destroyed'],
    ]);
    expect(await names()).to.deep.equal(['mx1']);
  });

  it('is given back at the software release that it was last asked of', async () => {
    await ask(request('mx1', 'urn:old'));
    await ask(request('mx1', 'urn:new'));
    asked = [];
    await ask();
    expect(asked).to.have.length(1);
    expect(asked[0]).to.include({ name: 'mx1', softwareUrl: 'urn:new', state: 'destroyed' });
  });

  it('is told to slapgrid, which tells the master what is still needed', async () => {
    await ask(request('mx1'), request('mx2'));
    expect(await readFile(join(folder(), '.slapos-request-transaction-slappart0'), 'utf8')).to.equal(
      'mx1\nmx2\n',
    );
  });

  it('is left out where the master refuses it, and keeps nothing behind it from being asked', async () => {
    troubles = { frontend: 'refused' };
    expect(await ask(request('frontend'), request('mx1'))).to.deep.equal({ mx1: { name: 'mx1' } });
    expect(await names()).to.have.members(['frontend', 'mx1']);
  });

  it('goes on with its last answer where the master refuses it later', async () => {
    await ask(request('frontend'), request('mx1'));
    troubles = { frontend: 'refused' };
    const both = { frontend: { name: 'frontend' }, mx1: { name: 'mx1' } };
    expect(await ask(request('frontend'), request('mx1'))).to.deep.equal(both);
    expect(await ask(request('frontend'), request('mx1'))).to.deep.equal(both);
  });

  it('has no answer any more when the master says that it is not there, or when it was given back', async () => {
    await ask(request('frontend'), request('mx1'));
    troubles = { frontend: 'pending' };
    expect(await ask(request('frontend'), request('mx1'))).to.have.all.keys('mx1');
    troubles = { frontend: 'refused', mx1: 'refused' };
    expect(await ask(request('frontend'))).to.deep.equal({});
    expect(await ask(request('frontend'), request('mx1'))).to.deep.equal({});
  });

  it('is sent once more where an answer changes it, and only that', async () => {
    const answersBefore: unknown[] = [];
    const requestsWith = (answers: Answers): RelationRequest[] => {
      answersBefore.push(answers);
      return [request('mx1'), { ...request('mx2'), parameters: { knows: Object.keys(answers) } }];
    };
    const relateAgain = () => relate(master, requestsWith, store(), { folder: folder(), id: 'slappart0' });
    const both = { mx1: { name: 'mx1' }, mx2: { name: 'mx2' } };
    expect(await relateAgain()).to.deep.equal(both);
    expect(answersBefore).to.deep.equal([{}, both]);
    expect(asked.map(({ name }) => name)).to.deep.equal(['mx1', 'mx2', 'mx2']);
    expect(asked.at(-1)?.parameters).to.deep.equal({ knows: ['mx1', 'mx2'] });
    asked = [];
    await relateAgain();
    expect(asked.map(({ name }) => name)).to.deep.equal(['mx1', 'mx2']);
  });

  it('stops the run when the master is away: nothing is decided without it', async () => {
    troubles = { mx1: 'away' };
    const failure = await ask(request('mx1')).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(OperatorError).with.property('message', 'nobody answers');
  });
});
