import { expect } from 'chai';
import { OperatorError } from '../../../src/errors.ts';
import { partitionAddresses } from '../../../src/local-node/partition-addresses.ts';

const ipv6Of = (ipv6: string, index: number) => partitionAddresses({ ipv4: '127.0.0.1', ipv6 }, index).ipv6;

describe('addresses of partitions', () => {
  it('are the same for all when the node has one of each', () => {
    expect(partitionAddresses({ ipv4: '10.0.0.1', ipv6: '::1' }, 7)).to.deep.equal({
      ipv4: '10.0.0.1',
      ipv6: '::1',
    });
  });

  it('differ in a range, and address 1 of it is left to the router', () => {
    expect([0, 1, 14].map((index) => ipv6Of('fd00:1::/64', index))).to.deep.equal([
      'fd00:1::2',
      'fd00:1::3',
      'fd00:1::10',
    ]);
  });

  it('ignore what the range is written with beyond its length', () => {
    expect(ipv6Of('2001:db8:0:1:9:9:9:9/64', 0)).to.equal('2001:db8:0:1::2');
    expect(ipv6Of('2001:db8::ff00/120', 3)).to.equal('2001:db8::ff05');
  });

  it('are refused beyond the end of a range', () => {
    expect(ipv6Of('fd00::/126', 1)).to.equal('fd00::3');
    expect(() => ipv6Of('fd00::/126', 2)).to.throw(OperatorError, 'no address for partition 2');
  });

  for (const ipv6 of [
    '127.0.0.1',
    '',
    'fd00::/',
    'fd00::/x',
    'fd00::/129',
    'fd00::/128',
    'fe80::1%eth0',
    '[::1]',
  ]) {
    it(`refuses "${ipv6}" as IPv6`, () => {
      expect(() => ipv6Of(ipv6, 0)).to.throw(OperatorError, 'IPv6 of the node');
    });
  }

  it('refuses an IPv6 as IPv4', () => {
    expect(() => partitionAddresses({ ipv4: '::1', ipv6: '::1' }, 0)).to.throw(
      OperatorError,
      'IPv4 of the node',
    );
  });
});
