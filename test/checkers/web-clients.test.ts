/** Whom a real Apache takes for the client of the web pages, behind frontends and without: what the portal hears of it. */
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';

import { expect } from 'chai';

import { freePort } from '../support/free-port.ts';
import { type WrittenPartition, writePartition } from '../support/written-partition.ts';

const [frontend, stranger] = ['127.0.0.2', '127.0.0.3'];

/** Apache with the configuration of a scenario, in front of a stand-in portal that says what it was asked. */
interface Front {
  /** The `X-Forwarded-For` that reaches the portal, when a client at `from` sends `claims`. */
  heard(from: string, claims?: string): Promise<string>;
  /** Begins so many requests from there and completes none; gives how many Apache has not hung up on. */
  halfSent(from: string, count: number): Promise<() => number>;
  log(): Promise<string>;
  end(): Promise<void>;
}

/** `parameters`: instead of those of the scenario. */
async function startFront(scenario: string, parameters?: object): Promise<Front> {
  const partition = await writePartition(scenario);
  if (parameters !== undefined) await partition.rewrite(parameters);
  const portal = await standInPortal(partition);
  const configuration = partition.at('etc/apache/httpd.conf');
  const [port, monitorPort] = [await freePort('127.0.0.1'), await freePort('127.0.0.1')];
  const text = (await readFile(configuration, 'utf8'))
    .replaceAll(/(?:\[fd00::1\]|127\.0\.0\.1):8081/g, `127.0.0.1:${port}`)
    .replaceAll(/(?:\[fd00::1\]|127\.0\.0\.1):8196/g, `127.0.0.1:${monitorPort}`)
    .replaceAll('192.0.2.80', frontend);
  // The addresses of both families are one here, and Apache listens on it once.
  const listening = new Set<string>();
  const lines = text.split('\n').filter((line) => {
    if (!line.startsWith('Listen ')) return true;
    return !listening.has(line) && listening.add(line);
  });
  await writeFile(configuration, lines.join('\n'));
  const started = await partition.run(
    'sh',
    '-c',
    `${partition.place.programs['apache'] ?? ''} -f ${configuration} >/dev/null 2>&1`,
  );
  expect(started.exitCode).to.equal(0);
  const pidFile = partition.at('var/run/apache.pid');
  const begun: TLSSocket[] = [];
  const end = async (): Promise<void> => {
    for (const socket of begun) socket.destroy();
    portal.close();
    const pid = Number(await readFile(pidFile, 'utf8'));
    process.kill(pid, 'SIGTERM');
    while ((await readFile(pidFile, 'utf8').catch(() => '')) !== '') await delay(20);
    await partition.remove();
  };
  return {
    heard: (from, claims) => ask(port, from, claims),
    async halfSent(from, count) {
      const sockets = await Promise.all(Array.from({ length: count }, () => beginRequest(port, from)));
      begun.push(...sockets);
      return () => sockets.filter(({ destroyed, readableEnded }) => !destroyed && !readableEnded).length;
    },
    log: () => readFile(partition.at('var/log/apache-access.log'), 'utf8'),
    end,
  };
}

async function standInPortal(partition: WrittenPartition): Promise<Server> {
  const socket = partition.at('var/run/portal.sock');
  const portal = createServer((asked, answer) => {
    answer.end(String(asked.headers['x-forwarded-for']));
  }).listen(socket);
  await once(portal, 'listening');
  await chmod(socket, 0o666);
  return portal;
}

function ask(port: number, from: string, claims?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = claims === undefined ? {} : { 'x-forwarded-for': claims };
    const options = { host: '127.0.0.1', port, localAddress: from, headers, agent: false };
    // The certificate is signed by itself.
    request({ ...options, rejectUnauthorized: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (text += part)).once('end', () => resolve(text));
    })
      .once('error', reject)
      .end();
  });
}

/** A connection on which half a request was sent; destroyed when Apache hung up on it. */
function beginRequest(port: number, from: string): Promise<TLSSocket> {
  return new Promise((resolve) => {
    const plain = connectTcp({ host: '127.0.0.1', port, localAddress: from });
    const socket = connect({ socket: plain, rejectUnauthorized: false });
    socket.on('error', () => resolve(socket));
    socket.once('close', () => resolve(socket));
    socket.once('secureConnect', () => {
      socket.resume();
      socket.write('GET / HTTP/1.1\r\nHost: half', () => resolve(socket));
    });
  });
}

describe('half-sent requests', () => {
  const attacker = '127.0.0.9';
  const mailDomains = { 'mail-domains': ['mail1.example.com'] };
  let front: Front;
  afterEach(() => front.end());

  it('of one address keep nobody else out, and are cut to what one address may have', async () => {
    front = await startFront('smarthost');
    const begun = await front.halfSent(attacker, 450);
    const begin = performance.now();
    for (const from of [stranger, '127.0.0.4', '127.0.0.5']) expect(await front.heard(from)).to.equal(from);
    // Apache waits for 20 seconds for the rest of them.
    expect(performance.now() - begin).to.be.below(10_000);
    expect(begun()).to.be.within(40, 240);
  });

  it('of a frontend are those of all its visitors', async () => {
    front = await startFront('smarthost', { ...mailDomains, 'trusted-proxies': ['192.0.2.80'] });
    const begun = await front.halfSent(frontend, 300);
    expect(begun()).to.equal(300);
    expect(await front.heard(frontend, '203.0.113.9')).to.equal('203.0.113.9');
  });
});

describe('the client of the web pages, as the portal hears of it', () => {
  let front: Front;
  afterEach(() => front.end());

  it('is whom a trusted frontend speaks for, and nobody else’s word counts', async () => {
    front = await startFront('accounts');
    expect(await front.heard(stranger)).to.equal(stranger);
    expect(await front.heard(stranger, '203.0.113.9')).to.equal(stranger);
    expect(await front.heard(stranger, `203.0.113.9, ${frontend}`)).to.equal(stranger);
    expect(await front.heard(frontend)).to.equal(frontend);
    expect(await front.heard(frontend, '203.0.113.9')).to.equal('203.0.113.9');
    expect(await front.heard(frontend, '2001:db8:9::1')).to.equal('2001:db8:9::1');
    // What the visitor itself claims stands before what the frontends saw.
    expect(await front.heard(frontend, '198.51.100.1, 203.0.113.9')).to.equal('203.0.113.9');
    expect(await front.heard(frontend, '203.0.113.9, 2001:db8:f::7')).to.equal('203.0.113.9');
    expect(await front.heard(frontend, '10.0.0.1')).to.equal('10.0.0.1');
    expect(await front.heard(frontend, 'nonsense')).to.equal(frontend);
    const logged = (await front.log())
      .trim()
      .split('\n')
      .map((line) => line.replace(/ .*$/, ''));
    expect(logged).to.have.length(10);
    expect(logged).to.include.members([stranger, frontend, '203.0.113.9', '2001:db8:9::1', '10.0.0.1']);
    expect(logged).to.not.include('198.51.100.1');
  });

  it('is whoever connects where no frontend is trusted', async () => {
    front = await startFront('smarthost');
    for (const from of [frontend, stranger])
      for (const claims of [undefined, '203.0.113.9']) expect(await front.heard(from, claims)).to.equal(from);
  });
});
