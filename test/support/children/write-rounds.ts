/** `<partition> <postmap> <round>`: one round after the other, from that one on, until it is killed. */
import { changeLedger, ledgerStore } from '../../../src/ledger/store.ts';
import { writeFiles } from '../../../src/converge/write/write-plan.ts';
import { filesOf, ledgerOf } from '../rounds.ts';

const [partition = '', postmap = '', first = ''] = process.argv.slice(2);
console.log('started');
for (let round = Number(first); ; round += 1) {
  await changeLedger(ledgerStore(partition), async () => {
    await writeFiles(partition, filesOf(round), { postmap, type: 'cdb' });
    return { ledger: ledgerOf(round), result: undefined };
  });
  console.log(`round ${round}`);
}
