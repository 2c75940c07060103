import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { contents, processMailServer, render } from '../../../../support/mail-server-run.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';

describe('what scripts send mail by', () => {
  const folder = temporaryFolder();
  const words = ['-i', '-f', '<>', '--', 'b@elsewhere.example', 'odd $HOME "name"@elsewhere.example'];

  /** What it comes to when the question is answered by exit code `answer`, with what both programs were told. */
  async function run(answer: number) {
    const path = (name: string) => join(folder(), name);
    const told = (name: string) => readFile(path(name), 'utf8').catch(() => null);
    const standIn = (name: string, code: number) =>
      writeFile(
        path(name),
        `#!/bin/sh\nprintf '%s\\n' "$@" > ${path(name)}.told\ncat >> ${path(name)}.told\nexit ${code}\n`,
        {
          mode: 0o700,
        },
      );
    await standIn('node', answer);
    await standIn('sendmail', 3);
    const script = render('mail-server/script-sendmail.hbs', {
      node: path('node'),
      maySend: '/release/may-send.mjs',
      socket: '/run/mail-policy.sock',
      sendmail: path('sendmail'),
    });
    await writeFile(path('script-sendmail'), script, { mode: 0o700 });
    const code = await new Promise<number>((resolve) => {
      const child = execFile(path('script-sendmail'), ['a@example.com', ...words], { env: {} }, (error) =>
        resolve(error === null ? 0 : Number(error.code)),
      );
      child.stdin?.on('error', () => undefined).end('Subject: a letter\n');
    });
    return { code, asked: await told('node.told'), sent: await told('sendmail.told') };
  }

  it('is told the account by Dovecot', () => {
    const files = contents(processMailServer().plan);
    const [, path] =
      /^sendmail_path = \/srv\/slapgrid\/slappart0\/(\S+) %u$/m.exec(
        files.get('etc/dovecot/dovecot.conf') ?? '',
      ) ?? [];
    expect(files.get(path ?? '')).to.contain(
      '/may-send.mjs /srv/slapgrid/slappart0/var/run/mail-policy.sock "$account" ',
    );
  });

  it('is sendmail with the same words, standard input and exit code, when the account may send', async () => {
    expect(await run(0)).to.deep.equal({
      code: 3,
      asked: `${['/release/may-send.mjs', '/run/mail-policy.sock', 'a@example.com', ...words].join('\n')}\n`,
      sent: `${words.join('\n')}\nSubject: a letter\n`,
    });
  });

  it('sends nothing, and ends as the question did, when it may not', async () => {
    for (const code of [75, 1]) expect(await run(code)).to.include({ code, sent: null });
  });
});
