import { expect } from 'chai';

import { clientNetwork } from '../../../src/portal/attempt-limits.ts';

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
});
