/** Where addresses end and who may send as them, in cases that whole sets of requests seldom have. */
import { expect } from 'chai';

import { type Ledger, type Holder } from '../../../../src/ledger/types.ts';
import { decideOwnership } from '../../../../src/model/mail-server/ownership.ts';
import { processMailServer } from '../../../support/mail-server-run.ts';

const at = (local: string) => `${local}@example.com`;
const addressesOf = (shared: Readonly<Record<string, object>>, parameters: object = {}, ledger?: Ledger) =>
  processMailServer({ shared, parameters, ...(ledger === undefined ? {} : { ledger }) }).model.addresses;

describe('an address', () => {
  it('leads to another server’s mailbox once, however its letters are written', () => {
    const shared = {
      _a: { kind: 'alias', address: at('a'), destinations: ['Friend@foreign.example', at('b')] },
      _b: { kind: 'alias', address: at('b'), destinations: ['friend@foreign.example'] },
    };
    const ends = addressesOf(shared, { forwarding: true }).get(at('a'))?.deliverTo;
    expect(ends).to.deep.equal(['Friend@foreign.example']);
  });

  it('may be sent as by the accounts that it reaches, but for those that get no mail by it', () => {
    const shared = {
      _alice: { address: at('alice') },
      _robot: { address: at('robot'), mode: 'send-only' },
      _team: { kind: 'alias', address: at('team'), destinations: [at('alice'), at('robot')] },
    };
    const team = addressesOf(shared).get(at('team'));
    expect(team?.senders).to.deep.equal([at('alice')]);
    expect(team?.deliverTo).to.deep.equal([at('alice')]);
  });
});

describe('a holder that asks for another address, is refused and has lost its own', () => {
  const [loser, winner, third]: Holder[] = ['shared:_loser', 'shared:_winner', 'shared:_third'];
  const before = [
    { address: 'home', holder: loser!, isOther: false },
    { address: 'other', holder: loser!, isOther: true },
    { address: 'taken', holder: third!, isOther: false },
  ];
  const requests = [
    { holder: third!, address: 'taken', aliases: [] },
    { holder: loser!, address: 'taken', aliases: [] },
    { holder: winner!, address: 'home', aliases: [] },
  ];

  it('keeps no other address either: it would belong to nothing', () => {
    const { holders, refused } = decideOwnership({ requests, invalid: [] }, before);
    expect(Object.fromEntries(holders)).to.deep.equal({ taken: third, home: winner });
    expect([...refused]).to.deep.equal([loser]);
  });
});
