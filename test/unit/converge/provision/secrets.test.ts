import { expect } from 'chai';

import { ensureSecrets } from '../../../../src/converge/provision/secrets.ts';
import { changeLedger, ledgerStore, readLedger } from '../../../../src/ledger/store.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('secrets of an instance', () => {
  const folder = temporaryFolder();
  const store = () => ledgerStore(folder());
  const remembered = async () => ({ ...(await readLedger(store())).secrets });

  it('are random, long, and remembered in the ledger', async () => {
    const given = await ensureSecrets(store(), ['one', 'two', 'constructor']);
    expect(Object.keys(given)).to.deep.equal(['one', 'two', 'constructor']);
    for (const secret of Object.values(given)) expect(secret).to.match(/^[\w-]{32}$/);
    expect(new Set(Object.values(given)).size).to.equal(3);
    expect(await remembered()).to.deep.equal(given);
  });

  it('stay as they are, also when another one is needed, and when one is not any more', async () => {
    const first = await ensureSecrets(store(), ['one', 'two']);
    const second = await ensureSecrets(store(), ['two', 'three']);
    expect(second['two']).to.equal(first['two']);
    expect(await remembered()).to.deep.equal({ ...first, ...second });
  });

  it('are not written again when none is missing', async () => {
    await ensureSecrets(store(), ['one']);
    const locked = changeLedger(store(), async (ledger) => {
      // Nobody waits for the lock who has nothing to write.
      await ensureSecrets(store(), ['one']);
      return { ledger, result: 'read' };
    });
    expect(await locked).to.equal('read');
  });
});
