import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { refusalsFile } from '../../../../src/daemons/mail-policy/config.ts';
import {
  countsFile,
  type SendingPolicy,
  sendingPolicy,
} from '../../../../src/daemons/mail-policy/sending-policy.ts';
import { parseAttributes } from '../../../../src/daemons/kit/policy-server.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const limits = async (account: string) => ({
  messagesPerHour: account === 'alice@example.com' ? 2 : 1,
  messagesPerDay: 0,
  recipientsPerHour: 0,
  recipientsPerDay: 3,
});
const senders = {
  limits,
  endsOf: async (recipient: string) =>
    recipient.startsWith('list') ? 199 : recipient.startsWith('team') ? 2 : 1,
  mayLogIn: async (account: string) => !account.startsWith('suspended'),
  isRead: (account: string) => !account.startsWith('unread'),
};
const question = (login: string, instance: string, more: Readonly<Record<string, string>> = {}) =>
  parseAttributes(
    Object.entries({ request: 'smtpd_access_policy', sasl_username: login, instance, ...more })
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
  );
const end = (recipients: number) => ({
  protocol_state: 'END-OF-MESSAGE',
  recipient_count: String(recipients),
});

let instances = 0;
/** What each recipient of a message is answered, on a connection of its own; the message comes for those that are not refused. */
async function send(policy: SendingPolicy, login: string, recipients = 1): Promise<string[]> {
  const session = policy.session();
  const instance = `message ${(instances += 1)}`;
  const answers: string[] = [];
  for (let index = 0; index < recipients; index += 1)
    answers.push(await session.answer(question(login, instance)));
  const good = answers.filter((answer) => answer === 'DUNNO').length;
  if (good > 0) expect(await session.answer(question(login, instance, end(good)))).to.equal('DUNNO');
  return answers;
}

