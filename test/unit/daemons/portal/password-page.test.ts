import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import bcrypt from 'bcryptjs';
import { expect } from 'chai';
import type { FastifyInstance } from 'fastify';

import { changeLedger } from '../../../../src/ledger/store.ts';
import { hashToken } from '../../../../src/ledger/token.ts';
import { buildPortal } from '../../../../src/daemons/portal/portal.ts';
import { standInDoveadm } from '../../../support/stand-in-doveadm.ts';
import { account, type Partition, partitionWith, token, waitingAccount } from './portal-fixture.ts';

const alice = 'alice@example.com';
const bob = 'bob@example.com';
const bobsPassword = 'bobs first password';

describe('the password page', function () {
  this.timeout(20_000);
  let partition: Partition;
  let portal: FastifyInstance;

  beforeEach(async () => {
    const password = `{BLF-CRYPT}${await bcrypt.hash(bobsPassword, 4)}`;
    const accounts = [
      waitingAccount(alice),
      account(bob, { password }),
      account('robot@example.com', { holder: 'builtin:test-account', password }),
      { ...waitingAccount('gone@example.com'), state: 'released' as const },
    ];
    partition = await partitionWith(accounts);
    ({ app: portal } = await buildPortal(partition.configFile));
  });

  afterEach(async () => {
    await portal.close();
    await partition.remove();
  });

  function post(fields: Record<string, string>, client = '2001:db8::1', path = '/password.php') {
    return portal.inject({
      method: 'POST',
      url: path,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': client },
      payload: new URLSearchParams(fields).toString(),
    });
  }

  async function hasPassword(address: string, password: string): Promise<boolean> {
    const hash = (await partition.account(address))?.password ?? '';
    expect(hash).to.match(/^\{BLF-CRYPT\}\$2b\$/);
    return bcrypt.compare(password, hash.slice('{BLF-CRYPT}'.length));
  }

  it('takes a password for the same however its accents are typed', async () => {
    const [composed, decomposed] = ['naïve é password', 'naïve é password'].map((text, index) =>
      text.normalize(index === 0 ? 'NFC' : 'NFD'),
    ) as [string, string];
    expect((await post({ user: alice, token, password: decomposed })).statusCode).to.equal(200);
    expect(await hasPassword(alice, composed)).to.equal(true);
    const change = { user: alice, 'current-password': decomposed, 'password-repeated': `${decomposed}2` };
    expect((await post({ ...change, password: `${composed}2` })).statusCode).to.equal(200);
    expect(await hasPassword(alice, `${composed}2`)).to.equal(true);
  });

  it('says which characters some programs send in their own way', async () => {
    const { body } = await portal.inject({ url: '/password.php' });
    expect(body).to.match(
      /Letters with accents \(é, ß\) work in every mail program\. Those of other alphabets .* do not in old ones/,
    );
  });

  it('knows accounts by their other addresses, and by domains in both writings', async () => {
    const names = {
      'eve@xn--bcher-kva.example': ['Eve@bücher.example', 'eve@BÜCHER.example', 'e.ve@bu\u0308cher.example'],
    };
    for (const [address, written] of Object.entries(names))
      for (const user of written) {
        await changeLedger(partition.store, (ledger) => ({
          ledger: {
            ...ledger,
            accounts: [
              ...ledger.accounts.filter((each) => each.address !== address),
              waitingAccount(address),
            ],
            aliases: [
              {
                address: 'e.ve@xn--bcher-kva.example',
                holder: waitingAccount(address).holder,
                destinations: [address],
              },
              { address: 'team@xn--bcher-kva.example', holder: 'shared:_team', destinations: [address] },
            ],
          },
          result: undefined,
        }));
        expect((await post({ user, token, password: 'nine char' })).statusCode, user).to.equal(200);
        expect(await hasPassword(address, 'nine char')).to.equal(true);
      }
    const shared = await post({ user: 'team@bücher.example', token, password: 'nine char' });
    expect(shared.statusCode).to.equal(403);
  });

  it('sets a password of nine characters with the token, and tells how to connect', async () => {
    const answer = await post({ user: alice, token, password: 'nine char' });
    expect(answer.statusCode).to.equal(200);
    expect(answer.body).to.contain('Password updated successfully');
    expect(answer.body).to.contain('<code>10993</code>').and.to.contain('<code>fd00::1</code>');
    expect(await hasPassword(alice, 'nine char')).to.equal(true);
    expect((await partition.account(alice))?.token).to.equal(null);
  });

  it('takes an address in any letter case with blanks around it, and a path with two slashes', async () => {
    const answer = await post(
      { user: ' Alice@Example.COM ', token, password: 'nine char' },
      '::1',
      '//password.php',
    );
    expect(answer.body).to.contain('Password updated successfully');
  });

  it('takes a token that begins or ends with blanks, by its link, and with blanks that came with it', async () => {
    for (const own of ['  two blanks', 'one tail ', '\u00a0no break\u2003']) {
      await changeLedger(partition.store, (ledger) => ({
        ledger: {
          ...ledger,
          accounts: [{ ...waitingAccount(alice), token: hashToken(own, 'a'.repeat(32)) }],
        },
        result: null,
      }));
      const link = await portal.inject(`/password.php?user=${alice}&token=${encodeURIComponent(own)}`);
      expect(/name="token"[^>]* value="([^"]*)"/.exec(link.body)?.[1]).to.equal(own);
      const answer = await post({ user: alice, token: own, password: 'nine char' });
      expect(answer.statusCode, JSON.stringify(own)).to.equal(200);
    }
    await changeLedger(partition.store, (ledger) => ({
      ledger: { ...ledger, accounts: [waitingAccount(alice)] },
      result: null,
    }));
    expect((await post({ user: alice, token: ` ${token}\n`, password: 'nine char' })).statusCode).to.equal(
      200,
    );
  });

  it('refuses a token that was used, and keeps the password that it set', async () => {
    await post({ user: alice, token, password: 'first password' });
    const answer = await post({ user: alice, token, password: 'second password' });
    expect(answer.statusCode).to.equal(403);
    expect(await hasPassword(alice, 'first password')).to.equal(true);
  });

  it('answers alike for a wrong token, an unknown user, a user without token, a released one and no token', async () => {
    const attempts = [
      { user: alice, token: 'wrong-token-0' },
      { user: 'nobody@example.com', token: 'wrong-token-0' },
      { user: bob, token: 'wrong-token-0' },
      { user: 'gone@example.com', token },
      { user: alice, token: '' },
    ];
    const bodies = [];
    for (const attempt of attempts) {
      const { statusCode, body } = await post({ ...attempt, password: 'long enough' });
      expect(statusCode).to.equal(403);
      bodies.push(body.replaceAll(/<input [^>]*>/g, '').replaceAll(/ open(?=>)| autofocus/g, ''));
    }
    expect(new Set(bodies.map((body) => /<div class="problem".*?<\/div>/s.exec(body)?.[0])).size).to.equal(1);
    expect(new Set(bodies.slice(0, 4)).size).to.equal(1);
    expect(await partition.account(alice)).to.deep.equal(waitingAccount(alice));
  });

  it('lets exactly one of several requests with the same token win', async () => {
    const passwords = Array.from({ length: 8 }, (_, index) => `parallel password ${index}`);
    const answers = await Promise.all(passwords.map((password) => post({ user: alice, token, password })));
    const winners = passwords.filter((_, index) => answers[index]?.statusCode === 200);
    expect(winners).to.have.length(1);
    expect(answers.filter(({ statusCode }) => statusCode === 403)).to.have.length(7);
    expect(await hasPassword(alice, winners[0]!)).to.equal(true);
  });

  it('loses neither its own change nor one that converge makes at the same time', async () => {
    const answer = post({ user: alice, token, password: 'nine char' });
    const carols = Array.from({ length: 5 }, (_, index) =>
      changeLedger(partition.store, (ledger) => ({
        ledger: {
          ...ledger,
          accounts: [...ledger.accounts, waitingAccount(`carol${index}@example.com`)],
          ports: { ...ledger.ports, imap: { port: 10143 + index, ipv4: true } },
        },
        result: null,
      })),
    );
    await Promise.all([answer, ...carols]);
    expect((await answer).statusCode).to.equal(200);
    expect(await hasPassword(alice, 'nine char')).to.equal(true);
    for (const index of carols.keys()) {
      expect(await partition.account(`carol${index}@example.com`)).to.not.equal(undefined);
    }
  });

  it('shows a form with user and token from the link, or posted without a password', async () => {
    const linked = await portal.inject(`//password.php?user=${alice}&token=${token}`);
    const posted = await post({ user: alice, token });
    for (const { statusCode, body } of [linked, posted]) {
      expect(statusCode).to.equal(200);
      expect(body).to.contain(`value="${alice}"`).and.to.contain(`value="${token}"`);
      expect(body).to.not.contain('role="alert"');
    }
    const head = await portal.inject({ method: 'HEAD', url: '//password.php' });
    expect(head.statusCode).to.equal(200);
    expect(head.body).to.equal('');
  });

  it('escapes what a link brings', async () => {
    const attack = '"><script>alert(1)</script>';
    const { body } = await portal.inject({ url: '/password.php', query: { user: attack, token: attack } });
    expect(body).to.not.contain('<script').and.to.not.contain('">&lt;script');
    expect(body).to.contain('&quot;&gt;&lt;script&gt;');
    const posted = await post({ user: attack, token: attack, password: 'long enough' });
    expect(posted.body).to.not.contain('<script');
  });

  it('says what is wrong with a password, and counts that as no guess', async () => {
    const cases: [password: string, reason: RegExp][] = [
      ['seven 7', /too short/],
      ['x'.repeat(73), /too long: it may take 72 bytes/],
      ['ü'.repeat(37), /too long/],
      ['tab\there', /control character/],
      ['zero\0byte', /control character/],
      ['ALICE@example.com', /your address/],
      [`my ${token}`, /set-up code/],
    ];
    for (let round = 0; round < 2; round += 1) {
      for (const [password, reason] of cases) {
        const answer = await post({ user: alice, token, password });
        expect(answer.statusCode, password).to.equal(422);
        expect(answer.body).to.match(reason);
      }
    }
    const differing = await post({ user: alice, token, password: 'nine char', 'password-repeated': 'other' });
    expect(differing.statusCode).to.equal(422);
    expect((await post({ user: alice, token, password: 'ü'.repeat(36) })).statusCode).to.equal(200);
    expect(await hasPassword(alice, 'ü'.repeat(36))).to.equal(true);
  });

  it('takes a password of eight characters, the fewest that it may have', async () => {
    expect((await post({ user: alice, token, password: 'eight ch' })).statusCode).to.equal(200);
    expect(await hasPassword(alice, 'eight ch')).to.equal(true);
  });

  it('changes a password with the current one only', async () => {
    const change = (current: string, user = bob) =>
      post({ user, 'current-password': current, password: 'bobs second password' });
    expect((await change('not his password')).statusCode).to.equal(403);
    expect((await change('')).statusCode).to.equal(403);
    expect((await change(bobsPassword, 'nobody@example.com')).statusCode).to.equal(403);
    expect((await change('', alice)).statusCode).to.equal(403);
    const answer = await change(bobsPassword);
    expect(answer.body).to.contain('Password updated successfully');
    expect(await hasPassword(bob, 'bobs second password')).to.equal(true);
    expect((await change(bobsPassword)).statusCode).to.equal(403);
  });

  it('ends the sessions that the previous password opened, and no others', async () => {
    const doveadm = await standInDoveadm(partition.folder, bob);
    try {
      await post({ user: bob, 'current-password': 'not his password', password: 'bobs second password' });
      await post({ user: alice, token, password: 'nine char' });
      expect(await doveadm.asked()).to.equal('');
      await post({ user: bob, 'current-password': bobsPassword, password: 'bobs second password' });
      expect(await doveadm.asked()).to.equal(`who -1\nkick ${bob}\n`);
      expect(await partition.log()).to.contain(`sessions of ${bob} ended`);
    } finally {
      doveadm.end();
    }
  });

  it('keeps the new password where sessions cannot be ended, and leaves them to the next processing', async () => {
    const doveadm = await standInDoveadm(partition.folder, bob, { exitCode: 1 });
    try {
      const fields = { user: bob, 'current-password': bobsPassword, password: 'bobs second password' };
      expect((await post(fields)).statusCode).to.equal(200);
      expect(await hasPassword(bob, 'bobs second password')).to.equal(true);
      expect(await readdir(join(partition.folder, 'var/run/ended'))).to.deep.equal([bob]);
      expect(await partition.log()).to.contain(`sessions of ${bob} could not be ended`);
    } finally {
      doveadm.end();
    }
  });

  it('never changes the password of an account of our own', async () => {
    const fields = { user: 'robot@example.com', 'current-password': bobsPassword, password: 'another one' };
    expect((await post(fields)).statusCode).to.equal(403);
    expect(await hasPassword('robot@example.com', bobsPassword)).to.equal(true);
  });

  it('stops guesses for one user after ten failures, also parallel ones, and lets other clients go on', async () => {
    const guesses = Array.from({ length: 14 }, () =>
      post({ user: alice, token: 'wrong-token-0', password: 'long enough' }),
    );
    const codes = (await Promise.all(guesses)).map(({ statusCode }) => statusCode);
    expect(codes.filter((code) => code === 403)).to.have.length(10);
    expect(codes.filter((code) => code === 429)).to.have.length(4);
    const limited = await post({ user: alice, token, password: 'long enough' }, '2001:db8::ffff');
    expect(limited.statusCode, 'a neighbour in the same /64').to.equal(429);
    expect(Number(limited.headers['retry-after'])).to.be.within(1, 300);
    expect(limited.body).to.contain('role="alert"');
    expect(
      (await post({ user: alice, token, password: 'long enough' }, '2001:db8:0:1::1')).statusCode,
    ).to.equal(200);
  });

  it('stops a client that tries many users after sixty failures, whatever it claims to forward', async () => {
    for (let index = 0; index < 60; index += 1) {
      const fields = { user: `user${index}@example.com`, token: 'wrong-token-0', password: 'long enough' };
      expect((await post(fields, `203.0.113.${index}, 192.0.2.7`)).statusCode).to.equal(403);
    }
    const next = { user: alice, token, password: 'long enough' };
    expect((await post(next, '203.0.113.200, 192.0.2.7')).statusCode).to.equal(429);
    expect((await post(next, '192.0.2.8')).statusCode).to.equal(200);
  });

  it('does not count successes', async () => {
    for (let index = 0; index < 12; index += 1) {
      const fields = { user: bob, 'current-password': bobsPassword, password: bobsPassword };
      expect((await post(fields)).statusCode).to.equal(200);
    }
  });

  it('logs each attempt with user and result, and neither passwords nor tokens nor queries', async () => {
    await portal.inject(`/password.php?user=${alice}&token=${token}`);
    await portal.inject(`/nowhere?token=${token}`);
    await portal.inject(`/%zz?token=${token}`);
    await post({ user: alice, token: 'wrong-token-0', password: 'first secret' });
    await post({ user: 'a secret typed too early', token, password: 'second secret' });
    await post({ user: alice, token, password: 'third secret' }, '::1', `/password.php?token=${token}`);
    await post({ user: bob, 'current-password': bobsPassword, password: 'fourth secret' });
    const log = await partition.log();
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ user, by, result }) => [user, by, result])).to.deep.equal([
      [alice, 'token', 'denied'],
      ['(address of another domain)', 'token', 'denied'],
      [alice, 'token', 'updated'],
      [bob, 'current-password', 'updated'],
    ]);
    expect(log).to.not.match(/secret|token=|\?/);
    expect(log).to.not.contain(token).and.to.not.contain(bobsPassword);
  });
});
