import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import { createConnection, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { expect } from 'chai';

import { serveAuthPolicy } from '../../../../src/daemons/kit/auth-policy-server.ts';
import { type AuthPolicyData, authPolicy } from '../../../../src/daemons/kit/auth-policy.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const client = '192.0.2.1';

describe('the auth policy', () => {
  const folder = temporaryFolder();
  const listenersBefore = process.listeners('SIGTERM');
  let server: Server;
  let users: Record<string, string>;
  let readAt: number;
  const data: AuthPolicyData = {
    limits: async () => ({ failures: 2, minutes: 5 }),
    passwords: async () => new Map(Object.entries(users)),
    accountName: async (login) => (login === 'al@example.com' ? 'alice@example.com' : login),
    passwordsReadAt: () => readAt,
  };

  beforeEach(async () => {
    readAt = 0;
    users = { 'alice@example.com': 'hash-1', 'bob@example.com': 'hash-2' };
    server = await serveAuthPolicy(authPolicy(data), socketPath());
  });
  afterEach(() => {
    server.close();
    for (const listener of process.listeners('SIGTERM')) {
      if (listenersBefore.includes(listener)) continue;
      // Ends its connections as well.
      listener('SIGTERM');
      process.off('SIGTERM', listener);
    }
  });

  const socketPath = () => join(folder(), 'log-ins.sock');
  async function ask(command: string, body: unknown): Promise<{ status: number; json: unknown }> {
    const asked = request({ socketPath: socketPath(), path: `/?command=${command}`, method: 'POST' });
    asked.end(typeof body === 'string' ? body : JSON.stringify(body));
    const [answer] = await once(asked, 'response');
    return { status: answer.statusCode, json: JSON.parse(await text(answer)) };
  }
  const status = async (login: string, remote = client) =>
    ((await ask('allow', { login, remote })).json as { status: number }).status;
  let guesses = 0;
  async function fail(login: string, remote = client, pwhash = String((guesses += 1))): Promise<void> {
    const question = { login, remote, pwhash };
    const { status: refused } = (await ask('allow', question)).json as { status: number };
    if (refused === 0) await ask('report', { ...question, success: false });
  }

  it('refuses one client at one account after too many failures, and says for how long', async () => {
    await fail('alice@example.com');
    await fail('Alice@Example.com');
    const answer = await ask('allow', { login: 'alice@example.com', remote: client });
    expect(answer.json).to.deep.equal({
      status: -1,
      msg: 'too many failed log-ins from your address; try again in 5 minutes',
    });
    expect(await status('alice@example.com', '192.0.2.2')).to.equal(0);
    expect(await status('bob@example.com')).to.equal(0);
  });

  it('answers about a password that has just been changed when Dovecot knows it as well', async function () {
    this.timeout(10_000);
    const answered: string[] = [];
    const wait = async (login: string) => {
      const begin = Date.now();
      expect(await status(login)).to.equal(0);
      answered.push(login);
      return Date.now() - begin;
    };
    await wait('bob@example.com');
    users['alice@example.com'] = 'hash-3';
    readAt = Date.now();
    const [first, second] = await Promise.all(
      ['alice@example.com', 'alice@example.com', 'bob@example.com'].map(wait),
    );
    expect(first).to.be.at.least(1_000);
    expect(second).to.be.at.least(1_000);
    expect(answered.slice(0, 2)).to.deep.equal(['bob@example.com', 'bob@example.com']);
    users['bob@example.com'] = 'hash-4';
    expect(await wait('bob@example.com')).to.be.at.least(1_000);
  });

  it('takes one wrong password for one guess, at all addresses of a network', async () => {
    for (let index = 1; index < 10; index += 1)
      await fail('alice@example.com', `2001:db8::${index}`, 'that of last year');
    const right = { login: 'alice@example.com', remote: '2001:db8::1', pwhash: 'right' };
    expect((await ask('allow', right)).json).to.deep.equal({ status: 0, msg: '' });
    await ask('report', { ...right, success: true });
    await fail('alice@example.com', '2001:db8::1', 'another');
    expect(await status('alice@example.com', '2001:db8::1')).to.equal(-1);
  });

  it('counts guesses at all names of an account together', async () => {
    await fail('alice@example.com');
    await fail('AL@example.com');
    expect(await status('al@example.com')).to.equal(-1);
    expect(await status('alice@example.com')).to.equal(-1);
  });

  it('takes the addresses of one IPv6 network for one client', async () => {
    await fail('alice@example.com', '2001:db8:0:1::1');
    await fail('alice@example.com', '2001:db8:0:1::2');
    expect(await status('alice@example.com', '2001:db8:0:1:ffff::3')).to.equal(-1);
    expect(await status('alice@example.com', '2001:db8:0:2::1')).to.equal(0);
  });

  it('does not count what it refused itself, nor what succeeded', async () => {
    await ask('report', { login: 'alice@example.com', remote: client, success: false, policy_reject: true });
    await ask('report', { login: 'alice@example.com', remote: client, success: true });
    await fail('alice@example.com');
    expect(await status('alice@example.com')).to.equal(0);
  });

  it('forgets the failures of a password that was changed', async () => {
    for (let index = 0; index < 3; index += 1) await fail('alice@example.com');
    expect(await status('alice@example.com')).to.equal(-1);
    users = { ...users, 'alice@example.com': 'hash-3' };
    expect(await status('alice@example.com')).to.equal(0);
  });

  it('counts nothing for names that nobody has', async () => {
    for (let index = 0; index < 5; index += 1) await fail('mallory@example.com');
    expect(await status('mallory@example.com')).to.equal(0);
  });

  it('answers nothing that is too long or no question', async () => {
    expect((await ask('allow', 'x'.repeat(20_000))).status).to.equal(413);
    for (const nonsense of ['', '[]', 'null', '{"login":1,"remote":"x"}', '{'])
      expect((await ask('allow', nonsense)).status, nonsense).to.equal(400);
    expect((await ask('other', { login: 'alice@example.com', remote: client })).status).to.equal(200);
  });

  it('is asked on a socket that no other user can connect to, however many connections wait there', async () => {
    expect((await stat(socketPath())).mode & 0o777).to.equal(0o600);
    const idle = Array.from({ length: 300 }, () => createConnection(socketPath()));
    await Promise.all(idle.map((each) => once(each, 'connect')));
    expect(await status('alice@example.com')).to.equal(0);
    for (const each of idle) each.destroy();
  });
});
