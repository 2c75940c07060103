/** kill -9 at any moment: the ledger can always be read, and the next run finishes what was begun. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { changeLedger, ledgerStore, readLedger } from '../../../../../src/ledger/store.ts';
import { writeFiles } from '../../../../../src/converge/write/write-plan.ts';
import { ageLock, bundleChild, startChild } from '../../../../support/child.ts';
import { standInPostmap } from '../../../../support/stand-in-postmap.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { filesOf, ledgerOf } from '../../../../support/rounds.ts';

const kills = 32;
/** Rounds that a process lives at most, in the time that a round takes on this machine now. */
const longestLife = 4;
/** Of each kill, spread evenly over all moments and the same in every run (multiples of the golden ratio). */
const lifeOf = (kill: number) => ((kill * 0.618) % 1) * longestLife;

describe('runs that are killed', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  it(`leave a ledger that can be read, and files that the next run completes (${kills} kills)`, async () => {
    const partition = folder();
    const store = ledgerStore(partition);
    await mkdir(join(partition, 'etc'));
    const indexer = await standInPostmap(partition);
    const script = await bundleChild('write-rounds', partition);
    const roundTime = await measureRound(script, [join(partition, 'measured'), indexer.postmap]);
    let furthest = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const child = startChild(script, [partition, indexer.postmap, String(furthest + 1)]);
      await child.said('started');
      await new Promise((resolve) => setTimeout(resolve, lifeOf(kill) * roundTime));
      await child.kill();
      await ageLock(store);

      const ledger = await readLedger(store);
      const round = Number(ledger.secrets['round'] ?? 0);
      expect(ledger).to.deep.equal(ledgerOf(round));
      expect(round).to.be.at.least(furthest);

      // Every second time the next run wants what was there before: the killed one must have left no half of its own.
      const wanted = round + (kill % 2);
      await changeLedger(store, async () => {
        await writeFiles(partition, filesOf(wanted), indexer);
        return { ledger: ledgerOf(wanted), result: undefined };
      });
      for (const { path, content, table } of filesOf(wanted)) {
        expect(await readFile(join(partition, path), 'utf8')).to.equal(content);
        if (!table) continue;
        expect(await readFile(join(partition, `${path}.cdb`), 'utf8')).to.equal(`indexed\n${content}`);
      }
      expect(await readLedger(store)).to.deep.equal(ledgerOf(wanted));
      furthest = wanted;
    }
    expect(furthest).to.be.greaterThan(kills / 2);
    const left = (await readdir(store.folder)).filter((name) => name.startsWith('generation-'));
    expect(left).to.have.length(2);
  });
});

/** Milliseconds of one round, undisturbed. */
async function measureRound(script: string, [partition = '', postmap = '']: string[]): Promise<number> {
  const rounds = 5;
  await mkdir(join(partition, 'etc'), { recursive: true });
  const child = startChild(script, [partition, postmap, '1']);
  await child.said('started');
  const start = performance.now();
  await child.said(`round ${rounds}`);
  await child.kill();
  return (performance.now() - start) / rounds;
}
