import { expect } from 'chai';
import { missingPackages, neededPackages } from '../../../../src/local-node/setup/debian-packages.ts';

describe('Debian packages', () => {
  it('are missing when dpkg does not know them', () => {
    expect(missingPackages(['postfix', 'swaks'], 'postfix installed\n')).to.deep.equal(['swaks']);
  });

  it('are missing when they were removed but left their configuration', () => {
    expect(missingPackages(['postfix'], 'postfix config-files\n')).to.deep.equal(['postfix']);
  });

  it('are missing when they are unpacked but not configured', () => {
    expect(missingPackages(['postfix'], 'postfix half-configured\n')).to.deep.equal(['postfix']);
  });

  it('of a similar name do not stand in for each other', () => {
    expect(missingPackages(['postfix'], 'postfix-cdb installed\n')).to.deep.equal(['postfix']);
  });

  it('that only tests need are left out for a node', async () => {
    const names = (forTests: boolean) => neededPackages({ forTests });
    expect(await names(false))
      .to.include('postfix')
      .and.not.include('swaks');
    expect(await names(true)).to.include.members(['postfix', 'swaks', 'chromium']);
  });

  it('are those of the stack layer, and what a node needs beside them', async () => {
    const names = await neededPackages({ forTests: false });
    expect(names).to.include.members(['dovecot-imapd', 'postgrey', 'xz-utils', 'unbound', 'python3-venv']);
    expect(names).to.not.include('nodejs');
    expect(new Set(names).size).to.equal(names.length);
  });
});
