import { expect } from 'chai';
import fc from 'fast-check';

import { networkText, parseNetwork } from '../../../src/names/ip-network.ts';

const spelled = (text: string) => {
  const network = parseNetwork(text);
  return network === null ? null : networkText(network);
};

describe('a network of IP addresses', () => {
  for (const [text, expected] of [
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1/32', '192.0.2.1'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:0DB8::/32', '2001:db8::/32'],
    ['2001:db8::1/128', '2001:db8::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
  ] as const)
    it(`has one spelling: ${text}`, () => {
      expect(spelled(text)).to.equal(expected);
    });

  it('is nothing else', () => {
    for (const text of [
      ...[
        '',
        '/',
        '/8',
        '192.0.2',
        '192.0.2.256',
        '192.0.2.01',
        '192.0.2.1/',
        '192.0.2.1/33',
        '192.0.2.1/-1',
      ],
      ...[
        '1:2',
        'g::1',
        '::1/129',
        '::1%lo',
        '[::1]',
        ':::',
        'frontend.example',
        '192.0.2.1 ',
        ' ::1',
        '::1\n',
      ],
      ...['::ffff:192.0.2.0/95', '1/8', '0x7f.0.0.1'],
    ])
      expect(spelled(text), JSON.stringify(text)).to.equal(null);
  });

  it('keeps its spelling', () => {
    const prefix = (bits: number) => fc.integer({ min: 0, max: bits });
    const network = fc.oneof(fc.tuple(fc.ipV4(), prefix(32)), fc.tuple(fc.ipV6(), prefix(128)));
    fc.assert(
      fc.property(network, ([address, bits]) => {
        const once = spelled(`${address}/${bits}`);
        if (once !== null) expect(spelled(once)).to.equal(once);
        else expect(address).to.match(/^::ffff:|^(0{1,4}:){5}ffff:/i);
      }),
    );
  });
});
