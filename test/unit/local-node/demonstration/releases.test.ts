import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { makeReleases } from '../../../../src/local-node/demonstration/releases.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('the releases of the demonstration', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  it("can be read by the node's user, whatever root usually lets others read", async () => {
    const release = join(folder(), 'release');
    const umask = process.umask(0o077);
    try {
      expect(await makeReleases(release)).to.equal(false);
      expect(process.umask()).to.equal(0o077);
    } finally {
      process.umask(umask);
    }
    const modeOf = async (path: string) => (await stat(join(release, path))).mode & 0o777;
    expect(await modeOf('')).to.equal(0o755);
    expect(await modeOf('mail-server')).to.equal(0o755);
    expect(await modeOf('mail-server/software.cfg')).to.equal(0o644);
  });
});
