import { expect } from 'chai';

import { serialiseBuildout } from '../../../src/formats/buildout.ts';

const withValue = (value: string) => serialiseBuildout({ section: { key: value } });

describe('a buildout profile', () => {
  it('has sections, options and lists of one item a line', () => {
    expect(
      serialiseBuildout({ buildout: { parts: ['a', 'b'], offline: 'true' }, a: { recipe: 'x:y' } }),
    ).to.equal('[buildout]\nparts =\n  a\n  b\noffline = true\n\n[a]\nrecipe = x:y\n');
  });

  it('refuses what buildout would substitute, cut off or read as another line', () => {
    for (const value of ['${a:b}', '$x', 'a # b', 'a;b', 'a\nb', 'a\n[section]', 'a\u0000', 'a\rb', 'a\tb']) {
      expect(() => withValue(value), JSON.stringify(value)).to.throw(
        'cannot be written in a buildout profile',
      );
      expect(() => serialiseBuildout({ section: { key: [value] } })).to.throw('a buildout profile');
    }
  });

  it('refuses a section name that ends too early', () => {
    for (const name of ['a]', '[a', 'a\n[b']) {
      expect(() => serialiseBuildout({ [name]: {} })).to.throw('a buildout section name');
    }
  });
});
