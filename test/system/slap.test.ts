import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';

import { freePort } from '../support/free-port.ts';
import { request } from 'undici';

import { connectToMaster, marshal, type InstanceRequest, type Master } from '../../src/slap/index.ts';

const softwareUrl = '/software/mail-server/software.cfg';
const awkward = {
  text: `<&>"' &amp; &lt; é ü 日本 😀 \\ \r\n\t \u0001 \ufffe ${'x'.repeat(5000)}`,
  list: [1, true, null],
};

function wish(name: string, change: Partial<InstanceRequest> = {}): InstanceRequest {
  return { softwareUrl, softwareType: 'default', name, shared: false, parameters: {}, ...change };
}

describe('the SLAP client with a real slapproxy', () => {
  let directory: string;
  let proxy: ChildProcess;
  let serverUrl: string;
  let user: Master;
  let host: Master;
  const opened: Master[] = [];

  function connect(partitionId?: string): Master {
    const master = connectToMaster({
      serverUrl,
      ...(partitionId ? { computerId: 'local', partitionId } : {}),
    });
    opened.push(master);
    return master;
  }

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'slap-'));
    const port = await freePort('127.0.0.1');
    serverUrl = `http://127.0.0.1:${port}`;
    proxy = await startProxy(directory, port);
    await post(serverUrl, 'loadComputerConfigurationFromXML', { xml: marshal(computerOf(3)) });
    await post(serverUrl, 'supplySupply', { url: softwareUrl, computer_id: 'local', state: 'available' });
    user = connect();
    const answer = await user.request(wish('mail1', { parameters: awkward }));
    if (answer.state !== 'ready' || !answer.partition) throw new Error('the first instance got no partition');
    host = connect(answer.partition.partitionId);
  });

  after(async () => {
    await Promise.all(opened.map((master) => master.close()));
    if (proxy.exitCode === null) {
      const exited = new Promise((resolve) => proxy.once('exit', resolve));
      proxy.kill('SIGTERM');
      await exited;
    }
    await rm(directory, { recursive: true });
  });

  it('gives a partition what its requester wrote, whatever the characters', async () => {
    const partition = await host.fetchPartition();
    expect(partition.parameters).to.deep.equal(awkward);
    expect(partition).to.deep.include({
      addresses: { ipv6: 'fd00::10', ipv4: '127.0.0.1' },
      title: 'mail1',
      softwareType: 'default',
      softwareUrl,
      sharedRequests: [],
    });
    expect(Number(partition.timestamp)).to.be.greaterThan(0);
  });

  it('gives the same instance for the same request', async () => {
    const first = await user.request(wish('mail1', { parameters: awkward }));
    const second = await user.request(wish('mail1', { parameters: awkward }));
    expect(second).to.deep.equal(first).and.include({ state: 'ready' });
  });

  it('publishes values that the requester reads back', async () => {
    await host.publish({ 'smtp-port': '10025', ...awkward });
    expect(await user.request(wish('mail1', { parameters: awkward }))).to.deep.include({
      connection: { 'smtp-port': '10025', ...awkward },
    });
  });

  it('replaces everything that was published before', async () => {
    await host.publish({ 'imap-port': '10143' });
    expect(await user.request(wish('mail1', { parameters: awkward }))).to.deep.include({
      connection: { 'imap-port': '10143' },
    });
  });

  it('lets a partition request an instance', async () => {
    const answer = await host.request(wish('relay', { parameters: { domain: 'mail1.example.com' } }));
    if (answer.state !== 'ready' || !answer.partition) throw new Error('the relay got no partition');
    expect(await connect(answer.partition.partitionId).fetchPartition()).to.include({ title: 'relay' });
  });

  it('brings shared requests to the host, publishes to each, and forgets destroyed ones', async () => {
    const alice = wish('alice <&>"\' é', { shared: true, parameters: awkward });
    const bob = wish('bob', { shared: true, parameters: { address: 'bob@mail1.example.com' } });
    expect(await user.request(alice)).to.deep.include({ state: 'ready', connection: {} });
    await user.request(bob);

    const { sharedRequests } = await host.fetchPartition();
    expect(sharedRequests).to.deep.equal([
      { reference: `_${alice.name}`, parameters: awkward },
      { reference: '_bob', parameters: bob.parameters },
    ]);

    await host.publish({ token: 'a<b' }, `_${alice.name}`);
    await host.publish({ token: 'for bob' }, '_bob');
    expect(await user.request(alice)).to.deep.include({ connection: { token: 'a<b' } });
    expect(await user.request(bob)).to.deep.include({ connection: { token: 'for bob' } });

    await user.request({ ...alice, state: 'destroyed' });
    expect((await host.fetchPartition()).sharedRequests.map(({ reference }) => reference)).to.deep.equal([
      '_bob',
    ]);
  });

  it('tells a shared request with undecodable parameters apart and keeps the others', async () => {
    const plain = { _: '{"address": ' };
    await post(serverUrl, 'requestComputerPartition', {
      software_release: softwareUrl,
      software_type: 'default',
      partition_reference: 'mallory',
      shared_xml: marshal(true),
      partition_parameter_xml: marshal(plain),
      filter_xml: marshal({}),
      state: marshal(null),
    });
    await user.request(wish('carol', { shared: true, parameters: { address: 'carol@mail1.example.com' } }));
    const requests = new Map(
      (await host.fetchPartition()).sharedRequests.map((shared) => [shared.reference, shared]),
    );
    expect(requests.get('_mallory')).to.have.property('problem').that.includes('is not JSON');
    expect(requests.get('_carol')).to.deep.include({ parameters: { address: 'carol@mail1.example.com' } });
  });

  it('leaves a request pending when no partition is free, and a shared one when nobody could share', async () => {
    for (let index = 0; index < 2; index += 1) await user.request(wish(`filler${index}`));
    expect(await user.request(wish('one-too-many'))).to.include({ state: 'pending' });
    expect(await user.request(wish('a', { shared: true, softwareUrl: '/software/unknown.cfg' }))).to.include({
      state: 'pending',
    });
  });

  it('changes the timestamp by a bang', async () => {
    const { timestamp } = await host.fetchPartition();
    await host.bang('a certificate was renewed');
    expect((await host.fetchPartition()).timestamp).not.to.equal(timestamp);
  });

  it('takes error reports, for the instance and for a shared one', async () => {
    await host.reportError('the disk is full <&> é');
    await host.reportError('/address: "x" is not a mail address', '_bob');
  });

  it('names the partition that the master does not know', async () => {
    const error: unknown = await connect('nowhere')
      .fetchPartition()
      .catch((reason: unknown) => reason);
    expect(error).to.have.property('name', 'OperatorError');
    expect(error).to.have.property('message').that.includes('nowhere').and.includes('500');
  });
});

