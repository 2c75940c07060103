/** What can go wrong around a processing, and that nothing is lost or half done by it: robustness/, by subject. */
import { type DisturbedServer, startDisturbedServer } from './robustness/disturbed-server.ts';
import { disk } from './robustness/disk.ts';
import { damagedLedger } from './robustness/ledger.ts';
import { master } from './robustness/master.ts';
import { programs } from './robustness/programs.ts';
import { queue } from './robustness/queue.ts';

describe('a mail server when something goes wrong', () => {
  let disturbed: DisturbedServer;

  before(async () => {
    disturbed = await startDisturbedServer();
  });

  after(() => disturbed?.mail.stop());

  for (const subject of [master, disk, damagedLedger, programs, queue]) subject(() => disturbed);
});
