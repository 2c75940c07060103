import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { contents, processMailServer, render } from '../../../../support/mail-server-run.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';

const redirected = [
  'X-Sieve: Pigeonhole Sieve 0.5.19',
  'X-Sieve-Redirected-From: a@example.com',
  'From: somebody@elsewhere.example',
  'Auto-Submitted: auto-replied (vacation)',
  'Sender: x@elsewhere.example',
  '',
  'a letter  ',
  '',
  '.',
  'the end without a line break',
].join('\r\n');

describe('what scripts send mail by', () => {
  const folder = temporaryFolder();
  const recipients = ['b@elsewhere.example', 'odd $HOME "name"@elsewhere.example'];

  /** What it comes to when the question is answered so, or with exit code 1, with what both programs were told. */
  async function run(answer: string | null, message = redirected, sender = 'x@y.example') {
    const path = (name: string) => join(folder(), name);
    const told = (name: string) => readFile(path(name), 'utf8').catch(() => null);
    const standIn = (name: string, text: string) =>
      writeFile(path(name), `#!/bin/sh\n${text}\n`, { mode: 0o700 });
    await standIn(
      'postmap',
      `printf '%s\\n' "$@" > ${path('asked')}\n${answer === null ? 'exit 1' : `echo '${answer}'`}`,
    );
    await standIn('sendmail', `printf '%s\\n' "$@" > ${path('words')}\ncat > ${path('sent')}\nexit 3`);
    const script = render('mail-server/script-sendmail.hbs', {
      postmap: path('postmap'),
      socket: '/run/srs.sock',
      map: 'script-mail',
      sendmail: path('sendmail'),
    });
    await writeFile(path('script-sendmail'), script, { mode: 0o700 });
    const words = ['a@example.com', '-i', '-f', sender, '--', ...recipients];
    const result = await new Promise<{ code: number; stderr: string }>((resolve) => {
      const child = execFile(
        path('script-sendmail'),
        words,
        { env: { PATH: process.env['PATH'] } },
        (error, _out, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stderr }),
      );
      child.stdin?.on('error', () => undefined).end(message);
    });
    return { ...result, asked: await told('asked'), words: await told('words'), sent: await told('sent') };
  }

  it('is told the account by Dovecot, and asks the policy process', () => {
    const files = contents(processMailServer().plan);
    const [, path] =
      /^sendmail_path = \/srv\/slapgrid\/slappart0\/(\S+) %u$/m.exec(
        files.get('etc/dovecot/dovecot.conf') ?? '',
      ) ?? [];
    expect(files.get(path ?? '')).to.contain(
      'socketmap:unix:/srv/slapgrid/slappart0/var/run/srs.sock:script-mail',
    );
  });

  it('passes a message on as it is, from whom the process says, with the exit code of sendmail', async () => {
    const { code, asked, words, sent } = await run('0 a@example.com -');
    expect(asked).to.equal(
      `-f\n-q\na@example.com redirect x@y.example ${recipients.join(' ')} -- \nsocketmap:unix:/run/srs.sock:script-mail\n`,
    );
    expect({ code, sent }).to.deep.equal({ code: 3, sent: redirected });
    expect(words).to.equal(`-i\n-f\na@example.com\n--\n${recipients.join('\n')}\n`);
  });

  for (const { kind, first } of [
    { kind: 'notification', first: 'Auto-Submitted: auto-notified; owner-email="a@example.com"' },
    { kind: 'vacation', first: 'Auto-Submitted: auto-replied (vacation)' },
    { kind: 'other', first: 'X-Something: else' },
  ]) {
    it(`writes the name that the process says into what is ${kind}, in the place of all that a script wrote`, async () => {
      const message = [
        ...['X-Sieve: Pigeonhole', first, 'FROM: The Boss', ' <ceo@bank.example>', 'To: b@x.example'],
        ...['sender: ceo@bank.example', 'Resent-From: ceo@bank.example'],
        // A script may write it too, which must not make its message one that is passed on.
        ...(kind === 'other' ? [] : ['X-Sieve-Redirected-From: a@example.com']),
        ...['from: ceo@bank.example', 'Subject: hello', ' there', '', 'From: in the text', ''],
      ].join('\r\n');
      const { asked, sent, words } = await run('0 <> a@example.com', message);
      expect(asked)
        .to.contain(`a@example.com ${kind} x@y.example `)
        .and.contain(' --  The Boss <ceo@bank.example> from: ceo@bank.example ');
      expect(words).to.match(/^-i\n-f\n<>\n--\n/);
      const [head = '', ...text] = (sent ?? '').split('\r\n\r\n');
      expect(text.join('\r\n\r\n')).to.equal('From: in the text\r\n');
      expect(head).to.not.match(/bank\.example/i);
      expect(head.match(/^from:.*$/gim)).to.deep.equal(['From: <a@example.com>']);
      expect(head).to.contain('Subject: hello\r\n there').and.contain('To: b@x.example');
    });
  }

  it('leaves the name where the process says so, and what else a script wrote of senders not', async () => {
    const message =
      'Auto-Submitted: auto-notified\nFrom: Alice\n\t<a@example.com>\nSender: ceo@bank.example\nTo: b@x.example\n\nhi\n';
    const { sent } = await run('0 <> -', message);
    expect(sent).to.equal(
      'Auto-Submitted: auto-notified\nTo: b@x.example\nFrom: Alice\n\t<a@example.com>\n\nhi\n',
    );
  });

  it('sends nothing when it may not or nobody can be asked, and says why', async () => {
    for (const code of [75, 77]) {
      const result = await run(`${code} - you have sent too much`);
      expect(result).to.include({ code, sent: null, stderr: 'you have sent too much\n' });
    }
    const unasked = await run(null);
    expect(unasked).to.include({ code: 75, sent: null });
    expect(unasked.stderr).to.contain(
      'a script of a@example.com may not send: sending limits cannot be checked',
    );
  });

  it('takes a message of headers alone', async () => {
    expect((await run('0 <> a@example.com', 'Subject: x')).sent).to.equal(
      'Subject: x\nFrom: <a@example.com>\n',
    );
  });
});
