/** What can go wrong around and in the middle of a processing, and that nothing is lost or half done by it. */
import { chmod, chown, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { ledgerStore, readLedger } from '../../src/ledger/store.ts';
import { tokenMatches } from '../../src/ledger/token.ts';
import { runAsUser } from '../../src/local-node/run-as-user.ts';
import { configuredProxy, startSlapproxy, stopSlapproxy } from '../../src/local-node/slapproxy/server.ts';
import { ageLock } from '../support/child.ts';
import {
  converge,
  type ConvergeChanges,
  convergeKilled,
  convergeOnFullDisk,
  reasonOf,
} from '../support/system/converge.ts';
import { eventually } from '../support/system/eventually.ts';
import { type FakeMaster, passOn, startFakeMaster } from '../support/system/fake-master.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import {
  activate,
  canLogIn,
  endpointsOf,
  type MailServer,
  setPassword,
} from '../support/system/mail-server.ts';
import { openSmtp, sendBy } from '../support/system/smtp.ts';
import { changedPaths, fileStates, servicePids } from '../support/system/watching.ts';

const domain = 'mail1.example.com';
const alice = `alice@${domain}`;
const password = 'alices-pw';
const kills = 30;
/** `operator` of the exit codes: the node's operator can mend it. */
const operator = 4;
const isRoot = process.getuid?.() === 0;

