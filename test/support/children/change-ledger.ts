/** `<partition> <name> <count>`: adds that many secrets, one change each. */
import { changeLedger, ledgerStore } from '../../../src/ledger/store.ts';

const [partition = '', name = '', count = ''] = process.argv.slice(2);
for (let index = 1; index <= Number(count); index += 1) {
  await changeLedger(ledgerStore(partition), (ledger) => ({
    ledger: { ...ledger, secrets: { ...ledger.secrets, [`${name}-${index}`]: 'secret' } },
    result: undefined,
  }));
}
