import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect } from 'chai';

import { OperatorError } from '../../../src/errors.ts';
import { marshal } from '../../../src/slap/marshal.ts';
import { connectToMaster } from '../../../src/slap/master.ts';
import type { Master } from '../../../src/slap/types.ts';

interface Seen {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly form: URLSearchParams;
}
type Answer = (response: ServerResponse, attempt: number) => void;

/** Runs `use` with a client of a server that answers everything with `answer`; gives the questions it got. */
async function withMaster(
  answer: Answer,
  use: (master: Master, url: string) => Promise<unknown>,
): Promise<Seen[]> {
  const seen: Seen[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { authorization } = request.headers;
      seen.push({ url: request.url ?? '', authorization, form: new URLSearchParams(body) });
      answer(response, seen.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slap`;
  const master = connectToMaster({ serverUrl, computerId: 'COMP-1', partitionId: 'slappart0' }, 1000);
  try {
    await use(master, serverUrl);
  } finally {
    await master.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  return seen;
}

const saying =
  (status: number, body: string): Answer =>
  (response) =>
    response.writeHead(status).end(body);

async function errorOf(promise: Promise<unknown>): Promise<OperatorError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(OperatorError);
  return error as OperatorError;
}

const wish = {
  softwareUrl: '/relay.cfg',
  softwareType: 'default',
  name: 'relay',
  shared: false,
  parameters: {},
};

describe('a SlapOS master', () => {
  it('is asked below the path of its URL, and told which partition asks', async () => {
    const partition = marshal({ _parameter_dict: { _: '{"a": 1}' } });
    // Written by hand, as only masters write objects.
    const body = partition
      .replace('<dictionary>', '<object><tuple/><dictionary>')
      .replace('</marshal>', '</object></marshal>');
    const seen = await withMaster(saying(200, body), async (master) => {
      expect((await master.fetchPartition()).parameters).to.deep.equal({ a: 1 });
    });
    expect(seen).to.have.length(1);
    expect(seen[0]?.url).to.equal(
      '/slap/registerComputerPartition?computer_reference=COMP-1&computer_partition_reference=slappart0',
    );
    expect(seen[0]?.authorization).to.equal(
      'X-SlapPartition computer_id=COMP-1, computer_partition_id=slappart0',
    );
  });

  for (const [what, status, body] of [
    ['HTML', 200, '<html><title>Welcome to nginx</title></html>'],
    ['an error', 500, '<html>Internal Server Error</html>'],
    ['a redirection', 302, 'Found'],
    ['nonsense', 200, 'ok'],
  ] as const) {
    it(`that answers ${what} is an operator's matter, told with URL, question and answer`, async () => {
      await withMaster(saying(status, body), async (master, url) => {
        const { message } = await errorOf(master.fetchPartition());
        expect(message)
          .to.include(`${url}/registerComputerPartition?`)
          .and.include('slappart0')
          .and.include(body);
        if (status !== 200) expect(message).to.include(String(status));
      });
    });
  }

  it('is quoted with 200 characters at most', async () => {
    await withMaster(saying(500, 'x'.repeat(5000)), async (master) => {
      const { message } = await errorOf(master.fetchPartition());
      expect(message.match(/x{50,}/)?.[0]).to.have.length(199);
    });
  });

  it('is never quoted when its answer may hold parameters or repeat what was published', async () => {
    await withMaster(saying(200, '<marshal><string>hunter2</string>'), async (master) => {
      expect((await errorOf(master.fetchPartition())).message).not.to.include('hunter2');
    });
    await withMaster(saying(500, 'cannot store hunter2'), async (master) => {
      for (const call of [
        master.publish({ token: 'hunter2' }),
        master.request({ ...wish, parameters: { token: 'hunter2' } }),
      ]) {
        expect((await errorOf(call)).message)
          .to.include('500')
          .and.not.include('hunter2');
      }
    });
  });

  it('that is not ready or has no room leaves a request pending', async () => {
    for (const status of [404, 408]) {
      const seen = await withMaster(saying(status, 'later'), async (master) => {
        expect(await master.request(wish))
          .to.include({ state: 'pending' })
          .and.have.property('reason')
          .that.includes(String(status));
      });
      expect(seen).to.have.length(1);
    }
  });

  it('that drops the connection is asked again for what may be asked twice', async () => {
    const instance = '<marshal><object><tuple/><dictionary/></object></marshal>';
    const dropFirst: Answer = (response, attempt) =>
      attempt === 1 ? response.destroy() : response.writeHead(200).end(instance);
    const seen = await withMaster(dropFirst, async (master) => {
      expect(await master.request(wish)).to.deep.equal({ state: 'ready', connection: {} });
    });
    expect(seen).to.have.length(2);
  });

  it('that drops the connection is asked once for what may not be asked twice', async () => {
    const seen = await withMaster(
      (response) => response.destroy(),
      (master) => errorOf(master.bang('a reason')),
    );
    expect(seen).to.have.length(1);
  });

  it('that never answers is given up', async () => {
    await withMaster(
      () => undefined,
      async (master) => {
        expect((await errorOf(master.fetchPartition())).message).to.match(/timeout/i);
      },
    );
  });

  it('that is away is named, with how often it was tried', async () => {
    let closedUrl = '';
    await withMaster(saying(200, ''), async (_, url) => {
      closedUrl = url;
    });
    const master = connectToMaster({ serverUrl: `${closedUrl.replace('//', '//user:hunter2@')}` }, 1000);
    const { message } = await errorOf(master.request(wish));
    expect(message)
      .to.include('ECONNREFUSED')
      .and.include('tried 3 times')
      .and.include('"relay"')
      .and.not.include('hunter2');
    await master.close();
  });

  it('gets errors and values for the instance itself without a reference, for a shared one with it', async () => {
    const seen = await withMaster(saying(200, 'done'), async (master) => {
      await master.publish({ a: '<é>' });
      await master.publish({ a: 1 }, 'SOFTINST-2');
      await master.reportError('the reason', 'SOFTINST-2');
    });
    expect(seen.map(({ url }) => url)).to.deep.equal([
      '/slap/setComputerPartitionConnectionXml',
      '/slap/setComputerPartitionConnectionXml',
      '/slap/softwareInstanceError',
    ]);
    expect(Object.fromEntries(seen[0]?.form ?? [])).to.deep.equal({
      computer_id: 'COMP-1',
      computer_partition_id: 'slappart0',
      connection_xml: marshal({ _: '{"a":"<é>"}' }),
    });
    expect(seen[1]?.form.get('slave_reference')).to.equal('SOFTINST-2');
    expect(Object.fromEntries(seen[2]?.form ?? [])).to.include({
      error_log: 'the reason',
      slave_reference: 'SOFTINST-2',
    });
  });

  it('is not told values of a shared instance under a reference that means the instance itself', async () => {
    const seen = await withMaster(saying(200, 'done'), async (master) => {
      for (const reference of ['', 'None']) {
        const error: unknown = await master.publish({}, reference).catch((reason: unknown) => reason);
        expect(error)
          .to.be.instanceOf(Error)
          .and.have.property('message')
          .that.includes('is not the reference');
      }
    });
    expect(seen).to.deep.equal([]);
  });

  it('needs a usable URL, names without blanks, and readable certificate files', () => {
    expect(() => connectToMaster({ serverUrl: 'ftp://a' })).to.throw(
      OperatorError,
      'not an http or https URL',
    );
    expect(() => connectToMaster({ serverUrl: 'http://2001:db8::1:5000' })).to.throw(
      OperatorError,
      'https://[2001:db8::1]',
    );
    expect(() =>
      connectToMaster({ serverUrl: 'http://a', computerId: 'a\nX: y', partitionId: 'slappart0' }),
    ).to.throw(OperatorError, 'computer-id');
    expect(() => connectToMaster({ serverUrl: 'https://a', keyFile: '/nowhere/key' })).to.throw(
      OperatorError,
      '/nowhere/key',
    );
  });
});
