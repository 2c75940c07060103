import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rename, stat, writeFile } from 'node:fs/promises';
import { createConnection, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

import { expect } from 'chai';

import { OperatorError } from '../../../../src/errors.ts';
import { serialiseRelayPolicyConfig, type Tenant } from '../../../../src/daemons/relay-policy/config.ts';
import { answerQuestions, parseAttributes } from '../../../../src/daemons/kit/policy-server.ts';
import { questionOf, runRelayPolicy } from '../../../../src/daemons/relay-policy/run.ts';
import { serveSocket } from '../../../../src/daemons/kit/private-socket.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const tenant = (domain: string): Tenant => ({
  domain,
  login: domain,
  address: null,
  fingerprints: [],
  backend: { host: '::1', port: 25 },
  delivery: null,
});
const ask = (login: string, sender = `a@${login}`) =>
  [
    'request=smtpd_access_policy',
    'protocol_state=RCPT',
    'policy_context=permission',
    `sasl_username=${login}`,
    `sender=${sender}`,
    'recipient=b@a.example',
    'client_address=::1',
    '',
    '',
  ].join('\n');

describe('the policy service', () => {
  const folder = temporaryFolder();
  const started: (Server | Socket)[] = [];
  const listenersBefore = process.listeners('SIGTERM');
  const config = () => join(folder(), 'relay-policy.json');
  const socket = () => join(folder(), 'policy.sock');

  async function write(...domains: string[]): Promise<void> {
    // As stage 6 does it: in one step.
    const text = serialiseRelayPolicyConfig({
      socket: socket(),
      asker: { hostName: 'mx1.example', address: null, bundle: join(folder(), 'bundle.pem') },
      bounceWaysSocket: join(folder(), 'bounce-ways.sock'),
      noticeSocket: join(folder(), 'notices.sock'),
      knownDomains: join(folder(), 'domains.json'),
      postmaster: null,
      tenants: domains.map(tenant),
      exchangers: [],
      logInSocket: join(folder(), 'log-ins.sock'),
      logInLimits: { failures: 20, minutes: 10 },
      users: join(folder(), 'users'),
    });
    await writeFile(join(folder(), 'users'), '');
    await writeFile(`${config()}.new`, text);
    await rename(`${config()}.new`, config());
  }

  async function start(...domains: string[]): Promise<void> {
    await write(...domains);
    started.push(await runRelayPolicy(config()));
  }

  /** A connection; `answers(n)`: the first n answers, when they are there. */
  async function connect() {
    const connection = createConnection(socket());
    started.push(connection);
    let received = '';
    connection.setEncoding('utf8').on('data', (text: string) => {
      received += text;
    });
    await once(connection, 'connect');
    const answers = async (count: number) => {
      while (received.split('\n\n').length <= count) await once(connection, 'data');
      return received
        .split('\n\n')
        .slice(0, count)
        .map((each) => each.replace(/^action=(\w+).*$/s, '$1'));
    };
    return { connection, answers };
  }

  afterEach(() => {
    for (const each of started.splice(0)) {
      if ('destroy' in each) each.destroy();
      else each.close();
    }
    // What runs until SIGTERM ends by its listeners.
    for (const listener of process.listeners('SIGTERM'))
      if (!listenersBefore.includes(listener)) listener('SIGTERM');
  });

  it('answers several questions of one connection, in their order', async () => {
    await start('a.example');
    const { connection, answers } = await connect();
    connection.write(ask('a.example') + ask('b.example') + ask('a.example'));
    expect(await answers(3)).to.deep.equal(['OK', 'DEFER', 'OK']);
    connection.write(ask('a.example', 'a@b.example'));
    expect((await answers(4))[3]).to.equal('DEFER');
  });

  it('answers a question that comes in pieces', async () => {
    await start('a.example');
    const { connection, answers } = await connect();
    const text = ask('a.example');
    for (const character of text.slice(0, -1)) connection.write(character);
    connection.write(text.slice(-1));
    expect(await answers(1)).to.deep.equal(['OK']);
  });

  it('answers any number of questions that come at once', async () => {
    await start('a.example');
    const { connection, answers } = await connect();
    connection.write(ask('a.example').repeat(2_000));
    expect(await answers(2_000)).to.deep.equal(Array(2_000).fill('OK'));
  });

  it('hangs up where it cannot answer, and goes on for others', async () => {
    const { error } = console;
    console.error = () => undefined;
    try {
      const answered = await serveSocket(socket(), (connection) => {
        answerQuestions(connection, (attributes) => {
          if (attributes('sender') === '') throw new Error('of ours');
          return 'OK';
        });
      });
      started.push(answered);
      const failing = await connect();
      failing.connection.write(ask('', ''));
      await once(failing.connection, 'close');
      const { connection, answers } = await connect();
      connection.write(ask('a.example'));
      expect(await answers(1)).to.deep.equal(['OK']);
    } finally {
      console.error = error;
    }
  });

  it('answers several connections at once', async () => {
    await start('a.example');
    const clients = await Promise.all([connect(), connect(), connect()]);
    for (const { connection } of clients) connection.write(ask('a.example'));
    expect(await Promise.all(clients.map(({ answers }) => answers(1)))).to.deep.equal([
      ['OK'],
      ['OK'],
      ['OK'],
    ]);
  });

  it('knows a tenant that was added, on a connection that is open already', async () => {
    await start('a.example');
    const { connection, answers } = await connect();
    connection.write(ask('b.example'));
    expect(await answers(1)).to.deep.equal(['DEFER']);
    await write('a.example', 'b.example');
    connection.write(ask('b.example'));
    expect(await answers(2)).to.deep.equal(['DEFER', 'OK']);
  });

  it('forgets a tenant that was removed, also when the file is as long as before', async () => {
    await start('a.example');
    const { connection, answers } = await connect();
    connection.write(ask('a.example'));
    expect(await answers(1)).to.deep.equal(['OK']);
    await write('c.example');
    connection.write(ask('a.example'));
    expect(await answers(2)).to.deep.equal(['OK', 'DEFER']);
  });

  it('goes on with the tenants before when the file is empty or nonsense', async () => {
    await start('a.example');
    const { connection, answers } = await connect();
    const said: unknown[] = [];
    const { error } = console;
    console.error = (line: unknown) => said.push(line);
    try {
      for (const [index, text] of ['', '[{"domain":', '{"tenants":[]}'].entries()) {
        await writeFile(config(), text);
        connection.write(ask('a.example'));
        expect((await answers(index + 1))[index]).to.equal('OK');
      }
    } finally {
      console.error = error;
    }
    expect(said).to.have.length(3);
    for (const problem of said)
      expect(String(problem)).to.match(/^\/.*relay-policy\.json.*; the tenants before stay in use$/);
  });

  it('hangs up on whoever sends without end, and serves the others', async () => {
    await start('a.example');
    const flooding = await connect();
    flooding.connection.on('error', () => undefined);
    flooding.connection.write('x'.repeat(70_000));
    await once(flooding.connection, 'close');
    const { connection, answers } = await connect();
    connection.write(ask('a.example'));
    expect(await answers(1)).to.deep.equal(['OK']);
  });

  it('takes the socket of a process that was killed, and lets nobody else use it', async () => {
    const code = `require('node:net').createServer().listen(${JSON.stringify(socket())}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['--eval', code]);
    expect((await stat(socket())).isSocket()).to.equal(true);
    await start('a.example');
    expect((await stat(socket())).mode & 0o777).to.equal(0o600);
  });

  it('says why it cannot start', async () => {
    const error: unknown = await runRelayPolicy(config()).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(OperatorError);
    expect(String(error)).to.contain('process the partition again');
  });

  it('reads values that hold an equals sign, and takes absent ones as empty', () => {
    expect(questionOf(parseAttributes('sender=a=b@c.example\nrequest=smtpd_access_policy'))).to.deep.equal({
      policy_context: '',
      sender: 'a=b@c.example',
      recipient: '',
      client_address: '',
      sasl_username: '',
      ccert_fingerprint: '',
      ccert_pubkey_fingerprint: '',
    });
  });
});
