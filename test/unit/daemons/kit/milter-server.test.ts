import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';

import { expect } from 'chai';

import { answerMilter, discarded, type MilterMessage } from '../../../../src/daemons/kit/milter-server.ts';
import { eventually } from '../../../support/system/eventually.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** A packet as Postfix sends it. */
function packet(letter: string, data: Buffer | string = ''): Buffer {
  const body = Buffer.concat([Buffer.from(letter), Buffer.from(data)]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

const offer = packet('O', Buffer.from('00000006000001ff001fffff', 'hex'));
const mail = (sender: string, login = '') =>
  Buffer.concat([
    packet('D', `Mi\0QUEUEID\0${login === '' ? '' : `{auth_authen}\0${login}\0`}`),
    packet('M', `<${sender}>\0SIZE=5\0`),
  ]);
const header = (name: string, value: string) => packet('L', `${name}\0${value}\0`);

describe('the milter protocol', () => {
  const folder = temporaryFolder();
  const judged: MilterMessage[] = [];
  const open: string[] = [];
  let server: Server;
  let client: Socket;
  let answers: string[];

  beforeEach(async () => {
    judged.length = 0;
    open.length = 0;
    answers = [];
    server = createServer((connection) =>
      answerMilter(connection, {
        headers: new Set(['from']),
        looksAt: ({ login }) => login !== '',
        open({ login }) {
          open.push(login);
          return () => open.splice(open.indexOf(login), 1);
        },
        judge(message) {
          judged.push(message);
          if (message.sender === 'broken') return Promise.reject(new Error('expected by this test'));
          if (message.sender === 'unwanted') return Promise.resolve(discarded);
          return Promise.resolve(message.sender === 'bad' ? '550 5.7.1 no' : null);
        },
      }),
    );
    await new Promise<void>((resolve) => server.listen(join(folder(), 'milter'), resolve));
    client = connect(join(folder(), 'milter'));
    let received = Buffer.alloc(0);
    client.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data]);
      while (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
        const end = 4 + received.readUInt32BE(0);
        answers.push(received.subarray(4, end).toString('latin1'));
        received = received.subarray(end);
      }
    });
  });
  afterEach(async () => {
    client.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  /** What is answered to all of it, byte by byte if need be. */
  async function says(count: number, ...packets: readonly Buffer[]): Promise<string[]> {
    client.write(Buffer.concat(packets));
    while (answers.length < count) await once(client, 'data');
    return answers;
  }

  it('asks for senders, recipients, headers and ends only, and for no change', async () => {
    const [answer = ''] = await says(1, offer);
    const bytes = Buffer.from(answer, 'latin1');
    expect(bytes.toString('latin1', 0, 1)).to.equal('O');
    expect([bytes.readUInt32BE(1), bytes.readUInt32BE(5), bytes.readUInt32BE(9)]).to.deep.equal([
      6, 0, 0x3d3,
    ]);
  });

  it('asks of an older Postfix only what that one knows', async () => {
    const [answer = ''] = await says(1, packet('O', Buffer.from('000000020000003f0000007f', 'hex')));
    const bytes = Buffer.from(answer, 'latin1');
    expect([bytes.readUInt32BE(1), bytes.readUInt32BE(9)]).to.deep.equal([2, 0x53]);
  });

  it('accepts at once what it does not look at, and judges the rest at its end, message by message', async () => {
    const letter = [header('FROM ', 'a\n b'), header('Subject', 'x'), header('from', 'c'), packet('E')];
    const all = await says(
      8,
      offer,
      mail('s'),
      mail('s', 'alice'),
      packet('R', '<one@x.example>\0'),
      packet('R', '<"two 2"@x.example>\0NOTIFY=NEVER\0'),
      ...letter,
      mail('bad', 'bob'),
      packet('E'),
    );
    expect(all.slice(1)).to.deep.equal(['a', 'c', 'c', 'c', 'a', 'c', 'y550 5.7.1 no\0']);
    expect(judged[0]).to.deep.equal({
      ...{ login: 'alice', sender: 's', recipients: ['one@x.example', '"two 2"@x.example'] },
      headers: [
        { name: 'from', value: 'a\n b' },
        { name: 'from', value: 'c' },
      ],
    });
  });

  it('takes no log-in or header of a message for another', async () => {
    await says(3, offer, mail('s', 'alice'), header('From', 'x'), packet('A'), mail('s'));
    await says(5, mail('t', 'bob'), packet('E'));
    expect(answers.slice(1)).to.deep.equal(['c', 'a', 'c', 'a']);
    expect(judged).to.deep.equal([{ login: 'bob', sender: 't', recipients: [], headers: [] }]);
  });

  it('tells which messages are open: those that it looks at, until they are judged or given up', async () => {
    await says(3, offer, mail('s'), mail('s', 'alice'));
    expect(open).to.deep.equal(['alice']);
    await says(4, packet('E'));
    expect(open).to.deep.equal([]);
    await says(5, mail('s', 'bob'), packet('A'), mail('s', 'carol'));
    await says(6);
    expect(open).to.deep.equal(['carol']);
    client.destroy();
    await eventually('it is given up', () => open.length === 0);
  });

  it('ends a message in silence', async () => {
    expect((await says(3, offer, mail('unwanted', 'alice'), packet('E'))).slice(1)).to.deep.equal(['c', 'd']);
  });

  it('puts a message off that could not be judged', async () => {
    expect((await says(3, offer, mail('broken', 'alice'), packet('E'))).slice(1)).to.deep.equal(['c', 't']);
  });

  it('hangs up on what is no packet, and when it is told to', async () => {
    client.write(Buffer.from('ffffffff', 'hex'));
    await once(client, 'close');
    client = connect(join(folder(), 'milter'));
    client.resume().write(packet('Q'));
    await once(client, 'close');
  });
});
