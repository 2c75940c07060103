import { expect } from 'chai';

import { clientNetwork } from '../../../../src/daemons/kit/client-network.ts';

describe('whose attempts count together', () => {
  it('is the /64 of an IPv6 client, however its address is written', () => {
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

  it('is an IPv4 client by itself, also when it comes mapped into IPv6', () => {
    expect(clientNetwork('192.0.2.7')).to.equal('192.0.2.7');
    expect(clientNetwork('::ffff:192.0.2.7')).to.equal('192.0.2.7');
    expect(clientNetwork('local')).to.equal('local');
  });
});
