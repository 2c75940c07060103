/** Who gets mail to `postmaster` and `abuse`. */
import { expect } from 'chai';

import { parseLedger, serialiseLedger } from '../../../../src/ledger/text.ts';
import type { Ledger } from '../../../../src/ledger/types.ts';
import { RequesterError } from '../../../../src/errors.ts';
import { processMailServer } from '../../../support/mail-server-run.ts';

const at = (local: string, domain = 'example.com') => `${local}@${domain}`;
const domains = { 'mail-domains': ['example.com', 'second.example'] };
const run = (shared: Readonly<Record<string, object>>, parameters: object = {}, ledger?: Ledger) =>
  processMailServer({
    shared,
    parameters: { ...domains, ...parameters },
    ...(ledger === undefined ? {} : { ledger }),
  });
const endsOf = ({ model }: ReturnType<typeof run>, address: string) =>
  model.addresses.get(address)?.deliverTo;

/** As the next run reads it. */
const asFiles = (ledger: Ledger) => parseLedger(serialiseLedger(ledger, '/srv/mail'), '/srv/ledger');

describe('mail to postmaster and abuse', () => {
  const zoe = { _zoe: { address: at('zoe') } };
  const adam = { _adam: { address: at('adam') } };

  it('reaches the first account of the domain, else the first of all, and nobody without accounts', () => {
    const processed = run({ ...zoe, ...adam, _sue: { address: at('sue', 'second.example') } });
    expect(endsOf(processed, at('postmaster'))).to.deep.equal([at('adam')]);
    expect(endsOf(processed, at('abuse'))).to.deep.equal([at('adam')]);
    expect(endsOf(processed, at('postmaster', 'second.example'))).to.deep.equal([
      at('sue', 'second.example'),
    ]);
    expect(endsOf(run(zoe), at('abuse', 'second.example'))).to.deep.equal([at('zoe')]);
    expect(endsOf(run({}), at('postmaster'))).to.equal(undefined);
  });

  it('stays with whom it went to, whoever comes first later', () => {
    const { ledger } = run(zoe).plan;
    const next = run({ ...adam, ...zoe }, {}, asFiles(ledger));
    expect(endsOf(next, at('postmaster'))).to.deep.equal([at('zoe')]);
  });

  it('goes to another account when that one is gone, also if somebody else has its address now', () => {
    const ledger = asFiles(run(zoe).plan.ledger);
    expect(endsOf(run(adam, {}, ledger), at('postmaster'))).to.deep.equal([at('adam')]);
    const taken = run({ ...adam, _other: { address: at('zoe') } }, {}, ledger);
    expect(endsOf(taken, at('postmaster'))).to.deep.equal([at('adam')]);
  });

  it('reaches who has the name, and comes back when it is given up', () => {
    const held = run({
      ...zoe,
      _post: { kind: 'alias', address: at('postmaster'), destinations: [at('adam')] },
      ...adam,
    });
    expect(endsOf(held, at('postmaster'))).to.deep.equal([at('adam')]);
    expect(endsOf(held, at('abuse'))).to.deep.equal([at('adam')]);
    expect(endsOf(run({ ...zoe, _abuse: { address: at('abuse') } }), at('abuse'))).to.deep.equal([
      at('abuse'),
    ]);
    const later = run({ ...zoe, ...adam }, {}, asFiles(held.plan.ledger));
    expect(endsOf(later, at('postmaster'))).to.deep.equal([at('adam')]);
  });

  it('passes by whoever takes no mail', () => {
    const sender = { address: at('robot'), mode: 'send-only' };
    const closed = { address: at('postmaster'), suspended: 'refuse-mail' };
    const processed = run({ _robot: sender, _post: closed, ...zoe });
    expect(endsOf(processed, at('postmaster'))).to.deep.equal([at('zoe')]);
    expect(endsOf(processed, at('abuse'))).to.deep.equal([at('zoe')]);
    expect(() => asFiles(processed.plan.ledger)).not.to.throw();
  });

  it('goes to the catch-all where a domain has one', () => {
    const all = { kind: 'alias', address: '@example.com', destinations: [at('adam')] };
    expect(endsOf(run({ ...zoe, ...adam, _all: all }), at('postmaster'))).to.deep.equal([at('adam')]);
  });

  it('goes to the address that the operator gave, before a catch-all, here or elsewhere', () => {
    const all = { kind: 'alias', address: '@example.com', destinations: [at('zoe')] };
    const team = { kind: 'alias', address: at('team'), destinations: [at('adam'), at('zoe')] };
    const shared = { ...zoe, ...adam, _all: all, _team: team };
    for (const [postmaster, ends] of [
      [at('Adam'), [at('adam')]],
      [at('adam+duty'), [at('adam')]],
      [at('team'), [at('adam'), at('zoe')]],
      ['duty@elsewhere.example', ['duty@elsewhere.example']],
    ] as const)
      expect(endsOf(run(shared, { postmaster }), at('postmaster')), postmaster).to.deep.equal(ends);
    expect(endsOf(run(zoe, { postmaster: at('nobody') }), at('abuse'))).to.deep.equal([at('zoe')]);
    expect(endsOf(run(zoe, { postmaster: at('postmaster') }), at('postmaster'))).to.deep.equal([at('zoe')]);
  });

  it('gives nobody who stands in the right to send as these names', () => {
    const { model, plan } = run(zoe);
    expect(model.addresses.get(at('postmaster'))?.senders).to.deep.equal([]);
    const account = plan.publications.find(({ target }) => target === '_zoe');
    expect(account?.parameters['addresses']).to.deep.equal([at('zoe')]);
  });

  it('can be sent to an address only', () => {
    for (const postmaster of ['nobody', 'a b@example.com', 'x@promise.invalid', '@example.com'])
      expect(() => run(zoe, { postmaster }), postmaster).to.throw(RequesterError, '/postmaster: ');
  });
});
