import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

import { expect } from 'chai';

import { answerLookups } from '../../../../src/daemons/kit/socketmap.ts';

const netstring = (text: string) => `${text.length}:${text},`;

describe('lookups by socketmap', () => {
  let server: Server;
  let socket: Socket;
  let received: string;

  beforeEach(async () => {
    server = createServer((connection) =>
      answerLookups(connection, async (map, key) => {
        if (map === 'broken') throw new Error('broken on purpose');
        return key === 'none' ? null : `${map}/${key}`;
      }),
    );
    server.listen(0, '::1');
    await once(server, 'listening');
    socket = connect((server.address() as AddressInfo).port, '::1');
    received = '';
    socket.setEncoding('latin1').on('data', (text: string) => (received += text));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
  });
  afterEach(() => {
    socket.destroy();
    server.close();
  });

  async function answers(...texts: string[]): Promise<void> {
    const expected = texts.map(netstring).join('');
    while (received.length < expected.length) await once(socket, 'data');
    expect(received).to.equal(expected);
  }

  it('are answered in their order, several in one piece', async () => {
    socket.write(['m a@b.example', 'm none', 'n two words'].map(netstring).join(''));
    await answers('OK m/a@b.example', 'NOTFOUND ', 'OK n/two words');
  });

  it('are answered when they come byte by byte, also those that are not ASCII', async () => {
    for (const byte of netstring('m \xfcber')) socket.write(byte, 'latin1');
    await answers('OK m/\xfcber');
  });

  it('are answered by a failure for now when something is broken', async () => {
    const { error } = console;
    console.error = () => undefined;
    try {
      socket.write(netstring('broken x'));
      await answers('TEMP internal error');
    } finally {
      console.error = error;
    }
  });

  for (const [what, text] of Object.entries({
    'a length that is no number': 'x:abc,',
    'no length': ':abc,',
    'a length beyond all addresses': '99999:',
    'a length without end': '1'.repeat(20),
    'no comma': '3:abcd',
  })) {
    it(`hang up on ${what}`, async () => {
      socket.write(text);
      await once(socket, 'close');
      expect(received).to.equal('');
    });
  }
});
