import { expect } from 'chai';

import { bounceWays } from '../../../../src/daemons/relay-policy/bounce-ways.ts';
import type { Tenant } from '../../../../src/daemons/relay-policy/config.ts';
import { indexTenants } from '../../../../src/daemons/relay-policy/tenant-index.ts';

const tenant = (domain: string, delivery: string | null): Tenant => ({
  domain,
  login: null,
  address: 'fd00::1',
  fingerprints: [],
  backend: { host: '::1', port: 25 },
  delivery,
});
const index = indexTenants([
  tenant('paid.example', 'delivery-1:[smtp.example.net]:587'),
  tenant('poor.example', null),
]);
const way = (domain: string) => bounceWays(() => Promise.resolve(index))('bounce-way', domain);

describe('the way of a bounce', () => {
  it('is the delivery service of the domain that the mail was for, in whatever letters it was written', async () => {
    for (const domain of ['paid.example', 'PAID.Example', 'paid.example.'])
      expect(await way(domain), domain).to.equal('FILTER delivery-1:[smtp.example.net]:587');
  });

  it('is left to Postfix where that domain has no delivery service, or is not relayed', async () => {
    for (const domain of ['poor.example', 'sub.paid.example', 'foreign.example', ''])
      expect(await way(domain), domain).to.equal(null);
  });
});
