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
      { name: 'slapos.core', version: '1.21', hashes: [] },
    ]);
  });

  it('have the hashes of the files that pip may take, in lines of their own', () => {
    const [one, other] = ['a'.repeat(64), '0'.repeat(64)];
    const text = `a==1 \\\n    --hash=sha256:${one} \\\n    --hash=sha256:${other}\nb==2\n`;
    const pins = parseRequirements(text);
    expect(pins.map(({ hashes }) => hashes)).to.deep.equal([[one, other], []]);
    expect(installationOrder(pins)[1][0]).to.equal(`a==1 --hash=sha256:${one} --hash=sha256:${other}`);
  });

  for (const line of [
    'slapos.core',
    'slapos.core>=1.21',
    'slapos.core==1.21 --hash=md5:0123',
    'slapos.core==1.21 --hash=sha256:0123',
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
    const unlocked = parseRequirements(committed).filter(({ hashes }) => hashes.length === 0);
    expect(unlocked.map(({ name }) => name)).to.deep.equal(['netifaces']);
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
