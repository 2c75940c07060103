import { expect } from 'chai';
import { existsSync } from 'node:fs';
import {
  commandToType,
  installCommand,
  lastStep,
} from '../../../../src/local-node/setup/install-packages.ts';

describe('installing Debian packages', () => {
  it('runs the installer itself when it is root', () => {
    const [shell, script = '', ...packages] = installCommand(['swaks', 'postfix'], 'root');
    expect(shell).to.equal('sh');
    expect(existsSync(script), script).to.equal(true);
    expect(packages).to.deep.equal(['swaks', 'postfix']);
  });

  it('lets sudo ask for a password only on a terminal', () => {
    expect(installCommand(['swaks'], 'sudo').slice(0, 3)).to.deep.equal(['sudo', '-n', 'sh']);
    expect(installCommand(['swaks'], 'sudo-password').slice(0, 2)).to.deep.equal(['sudo', 'sh']);
  });

  it('tells one line to type where it cannot become root', () => {
    expect(commandToType(['swaks', 'postfix'], true)).to.match(
      /^sudo sh \S+install-packages\.sh swaks postfix$/,
    );
    expect(commandToType(['swaks'], false)).to.match(/^su -c 'sh .*install-packages\.sh swaks'$/);
  });

  it('tells the newest step of apt, and nothing while there is none', () => {
    const log =
      'Reading package lists...\nUnpacking swaks (1) ...\nSetting up swaks (1) ...\nProcessing triggers\n';
    expect(lastStep(log)).to.equal('Setting up swaks (1)');
    expect(lastStep('Reading package lists...\n')).to.equal(undefined);
  });
});
