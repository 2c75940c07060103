import { expect } from 'chai';

import { attemptLimits, clientNetwork } from '../../../../src/daemons/portal/attempt-limits.ts';

describe('attempt limits', () => {
  it('count an IPv6 client by its /64, however its address is written', () => {
    const network = '2001:db8:0:1::/64';
    for (const address of [
      '2001:db8:0:1::',
      '2001:0db8:0000:0001:aaaa:bbbb:cccc:dddd',
      '2001:DB8::1:0:0:0:5',
      '2001:db8:0:1:2::',
    ]) {
      expect(clientNetwork(address), address).to.equal(network);
    }
    expect(clientNetwork('2001:db8:0:2::1')).to.not.equal(network);
    expect(clientNetwork('::1')).to.equal('0:0:0:0::/64');
    expect(clientNetwork('fe80::1%eth0')).to.equal('fe80:0:0:0::/64');
  });

  it('count an IPv4 client by its address, also when it comes mapped into IPv6', () => {
    expect(clientNetwork('192.0.2.7')).to.equal('192.0.2.7');
    expect(clientNetwork('::ffff:192.0.2.7')).to.equal('192.0.2.7');
    expect(clientNetwork('local')).to.equal('local');
  });

  it('of one user use up nothing of what the client has for others', async () => {
    const limits = attemptLimits();
    for (let index = 0; index < 100; index += 1) await limits.begin('192.0.2.7', 'alice');
    expect(await limits.begin('192.0.2.7', 'alice')).to.be.within(1, 300);
    for (let index = 0; index < 50; index += 1)
      expect(await limits.begin('192.0.2.7', `user ${index}`)).to.equal(null);
    expect(await limits.begin('192.0.2.7', 'one more')).to.be.within(1, 300);
  });

  it('are not counted when they succeed, neither for the user nor for the client', async () => {
    const limits = attemptLimits();
    for (let index = 0; index < 100; index += 1) {
      expect(await limits.begin('192.0.2.7', 'alice')).to.equal(null);
      await limits.forgive('192.0.2.7', 'alice');
    }
  });
});
