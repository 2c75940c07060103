/** What must not leak, and who must not get in: secrets that are planted and searched for, modes, hostile names. */
import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { expect } from 'chai';

import { ledgerStore, readLedger } from '../../src/ledger/store.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import {
  activate,
  canLogIn,
  endpointsOf,
  fetchPage,
  type MailServer,
  setPassword,
} from '../support/system/mail-server.ts';
import { shownDuring } from '../support/system/process-texts.ts';
import { sendBy } from '../support/system/smtp.ts';
import { type StandIn, startStandIn } from '../support/system/smtp-stand-in.ts';
import { expectGoodSuites } from '../support/system/tls-suites.ts';

const domain = 'mail1.example.com';
const alice = `alice@${domain}`;
const bob = `bob@${domain}`;
const planted = (what: string) => `planted-${what}-${randomBytes(8).toString('hex')}`;

describe('security of a mail server', () => {
  /** A command in a name that somebody ran would leave a file here. */
  let trap: string;
  let mail: MailNode;
  let server: MailServer;
  let partition: string;
  let smarthost: StandIn;
  let title: string;
  /** What it is → its text. */
  const secrets = new Map<string, string>([
    ['reset token', planted('reset-token')],
    ['password of alice', planted('password-of-alice')],
    ['password of bob', planted('password-of-bob')],
    ['smarthost password', planted('smarthost-password')],
  ]);
  const secret = (what: string) => secrets.get(what) ?? '';
  const outputs: string[] = [];

  before(async () => {
    trap = await mkdtemp(join(tmpdir(), 'smt-trap-'));
    await chmod(trap, 0o777);
    title = `mail1 $(touch ${trap}/title) \`touch ${trap}/title\`; touch ${trap}/title ${'${buildout:directory}'} ../../x -oX "q" 'a'\nparts = x {{x}} %s`;
    smarthost = await startStandIn({ user: 'mail1', password: secret('smarthost password') });
    mail = await startMailNode();
    await mail.request(title, {
      'mail-domains': [domain],
      'inbound-relay': { enable: false },
      'outbound-relay': {
        host: smarthost.host,
        port: smarthost.port,
        user: 'mail1',
        password: secret('smarthost password'),
      },
    });
    await mail.requestAccount(title, 'alice', { address: alice });
    await mail.requestAccount(title, 'bob', { address: bob, 'reset-token': secret('reset token') });
    outputs.push((await mail.settle()).output);
    partition = await mail.partition(title);
    const published = await mail.published(title);
    server = endpointsOf(published);
    secrets.set('webmail-admin-password', String(published['webmail-admin-password']));
    const setup = new URL(String(published['monitor-setup-url']).replace('#', '?'));
    secrets.set('monitor password', setup.searchParams.get('password') ?? '');
    secrets.set('token of alice', String((await mail.published('alice'))['token']));
    const { secrets: ledgerSecrets } = await readLedger(ledgerStore(partition));
    secrets.set('promise password', ledgerSecrets['promise-password'] ?? '');
    for (const [what, text] of secrets) expect(text, what).to.have.length.above(20);
    // As clients and proxies send logins.
    for (const who of ['alice', 'bob']) {
      const plain = `\0${who}@${domain}\0${secret(`password of ${who}`)}`;
      secrets.set(`login of ${who}`, Buffer.from(plain).toString('base64'));
    }
  });

  after(async () => {
    await mail?.stop();
    await smarthost?.stop();
    if (trap) await rm(trap, { recursive: true, force: true });
  });

  /** Names of the secrets that stand in `text`. */
  const found = (text: string): string[] =>
    [...secrets].filter(([, value]) => text.includes(value)).map(([what]) => what);

  async function filesOf(folder: string): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
      .sort();
  }

  it('takes good suites of TLS alone where people log in, in its own order', async () => {
    const web = (url: unknown) => {
      const { hostname, port } = new URL(String(url));
      return { host: hostname.slice(1, -1), port: Number(port) };
    };
    const { 'monitor-base-url': monitor, 'webmail-url': pages } = await mail.published(title);
    await expectGoodSuites(server.smtp, 'smtp');
    await expectGoodSuites(server.imap, 'imap');
    await expectGoodSuites(server.imaps, 'at once');
    await expectGoodSuites(server.sieve, 'sieve');
    for (const url of [pages, monitor]) await expectGoodSuites(web(url), 'at once');
  });

  it('shows no secret in the command or environment of any process at work, nor in what slapgrid prints', async () => {
    const all = (await shownDuring(work, mail.node.user.uid)).join('\n');
    for (const program of ['slapos-mail.mjs converge', 'smtpd', 'imap', 'etc/plugin', 'buildout']) {
      expect(all.includes(program), `${program} was seen`).to.equal(true);
    }
    expect(found(all)).to.deep.equal([]);
    expect(found(outputs.join('\n'))).to.deep.equal([]);
  });

  /** Everything that handles a secret: set-up, logins, submission by a smarthost, processing, promises. */
  async function work(): Promise<void> {
    for (const [user, token] of [
      [alice, secret('token of alice')],
      [bob, secret('reset token')],
    ] as const) {
      const who = user.split('@')[0] ?? '';
      const query = `user=${encodeURIComponent(user)}&token=${encodeURIComponent(token)}`;
      expect((await fetchPage(`${server.passwordUrl}?${query}`)).status).to.equal(200);
      expect(await setPassword(server, user, 'a wrong token', 'whatever it is')).to.equal(false);
      expect(await setPassword(server, user, token, secret(`password of ${who}`))).to.equal(true);
      expect(await canLogIn(server, user, secret(`password of ${who}`))).to.equal(true);
      expect(await canLogIn(server, user, 'a wrong password')).to.equal(false);
    }
    const login = { user: alice, pass: secret('password of alice') };
    const envelope = { sender: alice, recipients: [bob, 'somebody@elsewhere.example'] };
    expect(await sendBy(server.smtp, envelope, { login })).to.equal('accepted');
    await mail.requestAccount(title, 'carol', { address: `carol@${domain}` });
    outputs.push((await mail.settle()).output, (await mail.reprocess()).output);
    const promises = await mail.node.checkPromises();
    expect(promises.exitCode, promises.output).to.equal(0);
    outputs.push(promises.output);
  }

  it('keeps secrets in its private files and nowhere else, logs of the node included', async () => {
    // Hashes are no secrets here; tokens and passwords of people are kept as such only.
    const homes: Readonly<Record<string, RegExp>> = {
      'webmail-admin-password': /^srv\/ledger\/generation-\d+\/(secrets|outbox)$/,
      'monitor password': /^srv\/ledger\/generation-\d+\/(secrets|outbox)$/,
      'promise password': /^(srv\/ledger\/generation-\d+\/secrets|etc\/promise-credentials\.json)$/,
      'smarthost password': /^etc\/postfix\/smarthost-passwords(\.cdb)?$/,
      'token of alice': /^srv\/ledger\/generation-\d+\/outbox$/,
      'reset token': /^srv\/ledger\/generation-\d+\/outbox$/,
    };
    const misplaced: string[] = [];
    for (const path of await filesOf(partition)) {
      for (const what of found(await readFile(join(partition, path), 'latin1'))) {
        if (!homes[what]?.test(path)) misplaced.push(`${what} in ${path}`);
      }
    }
    for (const name of await readdir(mail.node.layout.logDirectory)) {
      const text = await readFile(join(mail.node.layout.logDirectory, name), 'latin1');
      misplaced.push(...found(text).map((what) => `${what} in the node's log ${name}`));
    }
    expect(misplaced).to.deep.equal([]);
    // What the master has received waits nowhere.
    expect(await readFile(join(partition, 'srv/ledger/current/outbox'), 'utf8')).to.equal('');
  });

  it('closes its private files to group and others, and what leads to them', async () => {
    const closed = [
      ...['etc/postfix', 'etc/dovecot', 'etc/apache', 'srv/ledger'],
      ...[
        'etc/connection.json',
        'etc/portal.json',
        'etc/promise-credentials.json',
        'etc/profile.cfg',
        'etc/promises.json',
      ],
      ...[
        'var/log/postfix.log',
        'var/log/dovecot.log',
        'var/log/portal.log',
        'srv/mail',
        'var/run/portal.sock',
      ],
      ...['lmtp', 'auth-postfix', 'quota-status', 'auth-master'].map((name) => `var/run/dovecot/${name}`),
      ...['active', 'incoming', 'deferred', 'private'].map((name) => `var/spool/postfix/${name}`),
    ];
    const open: string[] = [];
    for (const path of closed) {
      const full = join(partition, path);
      // Mail folders are Dovecot's own affair; the one above them is closed.
      const inside = (await stat(full)).isDirectory() && path !== 'srv/mail' ? await filesOf(full) : [];
      for (const each of [full, ...inside.map((name) => join(full, name))]) {
        const { mode } = await stat(each);
        const allowed = (await stat(each)).isDirectory() ? 0o750 : 0o700;
        if ((mode & 0o777 & ~allowed) !== 0) {
          open.push(`${relative(partition, each)} ${(mode & 0o777).toString(8)}`);
        }
      }
    }
    expect(open).to.deep.equal([]);
    expect((await stat(partition)).mode & 0o777).to.equal(0o750);
  });

  it('lets nobody but its user write any file or folder', async () => {
    const writable: string[] = [];
    for (const entry of await readdir(partition, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const { mode } = await lstat(path).catch(() => ({ mode: 0 }));
      // Sockets of Dovecot have modes of their own; the partition's folder closes them.
      if ((entry.isFile() || entry.isDirectory()) && (mode & 0o022) !== 0)
        writable.push(relative(partition, path));
    }
    // Postfix's own mode for the folder of submissions by local programs.
    expect(writable).to.deep.equal(['var/spool/postfix/maildrop']);
  });

  it('runs nothing of its title and calls itself by a safe name', async () => {
    expect(await readdir(trap)).to.deep.equal([]);
    const configuration = await readFile(join(partition, 'etc/postfix/main.cf'), 'utf8');
    const [, name] = /^myhostname = (.*)$/m.exec(configuration) ?? [];
    expect(name).to.match(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
    expect(await readFile(join(partition, 'etc/profile.cfg'), 'utf8')).not.to.contain('touch');
  });

  describe('with hostile references of shared instances', () => {
    const references = () => [
      'blanks in between',
      ' blanks around ',
      'a\nnew line',
      '../../../../etc/passwd',
      '/etc/passwd',
      `$(touch ${trap}/reference)`,
      `\`touch ${trap}/reference\``,
      `; touch ${trap}/reference #`,
      '${buildout:directory}',
      '%(here)s %n {{partition}} $1',
      '-oX/tmp/x',
      '"quoted" \'and\' <tagged> &amp; ]]>',
      'a:b=c;d,e|f\\g',
      'ünïcödé ☃ \u202e',
      '-',
      '..',
      '__proto__',
      'constructor',
      'delivery-promise',
      'x'.repeat(200),
    ];

    it('serves each of them as any other', async () => {
      const names = references();
      for (const [index, name] of names.entries()) {
        await mail.requestAccount(title, name, { address: `account${index}@${domain}` });
      }
      await mail.settle();
      for (const [index, name] of names.entries()) {
        const { address, token, error } = await mail.published(name);
        expect({ name, address, error }).to.deep.equal({
          name,
          address: `account${index}@${domain}`,
          error: undefined,
        });
        expect(token, name).to.match(/^[0-9a-f-]{36}$/);
      }
      const [first = '', , , traversal = ''] = names;
      for (const [name, index] of [
        [first, 0],
        [traversal, 3],
      ] as const) {
        await activate(mail, title, name, `password of ${index}`);
        const address = `account${index}@${domain}`;
        expect(await canLogIn(server, address, `password of ${index}`)).to.equal(true);
        expect(await sendBy(server.smtp, { sender: 'x@elsewhere.example', recipients: [address] })).to.equal(
          'accepted',
        );
      }
      expect(await readdir(trap)).to.deep.equal([]);
    });

    it('keeps the mail of every account below its own address', async () => {
      const { accounts } = await readLedger(ledgerStore(partition));
      for (const { address, mailbox } of accounts) {
        const [local, host] = address.split('@');
        expect(mailbox.startsWith(`${host}/${local}/`), mailbox).to.equal(true);
        expect(mailbox.slice(`${host}/${local}/`.length)).to.match(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/);
      }
      expect(new Set(accounts.map(({ mailbox }) => mailbox)).size).to.equal(accounts.length);
    });

    it('refuses hostile addresses one by one, and keeps the others', async () => {
      const addresses = [
        `-oX@${domain}`,
        `../../x@${domain}`,
        `a b@${domain}`,
        `$(touch ${trap}/address)@${domain}`,
        `|touch ${trap}/address@${domain}`,
        `"quoted"@${domain}`,
        `x:y@${domain}`,
        `line\nfeed@${domain}`,
        `x%elsewhere.example@${domain}`,
        'x@[192.0.2.1]',
        `@${domain}`,
        'delivery@promise.invalid',
        '',
      ];
      for (const [index, address] of addresses.entries()) {
        await mail.requestAccount(title, `hostile ${index}`, { address });
      }
      await mail.settle();
      for (const [index, address] of addresses.entries()) {
        const { error, token, ...rest } = await mail.published(`hostile ${index}`);
        expect(error, address).to.match(/^(address_invalid|parameters_invalid): /);
        expect(token, address).to.equal(undefined);
        expect(rest, address).to.deep.equal({ address });
      }
      expect(await canLogIn(server, alice, secret('password of alice'))).to.equal(true);
      expect(await readdir(trap)).to.deep.equal([]);
    });
  });
});