describe('the sending policy', () => {
  const folder = temporaryFolder();

  it('puts a message off at its end whose headers nobody reads, and counts nothing', async () => {
    const policy = await sendingPolicy(folder(), senders);
    const session = policy.session();
    const login = 'Unread@example.com';
    for (const instance of ['one', 'two']) {
      expect(await session.answer(question(login, instance))).to.equal('DUNNO');
      expect(await session.answer(question(login, instance, end(1)))).to.match(/^451 4\.3\.0 the headers /);
    }
    expect(await policy.countScript(login.toLowerCase(), ['x@y.example'])).to.equal(null);
  });

  it('answers so that a person knows what happened and what to do', async () => {
    const policy = await sendingPolicy(folder(), senders);
    expect(await send(policy, 'alice@example.com', 1)).to.deep.equal(['DUNNO']);
    expect(await send(policy, 'Alice@Example.com', 3)).to.deep.equal([
      'DUNNO',
      'DUNNO',
      '450 4.7.1 you have sent to 3 recipients within a day, which is the limit of alice@example.com; try again in 24 hours',
    ]);
    expect(await send(policy, 'bob@example.com')).to.deep.equal(['DUNNO']);
    expect(await send(policy, 'bob@example.com')).to.deep.equal([
      '450 4.7.1 you have sent 1 message within an hour, which is the limit of bob@example.com; try again in 60 minutes',
    ]);
  });

  it('counts what is taken, not what is only begun', async () => {
    const policy = await sendingPolicy(folder(), senders);
    const session = policy.session();
    for (const instance of ['a', 'b', 'c', 'd'])
      expect(await session.answer(question('bob@example.com', instance))).to.equal('DUNNO');
    session.end();
    expect(await send(policy, 'bob@example.com')).to.deep.equal(['DUNNO']);
    expect((await send(policy, 'bob@example.com'))[0]).to.match(/^450 /);
  });

  it('lets no burst slip through: what is begun on many connections counts until it is given up', async () => {
    const policy = await sendingPolicy(folder(), senders);
    const sessions = Array.from({ length: 10 }, () => policy.session());
    const answers = await Promise.all(
      sessions.map((session, index) => session.answer(question('alice@example.com', `burst ${index}`))),
    );
    expect(answers.filter((answer) => answer === 'DUNNO')).to.have.lengthOf(2);
    for (const session of sessions) session.end();
    expect(await send(policy, 'alice@example.com')).to.deep.equal(['DUNNO']);
  });

  it('counts recipients of a message that is sent where another was given up', async () => {
    const policy = await sendingPolicy(folder(), senders);
    const session = policy.session();
    const answers: string[] = [];
    for (const instance of ['a', 'a', 'b', 'b', 'b', 'b'])
      answers.push((await session.answer(question('alice@example.com', instance))).slice(0, 5));
    expect(answers).to.deep.equal(['DUNNO', 'DUNNO', 'DUNNO', 'DUNNO', 'DUNNO', '450 4']);
    await session.answer(question('alice@example.com', 'b', end(3)));
    expect((await send(policy, 'alice@example.com'))[0]).to.match(/^450 .* to 3 recipients within a day/);
  });

  it('reserves nothing on a connection that is closed meanwhile', async () => {
    const policy = await sendingPolicy(folder(), senders);
    const session = policy.session();
    const answer = session.answer(question('bob@example.com', 'a'));
    session.end();
    await answer;
    expect(await send(policy, 'bob@example.com')).to.deep.equal(['DUNNO']);
  });

  it('has nothing to say about those who are not logged in', async () => {
    const policy = await sendingPolicy(folder(), senders);
    for (let index = 0; index < 5; index += 1) expect(await send(policy, '')).to.deep.equal(['DUNNO']);
  });

  it('refuses whoever may not log in any more, without counting', async () => {
    const policy = await sendingPolicy(folder(), senders);
    expect(await policy.session().answer(question('Suspended@example.com', 'a'))).to.equal(
      'REJECT 5.7.1 suspended@example.com may not log in any more',
    );
    await policy.save();
    expect(await stat(join(folder(), countsFile)).catch(() => null)).to.equal(null);
  });

  it('counts what a script sends with the rest, also of an account that may not log in', async () => {
    const policy = await sendingPolicy(folder(), senders);
    const ask = (login: string) => policy.countScript(login, ['x@elsewhere.example']);
    await send(policy, 'bob@example.com');
    expect(await ask('bob@example.com')).to.match(/^450 4\.7\.1 /);
    expect(await ask('suspended@example.com')).to.equal(null);
    expect(await ask('suspended@example.com')).to.match(/^450 4\.7\.1 /);
  });

  it('counts an alias for all that it leads to, of people and of scripts', async () => {
    const policy = await sendingPolicy(folder(), senders);
    const ask = (session: ReturnType<SendingPolicy['session']>, instance: string, recipient: string) =>
      session.answer(question('alice@example.com', instance, { recipient }));
    const session = policy.session();
    expect(await ask(session, 'a', 'list@example.com')).to.equal(
      '550 5.7.1 this address leads to 199 others, more than alice@example.com may send to (3 within a day)',
    );
    expect(await ask(session, 'b', 'team@example.com')).to.equal('DUNNO');
    expect(await ask(session, 'b', 'team@example.com')).to.match(
      /^450 4\.7\.1 you have sent to 2 recipients within a day/,
    );
    expect(await session.answer(question('alice@example.com', 'b', end(1)))).to.equal('DUNNO');
    expect(await policy.countScript('alice@example.com', ['team@example.com'])).to.match(
      /^450 .* to 2 recipients/,
    );
    expect(await policy.countScript('bob@example.com', ['one@x.example', 'list@example.com'])).to.match(
      /^550 .* 200 others/,
    );
    expect(await policy.countScript('alice@example.com', ['one@x.example'])).to.equal(null);
  });

  it('remembers counts and refusals in private files', async () => {
    const policy = await sendingPolicy(folder(), senders);
    for (let index = 0; index < 2; index += 1) await send(policy, 'bob@example.com');
    await policy.save();
    for (const file of [countsFile, refusalsFile])
      expect((await stat(join(folder(), file))).mode & 0o777).to.equal(0o600);
    const refusals = JSON.parse(await readFile(join(folder(), refusalsFile), 'utf8')) as object;
    expect(refusals).to.have.all.keys('bob@example.com');
    const next = await sendingPolicy(folder(), senders);
    expect((await send(next, 'bob@example.com'))[0]).to.match(/^450 /);
  });

  it('forgets refusals of more than an hour ago with the next one', async () => {
    const minutesAgo = (minutes: number) => ({ at: Date.now() / 1000 - minutes * 60, limit: 'some' });
    const known = { 'old@example.com': minutesAgo(61), 'recent@example.com': minutesAgo(50) };
    await writeFile(join(folder(), refusalsFile), JSON.stringify(known));
    const policy = await sendingPolicy(folder(), senders);
    for (let index = 0; index < 2; index += 1) await send(policy, 'bob@example.com');
    await policy.save();
    const refusals = JSON.parse(await readFile(join(folder(), refusalsFile), 'utf8')) as object;
    expect(refusals).to.have.all.keys('recent@example.com', 'bob@example.com');
  });

  it('writes nothing while nothing happens', async () => {
    const policy = await sendingPolicy(folder(), senders);
    await policy.save();
    expect(await stat(join(folder(), countsFile)).catch(() => null)).to.equal(null);
  });

  it('begins anew where its file was damaged', async () => {
    await writeFile(join(folder(), countsFile), '{"messagesPerHour":');
    const { error } = console;
    const said: string[] = [];
    console.error = (line: string) => void said.push(line);
    try {
      const policy = await sendingPolicy(folder(), senders);
      expect(await send(policy, 'bob@example.com')).to.deep.equal(['DUNNO']);
    } finally {
      console.error = error;
    }
    expect(said).to.have.lengthOf(1);
    expect(said[0]).to.contain('counting begins anew');
  });
});
