import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

import { expect } from 'chai';

import {
  type BackendQuestions,
  backendQuestions,
} from '../../../../src/daemons/relay-policy/backend-questions.ts';

const asker = () => Promise.resolve({ hostName: 'mx1.relay.example', address: null, bundle: '' });
const envelope = { sender: '', recipient: 'any@relayed.example' };
const size = { needed: 1_000, wanted: 1_000 };

describe('a question to a mail server', () => {
  const started: Server[] = [];
  const sockets: Socket[] = [];
  const said: string[] = [];
  const { error } = console;
  before(() => {
    console.error = (line: unknown) => said.push(String(line));
  });
  after(() => {
    console.error = error;
  });
  beforeEach(() => {
    said.length = 0;
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of started.splice(0)) server.close();
  });

  /** A server that does this with each connection. */
  async function serve(answer: (socket: Socket) => void): Promise<{ host: string; port: number }> {
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      answer(socket);
    }).listen(0, '::1');
    started.push(server);
    await once(server, 'listening');
    return { host: '::1', port: (server.address() as AddressInfo).port };
  }

  const actionOf = async (questions: BackendQuestions, backend: { host: string; port: number }) => {
    const { verdict } = await questions.ask(backend, envelope, size);
    return verdict.kind === 'taken' ? 'taken' : verdict.action;
  };

  for (const [title, answer, problem] of [
    ['that refuses all connections', '554 go away', 'it says: 554 go away'],
    ['that greets without TLS', '220 mail', 'it offers no TLS'],
    ['that talks without end', '220-'.repeat(20_000), 'it talks without end'],
    ['that hangs up', null, 'it hung up'],
  ] as const) {
    it(`${title} is put off, and once only for a while`, async () => {
      let connections = 0;
      const backend = await serve((socket) => {
        connections += 1;
        if (answer === null) socket.end();
        else socket.write(`${answer}\r\n`);
        socket.on('data', () => socket.write('250 mail\r\n'));
      });
      const questions = backendQuestions(asker);
      for (let index = 0; index < 3; index += 1)
        expect(await actionOf(questions, backend)).to.equal(
          `450 4.4.1 the mail server of this domain cannot be asked now; try again later (${problem})`,
        );
      expect(connections).to.equal(1);
      expect(said).to.deep.equal([`the mail server [::1]:${backend.port} cannot be asked: ${problem}`]);
    });
  }

  it('that does not answer is put off when patience ends, whoever else waits for it', async () => {
    const backend = await serve(() => undefined);
    const questions = backendQuestions(asker, { idle: 50, patience: 50 });
    const actions = await Promise.all(Array.from({ length: 10 }, () => actionOf(questions, backend)));
    for (const action of actions) expect(action).to.match(/^450 4\.4\.1 .*\(it does not answer in time\)$/);
  });
});