function computerOf(partitions: number) {
  return {
    reference: 'local',
    address: '127.0.0.1',
    netmask: '255.255.255.255',
    partition_list: Array.from({ length: partitions }, (_, index) => ({
      reference: `slappart${index}`,
      tap: { name: `slaptap${index}` },
      address_list: ['fd00::9', 'fd00::10', '127.0.0.1'].map((addr) => ({ addr, netmask: 'ffff::' })),
    })),
  };
}

async function post(serverUrl: string, path: string, fields: Record<string, string>): Promise<void> {
  const { statusCode, body } = await request(`${serverUrl}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
  const answer = await body.text();
  if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${answer}`);
}

/** Starts slapproxy from the virtual environment that SLAPOS_VENV names and waits until it answers. */
async function startProxy(directory: string, port: number): Promise<ChildProcess> {
  const venv = process.env['SLAPOS_VENV'];
  if (!venv) throw new Error('SLAPOS_VENV must name a Python environment that holds slapos.core');
  const configuration = join(directory, 'slapos.cfg');
  const lines = ['[slapos]', 'computer_id = local', '[slapproxy]', 'host = 127.0.0.1', `port = ${port}`];
  await writeFile(configuration, [...lines, `database_uri = ${join(directory, 'proxy.db')}`, ''].join('\n'));
  const proxy = spawn(join(venv, 'bin/slapos'), ['proxy', 'start', '--cfg', configuration], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [proxy.stdout, proxy.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let answered = false;
  for (const deadline = Date.now() + 30_000; !answered;) {
    if (proxy.exitCode !== null || Date.now() > deadline)
      throw new Error(`slapproxy did not start:\n${output}`);
    answered = await request(`http://127.0.0.1:${port}/getRunId`).then(
      async ({ body }) => (await body.text()) !== '',
      () => delay(100, false),
    );
  }
  return proxy;
}
