/** `<partition>`: begins to change the ledger, says so, and never ends by itself. */
import { changeLedger, ledgerStore } from '../../../src/ledger/store.ts';

const [partition = ''] = process.argv.slice(2);
await changeLedger(ledgerStore(partition), () => {
  console.log('locked');
  return new Promise(() => setInterval(() => undefined, 1000));
});
