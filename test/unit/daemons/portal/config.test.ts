import { expect } from 'chai';

import { OperatorError } from '../../../../src/errors.ts';
import { readPortalConfig } from '../../../../src/daemons/portal/config.ts';
import { type Partition, partitionWith } from './portal-fixture.ts';

describe("the portal's configuration", () => {
  let partition: Partition;
  before(async () => {
    partition = await partitionWith([]);
  });
  after(() => partition.remove());

  it('takes ports as numbers and as texts', async () => {
    expect(partition.config.services).to.deep.equal({
      imaps: { host: 'fd00::1', port: 10993 },
      smtp: { host: 'fd00::1', port: 10025 },
    });
  });

  it('knows frontends whose forwarded addresses it believes', async () => {
    await partition.writeConfig({ 'trusted-proxies': ['2001:db8::/32', '192.0.2.1'] });
    const { trustedProxies } = await readPortalConfig(partition.config.path);
    expect(trustedProxies.check('2001:db8:1::1', 'ipv6')).to.equal(true);
    expect(trustedProxies.check('192.0.2.1')).to.equal(true);
    expect(trustedProxies.check('192.0.2.2')).to.equal(false);
  });

  for (const [changes, reason] of [
    [{ socket: 'var/portal.sock' }, '/socket must be an absolute path'],
    [{ socket: { host: '127.0.0.1', port: 'many' } }, '/socket/port must be a port'],
    [{ title: '' }, '/title must be a text'],
    [{ 'mail-domains': [1] }, '/mail-domains must be a list of texts'],
    [{ services: { imap: { port: 1 } } }, '/services/imap/host must be a text'],
    [{ 'trusted-proxies': ['192.0.2.0/33'] }, '/trusted-proxies: "192.0.2.0/33" is no address or network'],
  ] as const) {
    it(`is refused with the place and the reason: ${reason}`, async () => {
      await partition.writeConfig(changes);
      const error = await readPortalConfig(partition.config.path).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(OperatorError);
      expect((error as Error).message).to.contain(`${partition.config.path}: ${reason};`);
    });
  }
});
