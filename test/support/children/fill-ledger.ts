/** `<partition>`: writes a ledger larger than there is room for, and says why it could not. */
import { changeLedger, ledgerStore } from '../../../src/ledger/store.ts';

// Without a listener of ours, that of the lock library ends the process: the limit stands for a full disk, which sends none.
process.on('SIGXFSZ', () => undefined);
const [partition = ''] = process.argv.slice(2);
try {
  await changeLedger(ledgerStore(partition), (ledger) => ({
    ledger: { ...ledger, secrets: { ...ledger.secrets, large: 'x'.repeat(100_000) } },
    result: undefined,
  }));
} catch (error) {
  console.log((error as Error).message);
}
