import { expect } from 'chai';

import { withoutTag } from '../../../src/names/tag.ts';

describe('an address without its tag', () => {
  it('ends at the first delimiter, which may be several times in a name', () => {
    expect(withoutTag('alice+news@example.com', '+')).to.equal('alice@example.com');
    expect(withoutTag('alice+news+old@example.com', '+')).to.equal('alice@example.com');
    expect(withoutTag('alice+@example.com', '+')).to.equal('alice@example.com');
    expect(withoutTag('alice-news@example.com', '-')).to.equal('alice@example.com');
  });

  it('is none where there is no tag, or nothing has one', () => {
    expect(withoutTag('alice@example.com', '+')).to.equal(null);
    expect(withoutTag('alice@exa+mple.com', '+')).to.equal(null);
    expect(withoutTag('alice+news@example.com', '')).to.equal(null);
  });

  it('is none for a name that begins with the delimiter: what is left would be the catch-all', () => {
    for (const address of ['+news@example.com', '+@example.com', '++news@example.com'])
      expect(withoutTag(address, '+'), address).to.equal(null);
  });

  it('is none for names that Postfix keeps whole, in any letter case', () => {
    for (const local of ['mailer-daemon', 'double-bounce', 'MAILER-DAEMON'])
      expect(withoutTag(`${local}@example.com`, '-'), local).to.equal(null);
    expect(withoutTag('mailer-daemons@example.com', '-')).to.equal('mailer@example.com');
    expect(withoutTag('Postmaster@example.com', 'm')).to.equal(null);
  });
});
