import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { refusalsFile } from '../../../../src/daemons/mail-policy/config.ts';
import { countsFile, sendingPolicy } from '../../../../src/daemons/mail-policy/sending-policy.ts';
import { parseAttributes } from '../../../../src/daemons/kit/policy-server.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const limits = async (account: string) => ({
  messagesPerHour: account === 'alice@example.com' ? 2 : 1,
  messagesPerDay: 0,
  recipientsPerHour: 0,
  recipientsPerDay: 3,
});
const senders = { limits, mayLogIn: async (account: string) => !account.startsWith('suspended') };
const question = (login: string, instance: string, context = '') =>
  parseAttributes(
    `request=smtpd_access_policy\npolicy_context=${context}\nsasl_username=${login}\ninstance=${instance}`,
  );

describe('the sending policy', () => {
  const folder = temporaryFolder();

  it('answers so that a person knows what happened and what to do', async () => {
    const policy = await sendingPolicy(folder(), senders);
    expect(await policy.answer(question('alice@example.com', 'a'))).to.equal('DUNNO');
    expect(await policy.answer(question('Alice@Example.com', 'a'))).to.equal('DUNNO');
    expect(await policy.answer(question('alice@example.com', 'b'))).to.equal('DUNNO');
    expect(await policy.answer(question('alice@example.com', 'b'))).to.equal(
      '450 4.7.1 you have sent to 3 recipients within a day, which is the limit of alice@example.com; try again in 24 hours',
    );
    expect(await policy.answer(question('bob@example.com', 'c'))).to.equal('DUNNO');
    expect(await policy.answer(question('bob@example.com', 'd'))).to.equal(
      '450 4.7.1 you have sent 1 message within an hour, which is the limit of bob@example.com; try again in 60 minutes',
    );
  });

  it('has nothing to say about those who are not logged in', async () => {
    const policy = await sendingPolicy(folder(), senders);
    for (let index = 0; index < 5; index += 1)
      expect(await policy.answer(question('', String(index)))).to.equal('DUNNO');
  });

  it('refuses whoever may not log in any more, without counting', async () => {
    const policy = await sendingPolicy(folder(), senders);
    expect(await policy.answer(question('Suspended@example.com', 'a'))).to.equal(
      'REJECT 5.7.1 suspended@example.com may not log in any more',
    );
    await policy.save();
    expect(await stat(join(folder(), countsFile)).catch(() => null)).to.equal(null);
  });

  it('counts what a script sends with the rest, also of an account that may not log in', async () => {
    const policy = await sendingPolicy(folder(), senders);
    expect(await policy.answer(question('bob@example.com', 'a'))).to.equal('DUNNO');
    expect(await policy.answer(question('bob@example.com', 'b', 'script'))).to.match(/^450 4\.7\.1 /);
    expect(await policy.answer(question('suspended@example.com', 'c', 'script'))).to.equal('DUNNO');
    expect(await policy.answer(question('suspended@example.com', 'd', 'script'))).to.match(/^450 4\.7\.1 /);
  });

  it('remembers counts and refusals in private files', async () => {
    const policy = await sendingPolicy(folder(), senders);
    for (const instance of ['a', 'b']) await policy.answer(question('bob@example.com', instance));
    await policy.save();
    for (const file of [countsFile, refusalsFile])
      expect((await stat(join(folder(), file))).mode & 0o777).to.equal(0o600);
    const refusals = JSON.parse(await readFile(join(folder(), refusalsFile), 'utf8')) as object;
    expect(refusals).to.have.all.keys('bob@example.com');
    const next = await sendingPolicy(folder(), senders);
    expect(await next.answer(question('bob@example.com', 'e'))).to.match(/^450 /);
  });

  it('forgets refusals of more than an hour ago with the next one', async () => {
    const minutesAgo = (minutes: number) => ({ at: Date.now() / 1000 - minutes * 60, limit: 'some' });
    const known = { 'old@example.com': minutesAgo(61), 'recent@example.com': minutesAgo(50) };
    await writeFile(join(folder(), refusalsFile), JSON.stringify(known));
    const policy = await sendingPolicy(folder(), senders);
    for (const instance of ['a', 'b']) await policy.answer(question('bob@example.com', instance));
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
      expect(await policy.answer(question('bob@example.com', 'a'))).to.equal('DUNNO');
    } finally {
      console.error = error;
    }
    expect(said).to.have.lengthOf(1);
    expect(said[0]).to.contain('counting begins anew');
  });
});
