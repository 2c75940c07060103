import { expect } from 'chai';
import fc from 'fast-check';

import { hostNameOf, isHostName } from '../../../src/names/host-name.ts';

describe('a host name', () => {
  it('has labels of one to 63 characters, and 253 characters in all', () => {
    const label = 'a'.repeat(63);
    for (const name of ['mx1.example.com', 'MX-1', '_x.1', `${label}.${label}.${label}.${'a'.repeat(61)}`])
      expect(isHostName(name), name).to.equal(true);
    for (const name of [
      '',
      '.',
      'a.',
      '.a',
      'a..b',
      'a b',
      'a\n',
      'é',
      `${label}a`,
      `${label}.${label}.${label}.${'a'.repeat(62)}`,
    ])
      expect(isHostName(name), JSON.stringify(name)).to.equal(false);
  });

  it('is made of a title: blanks become _, and what no host name holds goes', () => {
    expect(hostNameOf(' Mail one (é) ')).to.equal('Mail_one_');
    expect(hostNameOf('10.0.0.1')).to.equal('mail-10.0.0.1');
    expect(hostNameOf('é')).to.equal('mail-server');
    expect(hostNameOf('-a.-b-.c.')).to.equal('a.b.c');
  });

  it('is made of any title, and never one that Postfix refuses', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '1', '.', '-', '_', ' ', 'é'), maxLength: 80 }),
        (title) => {
          const name = hostNameOf(title);
          expect(isHostName(name)).to.equal(true);
          expect(name)
            .to.match(/[A-Za-z]/)
            .and.not.match(/^-|-$|-\.|\.-/);
        },
      ),
    );
  });
});
