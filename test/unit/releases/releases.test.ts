import { expect } from 'chai';

import { RequesterError } from '../../../src/errors.ts';
import { definitionOf, releases } from '../../../src/releases/releases.ts';

describe('a software type', () => {
  it('is found in the release that runs', () => {
    for (const { release, softwareTypes } of releases) {
      for (const type of softwareTypes) expect(definitionOf(type, release)).to.include({ release });
    }
  });

  it('is found in any release where none runs', () => {
    expect(definitionOf('default').release).to.equal('mail-server');
    expect(definitionOf('relay').release).to.equal('mail-server-relay');
  });

  const others = [
    ['default', 'mail-server-relay', 'cluster, relay'],
    ['RootSoftwareInstance', 'mail-server-relay', 'cluster, relay'],
    ['relay', 'mail-server', 'default, RootSoftwareInstance, default-ors'],
    ['cluster', 'mail-server', 'default, RootSoftwareInstance, default-ors'],
  ] as const;
  for (const [type, release, known] of others) {
    it(`of another release is not taken for one of this: ${type} of ${release}`, () => {
      expect(() => definitionOf(type, release))
        .to.throw(RequesterError)
        .with.property('message', `/: "${type}" is no software type of ${release}; known are ${known}`);
    });
  }
});
