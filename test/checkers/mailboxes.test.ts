/** Folders, quota and filters of a mailbox, as one real Dovecot has them. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { deliverByLmtp, type Doveadm, imapAnswers, startDovecot } from '../support/written-dovecot.ts';
import { type WrittenPartition, writePartition } from '../support/written-partition.ts';

const alice = 'alice@mail1.example.com';
const bob = 'bob@mail1.example.com';

const literal = (text: string) => `{${Buffer.byteLength(text)}+}\r\n${text}`;
const lastOf = (lines: readonly string[] | undefined) => lines?.at(-1) ?? '';

describe('a mailbox', () => {
  let partition: WrittenPartition;
  let doveadm: Doveadm;
  before(async () => {
    partition = await writePartition('accounts');
    // Half of a message of the largest size fits into what a full mailbox allows.
    doveadm = await startDovecot(partition, 'etc/dovecot/dovecot.conf', (text) =>
      text.replace('quota_rule = *:storage=1024M', 'quota_rule = *:storage=1M').replaceAll('=+50M', '=+1M'),
    );
  });
  after(async () => {
    await doveadm('stop');
    await partition.remove();
  });

  const imap = (user: string, ...commands: string[]) => imapAnswers(partition, user, commands);
  const activate = async (user: string, name: string, script: string) => {
    const { exitCode, stderr } = await partition.runWith(
      script,
      'doveadm',
      ...['-c', partition.at('etc/dovecot/dovecot.conf.users-only'), 'sieve', 'put', '-u', user, '-a', name],
    );
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
  };
  /** Names of all folders. */
  const foldersOf = async (user: string) => {
    const [lines = []] = await imap(user, 'LIST "" "*"');
    return lines.flatMap((line) => {
      const [, quoted, plain] = /^\* LIST \(.*\) "\/" (?:"((?:[^"\\]|\\.)*)"|(.*))$/.exec(line) ?? [];
      const name = plain ?? quoted?.replace(/\\(.)/g, '$1');
      return name === undefined ? [] : [name];
    });
  };

  it('has folders for drafts, sent mail, the archive and what is thrown away, marked as that', async () => {
    const [lines = []] = await imap(alice, 'LIST (SPECIAL-USE) "" "*"');
    const marked = lines.flatMap(
      (line) => /\\(Drafts|Sent|Archive|Trash|Junk)\) "\/" (.*)$/.exec(line)?.slice(1, 3) ?? [],
    );
    expect(marked).to.have.members([
      'Drafts',
      'Drafts',
      'Sent',
      'Sent',
      'Archive',
      'Archive',
      'Trash',
      'Trash',
    ]);
    const [junk, found] = await imap(alice, 'CREATE Junk', 'LIST (SPECIAL-USE) "" Junk');
    expect(lastOf(junk)).to.match(/^OK/);
    expect(found?.[0]).to.contain('\\Junk');
  });

  const odd = [
    'v1.2',
    'example.com',
    'projects/v1.2/a.b',
    '..',
    '../above',
    'a/../../x',
    '.',
    '.hidden',
    '~',
    '~root',
    '~/x',
    'cur',
    'new/tmp',
    'subscriptions',
    'dovecot.index',
    'dovecot-uidlist',
    'dovecot.list.index',
    'maildirfolder',
    'back\\slash',
    'quote"s',
    'star*%',
    ' blanks ',
    '-rf',
    'Entw&APw-rfe',
    'x'.repeat(200),
  ];

  it('takes any folder name, with dots and with what means something to a file system, and keeps it inside', async () => {
    const home = partition.at(await homeOf(alice));
    const outside = await readdir(join(home, '..'));
    const made = await imap(alice, ...odd.map((name) => `CREATE ${literal(name)}`));
    expect(made.map(lastOf).filter((answer) => !answer.startsWith('OK'))).to.deep.equal([]);
    const message = 'Subject: hello\r\n\r\nhello\r\n';
    const kept = await imap(
      alice,
      ...odd.flatMap((name) => [
        `APPEND ${literal(name)} ${literal(message)}`,
        `SUBSCRIBE ${literal(name)}`,
        `STATUS ${literal(name)} (MESSAGES)`,
      ]),
    );
    expect(kept.map(lastOf).filter((answer) => !answer.startsWith('OK'))).to.deep.equal([]);
    expect(kept.flat().filter((line) => line.includes('(MESSAGES 1)'))).to.have.lengthOf(odd.length);
    expect(await foldersOf(alice)).to.include.members(odd);
    expect(await readdir(join(home, '..'))).to.deep.equal(outside);
    expect(await readdir(home)).to.not.include.members(['x', 'above']);
    const [inbox] = await imap(alice, 'SELECT INBOX');
    expect(lastOf(inbox)).to.match(/^OK/);
  });

  it('renames, fills by filters and deletes such folders', async () => {
    await activate(bob, 'dots', 'require ["fileinto", "mailbox"]; fileinto :create "lists/v1.2"; stop;');
    expect(await deliverByLmtp(partition, bob, 'Subject: filed\n\nhello')).to.match(/^250 /);
    const answers = await imap(
      bob,
      'STATUS "lists/v1.2" (MESSAGES)',
      'RENAME "lists/v1.2" "lists.old/v1.3"',
      'STATUS "lists.old/v1.3" (MESSAGES)',
      'DELETE "lists.old/v1.3"',
    );
    expect(answers.map(lastOf).filter((answer) => !answer.startsWith('OK'))).to.deep.equal([]);
    expect(answers[2]?.[0]).to.contain('(MESSAGES 1)');
    expect(await foldersOf(bob))
      .to.not.include('lists.old/v1.3')
      .and.not.include('lists/v1');
  });

  const refused = [
    'nul\0inside',
    'tab\tinside',
    'escape\u001binside',
    'delete\u007finside',
    '&AAA-',
    '/absolute',
    'two//separators',
    'y'.repeat(256),
    'z/'.repeat(300),
  ];
  it('refuses names that hold control characters or are too long, each for itself', async () => {
    const before = await foldersOf(bob);
    for (const name of refused) {
      const [made, ...others] = await imap(bob, `CREATE ${literal(name)}`, 'NOOP');
      if (name.startsWith('nul')) continue;
      expect(lastOf(made), JSON.stringify(name.slice(0, 20))).to.match(/^(NO|BAD)/);
      expect(lastOf(others[0])).to.match(/^OK/);
    }
    expect(await foldersOf(bob)).to.not.include('nul\0inside');
    expect((await foldersOf(bob)).filter((name) => name !== 'nul')).to.have.members(before);
  });

  it('that is full can be emptied and written from, within an allowance', async () => {
    await activate(bob, 'dots', 'keep;');
    const large = `Subject: large\r\n\r\n${'0123456789abcdef\r\n'.repeat(25_000)}`;
    const append = (folder: string) => `APPEND ${folder} ${literal(large)}`;
    const filled = await imap(bob, append('INBOX'), append('INBOX'), append('INBOX'));
    expect(filled.map(lastOf).map((answer) => answer.slice(0, 2))).to.deep.equal(['OK', 'OK', 'NO']);
    expect(filled.map(lastOf)[2]).to.contain('[OVERQUOTA]');
    expect(await deliverByLmtp(partition, bob, large.replaceAll('\r\n', '\n'))).to.match(/^552 5\.2\.2 /);
    const emptied = await imap(
      bob,
      'SELECT INBOX',
      'COPY 1 Trash',
      'STORE 1 +FLAGS.SILENT (\\Deleted)',
      'EXPUNGE',
      append('Drafts'),
      'MOVE 1 Trash',
    );
    expect(emptied.map(lastOf).filter((answer) => !answer.startsWith('OK'))).to.deep.equal([]);
    // The allowance has an end.
    const more = await imap(bob, append('Sent'), append('Sent'), append('Trash'), append('Archive'));
    expect(more.map(lastOf).some((answer) => answer.startsWith('NO [OVERQUOTA]'))).to.equal(true);
    expect(lastOf(more[3])).to.match(/^NO \[OVERQUOTA\]/);
  });

  it('keeps so many filter scripts of so large a size, and says so', async () => {
    const manage = async (...commands: string[]) =>
      (
        await partition.runWith(
          [...commands, 'LOGOUT'].map((line) => `${line}\r\n`).join(''),
          'doveadm',
          ...['-c', partition.at('etc/dovecot/dovecot.conf.users-only'), 'exec', 'managesieve', '-u', alice],
        )
      ).stdout;
    const put = (name: string, script: string) => `PUTSCRIPT "${name}" ${literal(script)}`;
    const answers = await manage(
      ...Array.from({ length: 51 }, (_none, index) => put(`number ${index}`, 'keep;')),
    );
    expect(answers.match(/^OK "PUTSCRIPT/gm)).to.have.lengthOf(50);
    expect(answers).to.match(/^NO \(QUOTA\/MAXSCRIPTS\)/m);
    expect(await manage(put('number 0', `# ${'x'.repeat(256 * 1024)}\nkeep;`))).to.match(
      /^NO \(QUOTA\/MAXSIZE\)/m,
    );
  });

  it('may be so large that its cache has the largest size: what opens mailboxes has memory for that', async () => {
    const mebibytesOf = async (setting: string) => {
      const configuration = partition.at('etc/dovecot/dovecot.conf.users-only');
      const { stdout } = await partition.run('doveconf', '-c', configuration, '-h', setting);
      const [, number = '', unit = ''] = /^(\d+) ?([MG])$/.exec(stdout.trim()) ?? [];
      return Number(number) * (unit === 'G' ? 1024 : 1);
    };
    const cache = await mebibytesOf('mail_cache_max_size');
    for (const service of ['imap', 'lmtp', 'quota-status'])
      expect(await mebibytesOf(`service/${service}/vsz_limit`), service).to.be.at.least(cache + 256);
  });

  /** Relative to the partition. */
  async function homeOf(user: string): Promise<string> {
    const { stdout } = await doveadm('user', '-f', 'home', user);
    const home = stdout.trim();
    expect((await lstat(home)).isDirectory()).to.equal(true);
    return home.slice(partition.at('').length);
  }
});
