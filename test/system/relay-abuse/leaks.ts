/** Where no secret may stand. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { shownDuring } from '../../support/system/process-texts.ts';
import type { Attacks } from './attacked-relay.ts';

export const leaks: Attacks = (relay) => {
  it('has no secret in a log, a profile or a file that others may read', async () => {
    const { world, secrets } = relay();
    expect(secrets).to.have.lengthOf(5);
    for (const name of ['mailrelay', 'node1', 'node2']) {
      const folder = await world.partition(name);
      const holders: string[] = [];
      for (const path of await readdir(folder, { recursive: true })) {
        const status = await stat(join(folder, path)).catch(() => null);
        if (!status?.isFile()) continue;
        const text = await readFile(join(folder, path), 'latin1').catch(() => '');
        if (!secrets.some((secret) => text.includes(secret))) continue;
        holders.push(path.replace(/generations\/[^/]+|current|previous/, '*'));
        expect(status.mode & 0o077, path).to.equal(0);
      }
      const allowed =
        name === 'mailrelay'
          ? /^srv\/ledger\/.*(domains|secrets|answers|outbox)$/
          : /^(etc\/postfix\/outbound\/delivery-\w+-password(\.cdb)?|srv\/ledger\/.*(secrets|outbox)|etc\/(portal|monitor|promise-credentials).*)$/;
      for (const path of holders) expect(path, name).to.match(allowed);
      expect(holders, name).to.not.be.empty;
    }
  });

  it('shows no secret in a command line or environment, also while it is processed', async () => {
    const { world, secrets } = relay();
    const shown = await shownDuring(() => world.reprocess(1));
    expect(
      shown.some((text) => text.includes('slapos-mail.mjs converge')),
      'converge was seen',
    ).to.equal(true);
    expect(shown.filter((text) => secrets.some((secret) => text.includes(secret)))).to.deep.equal([]);
  });
};
