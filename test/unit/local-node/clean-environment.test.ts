import { expect } from 'chai';
import { cleanEnvironment, packageIndexEnvironment } from '../../../src/local-node/clean-environment.ts';
import { nodeLayout } from '../../../src/local-node/layout.ts';

describe('the environment of a node', () => {
  it('is made of its own values only, its own Node.js first', () => {
    const environment = cleanEnvironment(nodeLayout('/srv/n'), { name: 'ann', uid: 1, gid: 1 });
    expect(Object.keys(environment)).to.deep.equal(['HOME', 'LANG', 'LOGNAME', 'PATH', 'USER']);
    expect(environment['HOME']).to.equal('/srv/n');
    expect(environment['PATH']).to.match(/^\/srv\/n\/bin:/);
  });

  it('lets pip see how to reach the package index, and nothing else', () => {
    const seen = packageIndexEnvironment({
      PIP_INDEX_URL: 'https://index.example/',
      https_proxy: 'http://proxy:3128',
      NO_PROXY: 'localhost',
      PIP_TARGET: '/elsewhere',
      PIP_USER: '1',
      PYTHONPATH: '/elsewhere',
      npm_config_registry: 'https://npm.example/',
    });
    expect(Object.keys(seen)).to.deep.equal(['PIP_INDEX_URL', 'https_proxy', 'NO_PROXY']);
  });
});
