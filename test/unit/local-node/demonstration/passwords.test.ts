import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { expect } from 'chai';

import { nodeLayout } from '../../../../src/local-node/layout.ts';
import { findUser } from '../../../../src/local-node/user.ts';
import { accountsWithPasswords } from '../../../../src/local-node/demonstration/passwords.ts';
import { addressOf, type Person } from '../../../../src/local-node/demonstration/scenario.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe("the passwords of the demonstration's people", () => {
  const folder = temporaryFolder();
  /** Address → password, as the portal knows them. */
  let set: Map<string, string>;
  /** Whose password is set, but whoever sets it does not hear of it any more. */
  let unheard: string | null;
  let portal: Server;

  beforeEach(async () => {
    set = new Map();
    unheard = null;
    portal = createServer((request, response) => {
      void text(request).then((body) => {
        const form = new URLSearchParams(body);
        const user = form.get('user') ?? '';
        if (set.has(user)) return response.writeHead(403).end();
        set.set(user, form.get('password') ?? '');
        if (user === unheard) return response.destroy();
        return response.end('Password updated successfully');
      });
    });
    await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
  });

  afterEach(() => portal.close());

  async function run(): Promise<Record<string, string>> {
    const origin = `http://127.0.0.1:${(portal.address() as AddressInfo).port}`;
    const user = (await findUser(String(process.getuid?.())))!;
    const requestAccount = async (person: Person) => {
      const address = addressOf(person);
      return { address, 'setup-url': `${origin}/password.php?user=${address}&token=t` };
    };
    const node = { layout: nodeLayout(folder()), user };
    const { people } = await accountsWithPasswords(node, { requestAccount });
    return Object.fromEntries(Object.values(people).map(({ address, password }) => [address, password]));
  }

  it('are set once, and the same the next time', async () => {
    const passwords = await run();
    expect(passwords)
      .to.deep.equal(Object.fromEntries(set))
      .and.to.have.all.keys(...set.keys());
    expect(await run()).to.deep.equal(passwords);
  });

  it('are known also when a run ended after it had set one', async () => {
    unheard = addressOf('bob');
    expect(await run().catch(() => 'ended')).to.equal('ended');
    expect(await run()).to.deep.equal(Object.fromEntries(set));
  });

  it('are set also when a run ended before it had set the one that it chose', async () => {
    const address = addressOf('alice');
    await writeFile(
      join(folder(), 'demonstration-passwords.json'),
      JSON.stringify({ [address]: 'chosen before' }),
    );
    expect(await run()).to.include({ [address]: 'chosen before' });
    expect(set.get(address)).to.equal('chosen before');
  });
});
