import { expect } from 'chai';

import { whereaboutsOf } from '../../../../src/daemons/relay-policy/whereabouts.ts';

describe('where mail for a domain that is not relayed goes', () => {
  const cluster = new Set(['mx1.relay.example', 'mx2.relay.example']);

  it('is the cluster when one of its MX records names a node', () => {
    const names = ['mx.backup.example', 'mx2.relay.example'];
    expect(whereaboutsOf({ kind: 'exchangers', names }, cluster)).to.equal('cluster');
    for (const near of ['relay.example', 'xmx1.relay.example', 'mx1.relay.example.org', ''])
      expect(whereaboutsOf({ kind: 'exchangers', names: [near] }, cluster), near).to.equal('elsewhere');
  });

  it('is nowhere when DNS has no server for it, and elsewhere when it has an address', () => {
    expect(whereaboutsOf({ kind: 'absent' }, cluster)).to.equal('nowhere');
    expect(whereaboutsOf({ kind: 'none', hasAddress: false }, cluster)).to.equal('nowhere');
    expect(whereaboutsOf({ kind: 'none', hasAddress: true }, cluster)).to.equal('elsewhere');
  });

  it('is not known while DNS does not answer, and nowhere on a machine without a resolver', () => {
    for (const reason of ['queryMx ETIMEOUT new.example', 'queryMx ESERVFAIL econnrefused.example'])
      expect(whereaboutsOf({ kind: 'error', reason }, cluster), reason).to.equal('unknown');
    const none = { kind: 'error', reason: 'queryMx ECONNREFUSED new.example' } as const;
    expect(whereaboutsOf(none, cluster)).to.equal('nowhere');
  });
});