describe('a mail server when something goes wrong', function () {
  this.timeout(120_000);
  let mail: MailNode;
  let server: MailServer;
  let partition: string;
  let accounts = 0;

  before(async () => {
    mail = await startMailNode();
    await mail.request('mail1');
    await mail.requestAccount('mail1', 'alice', { address: alice });
    await mail.settle();
    partition = await mail.partition('mail1');
    server = endpointsOf(await mail.published('mail1'));
    await activate(mail, 'mail1', 'alice', password);
    await mail.settle();
  });

  after(async () => {
    await mail?.stop();
  });

  const run = (changes?: ConvergeChanges) => converge(mail, partition, changes);
  const ledger = () => readLedger(ledgerStore(partition));

  /** Has one more account requested; its name. */
  async function oneMoreAccount(): Promise<string> {
    accounts += 1;
    const name = `account${accounts}`;
    await mail.requestAccount('mail1', name, { address: `${name}@${domain}` });
    return name;
  }

  /** Everything that a failing run must leave as it is. */
  async function state() {
    return {
      files: await fileStates(partition, ['etc', 'libexec', 'bin', 'srv/ledger']),
      services: await servicePids(mail, partition),
    };
  }

  /** The run fails for a reason that an operator can mend, says it last, and leaves everything as it was. */
  async function expectRefusal(reason: RegExp, changes?: ConvergeChanges): Promise<void> {
    const before = await state();
    const result = await run(changes);
    expect(result.exitCode, result.output).to.equal(operator);
    expect(reasonOf(result)).to.match(reason);
    const after = await state();
    expect(changedPaths(before.files, after.files)).to.deep.equal([]);
    expect(after.services).to.deep.equal(before.services);
    expect(await canLogIn(server, alice, password)).to.equal(true);
  }

  async function expectConverged(): Promise<string> {
    const { exitCode, output } = await run();
    expect(exitCode, output).to.equal(0);
    return output;
  }

  /** What users, Postfix's tables, holders and the master's copy say about who exists is the same. */
  async function expectAgreement(): Promise<void> {
    const { accounts: records, outbox } = await ledger();
    const addresses = records.map(({ address }) => address).sort();
    expect(outbox).to.deep.equal({});
    for (const table of ['mailboxes', 'sender-logins']) {
      const source = await readFile(join(partition, 'etc/postfix', table), 'utf8');
      const input = [...addresses, 'nobody@elsewhere.example'].map((address) => `${address}\n`).join('');
      const { output } = await runAsUser(
        mail.node,
        [join(partition, 'bin/postmap'), '-q', '-', `cdb:${partition}/etc/postfix/${table}`],
        { input },
      );
      for (const text of [source, output]) expect(keysOf(text), table).to.deep.equal(addresses);
    }
    expect(await readdir(join(partition, 'var/run/changed'))).to.deep.equal([]);
    const left = (await readdir(join(partition, 'etc/postfix'))).filter((name) =>
      /^\.|\.(new|tmp)$/.test(name),
    );
    expect(left).to.deep.equal([]);
  }

  const keysOf = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => line.split(/\s/)[0])
      .sort();

  describe('the master', () => {
    it('is away: says its URL, changes nothing, and mail and passwords work on', async () => {
      const proxy = configuredProxy(mail.node);
      if (proxy === undefined) throw new Error('the node has no slapproxy');
      const name = await oneMoreAccount();
      await expectConverged();
      const { token } = await mail.published(name);
      await stopSlapproxy(mail.node);
      try {
        await expectRefusal(new RegExp(mail.node.serverUrl.replace(/\/$/, '')));
        expect(await sendBy(server.smtp, { sender: 'x@elsewhere.example', recipients: [alice] })).to.equal(
          'accepted',
        );
        expect(await setPassword(server, `${name}@${domain}`, token, 'its-password')).to.equal(true);
      } finally {
        await startSlapproxy(mail.node, proxy);
      }
      await expectConverged();
    });

    for (const { what, answer, reason } of [
      {
        what: 'a web page',
        answer: '<!DOCTYPE html><html><body>Welcome</body></html>',
        reason: /its answer cannot be used/,
      },
      { what: 'nothing', answer: '', reason: /its answer cannot be used/ },
      {
        what: 'a value of another kind',
        answer: '<marshal><dictionary id="i2"></dictionary></marshal>',
        reason: /its answer cannot be used/,
      },
    ]) {
      it(`answers with ${what}: says so with the URL and changes nothing`, async () => {
        const fake = await startFakeMaster((_request, response) => void response.end(answer));
        await expectUrlAndReason(fake, reason);
      });
    }

    it('answers with half an answer: changes nothing', async () => {
      const fake = await startFakeMaster((request, response) =>
        passOn(mail.node.serverUrl, request, response, (body) => body.slice(0, body.length / 2)),
      );
      await expectUrlAndReason(fake, /its answer cannot be used/);
    });

    it('answers with an error: changes nothing', async () => {
      const fake = await startFakeMaster(
        (_request, response) => void response.writeHead(500).end('<h1>Internal Server Error</h1>'),
      );
      await expectUrlAndReason(fake, /it answered 500/);
    });

    it('hangs up: changes nothing', async () => {
      const fake = await startFakeMaster((_request, response) => void response.destroy());
      await expectUrlAndReason(fake, /./);
    });

    async function expectUrlAndReason(fake: FakeMaster, reason: RegExp): Promise<void> {
      try {
        await expectRefusal(new RegExp(fake.url.replace(/\/$/, '')), { serverUrl: fake.url });
        await expectRefusal(reason, { serverUrl: fake.url });
      } finally {
        await fake.stop();
      }
    }

    it('takes no publications: what it lacks waits, with its tokens, for the next run', async () => {
      const name = await oneMoreAccount();
      const fake = await startFakeMaster(async (request, response) => {
        if (request.url?.includes('setComputerPartitionConnectionXml')) response.writeHead(500).end('sorry');
        else await passOn(mail.node.serverUrl, request, response);
      });
      try {
        const result = await run({ serverUrl: fake.url });
        expect(result.exitCode, result.output).to.equal(operator);
        expect(reasonOf(result)).to.contain('it answered 500');
      } finally {
        await fake.stop();
      }
      expect(await mail.published(name)).to.deep.equal({});
      await expectConverged();
      await activate(mail, 'mail1', name, 'its-password');
      expect(await canLogIn(server, `${name}@${domain}`, 'its-password')).to.equal(true);
      await expectAgreement();
    });
  });

  describe('the disk', () => {
    for (const folder of ['srv/ledger', 'etc/postfix']) {
      it(`cannot be written at ${folder}: says so, serves on, and the next run does it all`, async () => {
        const name = await oneMoreAccount();
        const before = await ledger();
        const { mode } = await stat(join(partition, folder));
        await chmod(join(partition, folder), 0o500);
        try {
          const result = await run();
          expect(result.exitCode, result.output).to.equal(operator);
          expect(reasonOf(result)).to.contain(join(partition, folder)).and.to.contain('EACCES');
          expect((await ledger()).accounts).to.deep.equal(before.accounts);
          expect(await canLogIn(server, alice, password)).to.equal(true);
        } finally {
          await chmod(join(partition, folder), mode & 0o777);
        }
        await expectConverged();
        expect((await ledger()).accounts.map(({ address }) => address)).to.include(`${name}@${domain}`);
        await expectAgreement();
      });
    }

    // Only root can mount.
    if (isRoot) {
      it('is full: keeps the ledger, says so, and goes on when there is room', async () => {
        await oneMoreAccount();
        const { exitCode, output } = await convergeOnFullDisk(mail, partition);
        expect(exitCode, output).to.equal(operator);
        expect(output).to.match(/could not be written: ENOSPC/);
        expect(output).not.to.contain('ledger changed');
        await expectConverged();
        await expectAgreement();
      });
    }
  });

  describe('the ledger', () => {
    const current = (file: string) => join(partition, 'srv/ledger/current', file);

    for (const { file, line, reason } of [
      { file: 'users', line: 'somebody@mail1.example.com:{BLF-CRYPT}x', reason: 'has 2 fields instead of 8' },
      { file: 'users', line: `bob@${domain}:*::::/home::`, reason: 'has no holder' },
      {
        file: 'holders',
        line: `carol@${domain} lent shared:_x somewhere`,
        reason: 'neither held, released nor alias',
      },
      { file: 'ports', line: 'imap many -', reason: 'is not `service port ipv4`' },
    ]) {
      it(`has a line in ${file} that ${reason}: names file and line, changes nothing, serves on`, async () => {
        const text = await readFile(current(file), 'utf8');
        const number = text.trimEnd().split('\n').length + 1;
        await replace(current(file), `${text}${line}\n`);
        try {
          await expectRefusal(new RegExp(`srv/ledger/current/${file}:${number}: .*${reason}`));
          const pass = await mail.reprocess();
          expect(pass.exitCode).to.equal(1);
          expect(pass.output).to.contain(`current/${file}:${number}: `);
          expect(await canLogIn(server, alice, password)).to.equal(true);
        } finally {
          await replace(current(file), text);
        }
        await expectConverged();
      });
    }

    /** As an editor saves: `previous` may hold the same file. */
    async function replace(path: string, text: string): Promise<void> {
      await writeFile(`${path}.new`, text, { mode: 0o600 });
      await chown(`${path}.new`, mail.node.user.uid, mail.node.user.gid);
      await rename(`${path}.new`, path);
    }

    it('is locked by a process that was killed: a password is set all the same', async () => {
      const name = await oneMoreAccount();
      await expectConverged();
      // What such a process leaves.
      await runAsUser(mail.node, ['mkdir', join(partition, 'srv/ledger.lock')]);
      await activate(mail, 'mail1', name, 'its-password');
      expect(await canLogIn(server, `${name}@${domain}`, 'its-password')).to.equal(true);
    });

    it('is changed by two runs at once: both end well', async () => {
      await oneMoreAccount();
      const results = await Promise.all([run(), run()]);
      for (const { exitCode, output } of results) expect(exitCode, output).to.equal(0);
      await expectAgreement();
    });
  });

  it('lacks programs: all of them are named with their packages, before anything is changed', async () => {
    const programs = join(mail.node.softwareDirectory(mail.softwareUrl), 'programs.json');
    const known = JSON.parse(await readFile(programs, 'utf8')) as Record<string, { path: string }>;
    for (const name of ['dovecot', 'postmap']) Object.assign(known[name] ?? {}, { path: `/nowhere/${name}` });
    const folder = join(mail.node.layout.directory, 'broken');
    await mkdir(folder);
    for (const [file, text] of [
      ['programs.json', JSON.stringify(known)],
      ['facts.json', await readFile(programs.replace('programs.json', 'facts.json'), 'utf8')],
    ] as const) {
      await writeFile(join(folder, file), text);
      await chmod(join(folder, file), 0o644);
    }
    await chmod(folder, 0o755);
    await expectRefusal(
      /dovecot \(\/nowhere\/dovecot, package dovecot-core\).*postmap \(\/nowhere\/postmap, package postfix\)|postmap.*dovecot/,
      { programs: join(folder, 'programs.json') },
    );
  });

  it(`loses nothing when a run is killed at any moment (${kills} kills)`, async () => {
    await oneMoreAccount();
    const start = performance.now();
    await expectConverged();
    const duration = performance.now() - start;
    let killed = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const before = (await ledger()).accounts;
      await oneMoreAccount();
      const megabytes = 20 + kill;
      await mail.request('mail1', {
        'mail-domains': [domain],
        'inbound-relay': { enable: false },
        'email-size-limit': megabytes,
      });
      if (await convergeKilled(mail, partition, ((kill + 0.5) / kills) * duration)) killed += 1;
      await ageLock(ledgerStore(partition));
      const { accounts: after } = await ledger();
      for (const record of before) expect(after).to.deep.include(record);
      expect(await canLogIn(server, alice, password)).to.equal(true);
      // Several kills in a row now and then: each finds what the one before left.
      if (kill % 3 !== 2) continue;
      await expectConverged();
      await expectAgreement();
      expect((await ledger()).accounts.filter(({ holder }) => holder.startsWith('shared:'))).to.have.length(
        accounts + 1,
      );
      await eventually('Postfix knows the new size limit', async () => {
        const client = await openSmtp(server.smtp);
        try {
          return (await client.command('EHLO client.example', /^250 /)).includes(
            `SIZE ${megabytes * 2 ** 20}`,
          );
        } finally {
          client.close();
        }
      });
    }
    expect(killed).to.be.above(kills / 2);
    const { accounts: records } = await ledger();
    for (let number = 1; number <= accounts; number += 1) {
      const { address, token } = await mail.published(`account${number}`);
      const record = records.find((one) => one.address === address);
      // Those whose password is set have spent theirs.
      if (record?.token !== null) expect(tokenMatches(String(token), record?.token ?? '')).to.equal(true);
    }
  });
});
