import { expect } from 'chai';

import { serialisePostgreyList } from '../../../src/formats/postgrey-list.ts';

describe('a list of Postgrey', () => {
  it('has one exception a line', () => {
    expect(
      serialisePostgreyList([
        { kind: 'name', name: 'example.com' },
        { kind: 'pattern', source: '^mx\\d+$' },
        { kind: 'network', network: { address: '2001:db8::', prefix: 32 } },
      ]),
    ).to.equal('example.com\n/^mx\\d+$/\n2001:db8::/32\n');
  });

  it('refuses what Postgrey would read as something else', () => {
    for (const name of ['', 'a b', 'a#b', '/a/', 'a\nb'])
      expect(() => serialisePostgreyList([{ kind: 'name', name }]), name).to.throw();
    expect(() => serialisePostgreyList([{ kind: 'pattern', source: 'a#b' }])).to.throw();
  });
});
