import { expect } from 'chai';
import { nodeLayout } from '../../../src/local-node/layout.ts';
import { readSlapproxyAddress, renderSlaposCfg } from '../../../src/local-node/slapos-cfg.ts';
import { renderSlaposProgram, renderWatchdog } from '../../../src/local-node/slapos-programs.ts';

describe('slapos.cfg', () => {
  const layout = nodeLayout('/srv/n');
  const text = renderSlaposCfg(layout, { host: '127.0.0.1', port: 4000 });
  const lines = text.split('\n');

  it('puts everything below the directory of the node', () => {
    const paths = lines.map((line) => line.split(' = ')[1] ?? '').filter((value) => value.startsWith('/'));
    expect(paths).to.have.lengthOf(6);
    for (const path of paths) expect(path).to.match(/^\/srv\/n\//);
  });

  it('lets an ordinary user and a nearly full disk do', () => {
    expect(lines).to.include.members(['root_check = False', 'instance_min_free_space = 100M']);
  });

  it('gives back the address of slapproxy for the next start', () => {
    expect(lines).to.include('master_url = http://127.0.0.1:4000/');
    expect(readSlapproxyAddress(text)).to.deep.equal({ host: '127.0.0.1', port: 4000 });
  });

  it('without an address, or of another make, gives none', () => {
    expect(readSlapproxyAddress('')).to.equal(undefined);
    expect(readSlapproxyAddress('[other]\nhost = a\nport = 1\n')).to.equal(undefined);
    expect(readSlapproxyAddress('[slapproxy]\nhost = 127.0.0.1\nport = none\n')).to.equal(undefined);
  });
});

describe('the programs of a node', () => {
  const layout = nodeLayout('/srv/n', '/srv/shared-venv');

  it("run with its virtual environment's Python", () => {
    for (const text of [renderSlaposProgram(layout), renderWatchdog(layout)]) {
      expect(text).to.match(/^#!\/srv\/shared-venv\/bin\/python\n/);
    }
  });

  it("point slapos to the node's own configuration and watchdog", () => {
    expect(renderSlaposProgram(layout))
      .to.include("'/srv/n/slapos.cfg'")
      .and.include("'/srv/n/bin/slapos-watchdog'");
  });
});
