import { expect } from 'chai';
import { OperatorError } from '../../../../src/errors.ts';
import { checkDirectory, defaultDirectory } from '../../../../src/local-node/setup/directory.ts';

describe('the directory of a node', () => {
  it('is below /srv for root', () => {
    expect(defaultDirectory({ uid: 0, home: '/root' })).to.equal('/srv/slapos-mail');
  });

  it("is in the user's state directory for anybody else", () => {
    expect(defaultDirectory({ uid: 1000, home: '/home/ann' })).to.equal('/home/ann/.local/state/slapos-mail');
    expect(defaultDirectory({ uid: 1000, home: '/home/ann', stateHome: '/var/ann' })).to.equal(
      '/var/ann/slapos-mail',
    );
    expect(defaultDirectory({ uid: 1000, home: '/home/ann', stateHome: '' })).to.match(
      /^\/home\/ann\/\.local/,
    );
  });

  it('is straight in the home directory of a user with a long name', () => {
    const directory = defaultDirectory({ uid: 1000, home: '/home/konstantin.petrov' });
    expect(directory).to.equal('/home/konstantin.petrov/.slapos-mail');
    expect(checkDirectory(directory)).to.equal(directory);
  });

  it('may have 40 characters and no more, and the refusal says what to pass', () => {
    const longest = `/${'d'.repeat(39)}`;
    expect(checkDirectory(longest)).to.equal(longest);
    expect(() => checkDirectory(`${longest}d`)).to.throw(
      OperatorError,
      /41 characters.*--directory \/var\/tmp/,
    );
  });

  it('is made absolute before it is measured', () => {
    expect(checkDirectory('/srv/x/../y/')).to.equal('/srv/y');
  });

  for (const directory of ['/srv/two words', '/srv/a"b', '/srv/$HOME', '/srv/a%b', '/srv/é', '/srv/a\nb']) {
    it(`refuses ${JSON.stringify(directory)}, which profiles and #! lines would read differently`, () => {
      expect(() => checkDirectory(directory)).to.throw(OperatorError, 'holds a character');
    });
  }
});
