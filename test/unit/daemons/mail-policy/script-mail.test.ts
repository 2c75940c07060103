import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

import { expect } from 'chai';

import { reasonToWait } from '../../../../src/daemons/mail-policy/script-mail.ts';
import { answerQuestions } from '../../../../src/daemons/kit/policy-server.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const account = 'alice@example.com';
const tooMany = '450 4.7.1 you have sent too much';

describe('mail of a filter script', () => {
  const folder = temporaryFolder();
  const socket = () => join(folder(), 'mail-policy.sock');
  const asked: { context: string; login: string; recipient: string; instance: string }[] = [];
  let policy: Server;

  beforeEach(async () => {
    asked.length = 0;
    policy = createServer((connection) => {
      answerQuestions(connection, (value) => {
        const recipient = value('recipient');
        if (recipient.startsWith('broken')) throw new Error('a bug');
        asked.push({
          context: value('policy_context'),
          login: value('sasl_username'),
          recipient,
          instance: value('instance'),
        });
        return recipient.startsWith('far') ? tooMany : 'DUNNO';
      });
    });
    await new Promise<void>((resolve) => policy.listen(socket(), resolve));
  });
  afterEach(() => new Promise((resolve) => policy.close(resolve)));

  const reason = (...sendmailArguments: string[]) => reasonToWait(socket(), { account, sendmailArguments });
  const from = ['-i', '-f', account, '--'];

  it('is asked about as mail of its account, each recipient, as one message', async () => {
    expect(await reason(...from, 'one@elsewhere.example', '--', 'two@elsewhere.example')).to.equal(null);
    expect(asked.map(({ recipient }) => recipient)).to.deep.equal([
      'one@elsewhere.example',
      '--',
      'two@elsewhere.example',
    ]);
    expect(new Set(asked.map(({ context, login }) => `${context} ${login}`))).to.deep.equal(
      new Set([`script ${account}`]),
    );
    expect(new Set(asked.map(({ instance }) => instance)).size).to.equal(1);
    expect(await reason(...from, 'one@elsewhere.example')).to.equal(null);
    expect(asked.at(-1)?.instance).to.not.equal(asked[0]?.instance).and.not.equal('');
  });

  it('counts for the account also without a sender: redirected bounces and replies have none', async () => {
    expect(await reason('-i', '-f', '<>', '--', 'one@elsewhere.example')).to.equal(null);
    expect(asked).to.have.lengthOf(1);
    expect(asked[0]?.login).to.equal(account);
  });

  it('waits when a limit is reached, for which it says the reason', async () => {
    expect(await reason(...from, 'one@elsewhere.example', 'far@elsewhere.example')).to.equal(
      `a script of ${account} may not send to far@elsewhere.example: ${tooMany}`,
    );
  });

  it('waits when nobody answers, or who does hangs up', async () => {
    const unchecked = new RegExp(`^a script of ${account} may not send: sending limits cannot be checked: `);
    expect(await reason(...from, 'broken@elsewhere.example'))
      .to.match(unchecked)
      .and.match(/hung up$/);
    const gone = { account, sendmailArguments: [...from, 'one@elsewhere.example'] };
    expect(await reasonToWait(join(folder(), 'none'), gone))
      .to.match(unchecked)
      .and.contain('ENOENT');
  });

  it('cannot write the question by an address of several lines', async () => {
    for (const end of ['\n', '\r\n', '\r'])
      expect(await reason(...from, `a@b.example${end}sasl_username=bob@example.com`)).to.contain(
        'recipient has more than one line',
      );
    const login = { account: `${account}\ninstance=x`, sendmailArguments: [...from, 'a@b.example'] };
    expect(await reasonToWait(socket(), login)).to.contain('sasl_username has more than one line');
    expect(asked).to.deep.equal([]);
  });

  it('waits when it is told no account or no recipient, which Dovecot never does', async () => {
    for (const wrong of [
      { account: '', sendmailArguments: [...from, 'a@b.example'] },
      { account: '%u', sendmailArguments: [...from, 'a@b.example'] },
      { account, sendmailArguments: from },
      { account, sendmailArguments: ['-i', 'a@b.example'] },
    ])
      expect(await reasonToWait(socket(), wrong)).to.contain('run it as Dovecot does');
    expect(asked).to.deep.equal([]);
  });
});
