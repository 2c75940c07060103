import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import {
  environmentStamp,
  installationOrder,
  parseRequirements,
} from '../../../../src/local-node/setup/requirements.ts';

describe('Python requirements', () => {
  const committed = readFileSync(
    new URL('../../../../src/local-node/requirements.txt', import.meta.url),
    'utf8',
  );

  it('are pins, with comments and empty lines left out', () => {
    expect(parseRequirements('# why\n\nslapos.core==1.21  # not newer\n')).to.deep.equal([
      { name: 'slapos.core', version: '1.21' },
    ]);
  });

  for (const line of [
    'slapos.core',
    'slapos.core>=1.21',
    'slapos.core==1.*',
    '-r other.txt',
    'a==1; python_version>"3"',
  ]) {
    it(`refuses "${line}", which can mean another version tomorrow`, () => {
      expect(() => parseRequirements(line)).to.throw(line);
    });
  }

  it('install what builds packages before what it builds', () => {
    const pins = parseRequirements('atomize==0.2.0\npip==26.3\nsetuptools==80.10.2\nwheel==0.48.0\n');
    expect(installationOrder(pins)).to.deep.equal([
      ['pip==26.3', 'setuptools==80.10.2', 'wheel==0.48.0'],
      ['atomize==0.2.0'],
    ]);
  });

  it('of this repository are complete pins, with a setuptools that has pkg_resources', () => {
    const versions = new Map(parseRequirements(committed).map(({ name, version }) => [name, version]));
    expect(versions.get('slapos.core')).to.equal('1.21');
    expect(Number(versions.get('setuptools')?.split('.')[0])).to.be.below(81);
    expect(versions).to.include.keys('slapos.libnetworkcache', 'pip', 'wheel', 'zc.buildout');
  });

  it('make another environment when they or the Python change', () => {
    const stamp = environmentStamp('a==1', '/usr/bin/python3.11');
    expect(environmentStamp('a==1', '/usr/bin/python3.11')).to.equal(stamp);
    expect(environmentStamp('a==2', '/usr/bin/python3.11')).to.not.equal(stamp);
    expect(environmentStamp('a==1', '/usr/bin/python3.13')).to.not.equal(stamp);
  });
});
