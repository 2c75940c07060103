import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

import { expect } from 'chai';

import { answerQuota } from '../../../../src/daemons/mail-policy/quota-policy.ts';
import { answerQuestions, parseAttributes } from '../../../../src/daemons/kit/policy-server.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const recipients = new Map([
  ['full@example.com', 'full@example.com'],
  ['empty@example.com', 'empty@example.com'],
  ['alias@example.com', 'full@example.com'],
  ['both@example.com', 'empty@example.com, full@example.com'],
  ['abroad@example.com', 'full@example.com, x@foreign.example'],
  ['two@example.com', 'full@example.com, fuller@example.com'],
  ['full+exact@example.com', 'empty@example.com'],
  ['@example.com', 'full@example.com'],
]);
const full = '552 5.2.2 Mailbox is full';

describe('whether there is room for a recipient', () => {
  const folder = temporaryFolder();
  const asked: string[] = [];
  let dovecot: Server;
  const socket = () => join(folder(), 'quota-status');

  beforeEach(async () => {
    asked.length = 0;
    dovecot = createServer((connection) =>
      answerQuestions(connection, (attributes) => {
        asked.push(`${attributes('recipient')} ${attributes('size')}`);
        return attributes('recipient').startsWith('full') ? full : 'DUNNO';
      }),
    );
    await new Promise<void>((resolve) => dovecot.listen(socket(), resolve));
  });
  afterEach(() => new Promise((resolve) => dovecot.close(resolve)));

  const answer = (recipient: string, delimiter = '+') =>
    answerQuota(parseAttributes(`policy_context=quota\nrecipient=${recipient}\nsize=42`), {
      socket: socket(),
      delimiter,
      recipients,
    });

  it('is asked of the mailboxes in which it ends, with the size', async () => {
    expect(await answer('Alias+tag@Example.com')).to.equal(full);
    expect(asked).to.deep.equal(['full@example.com 42']);
    expect(await answer('empty@example.com')).to.equal('DUNNO');
  });

  it('is there as long as one of them has some, or another server is one', async () => {
    expect(await answer('both@example.com')).to.equal('DUNNO');
    expect(await answer('abroad@example.com')).to.equal('DUNNO');
    expect(await answer('two@example.com')).to.equal(full);
  });

  it('is that of the exact address, before that without its tag, before the catch-all', async () => {
    expect(await answer('full+exact@example.com')).to.equal('DUNNO');
    expect(await answer('empty+tag@example.com')).to.equal('DUNNO');
    expect(await answer('empty+tag@example.com', '-')).to.equal(full);
    expect(await answer('whoever@example.com')).to.equal(full);
  });

  it('is that of the same address without a dot at its end, which Postfix passes over', async () => {
    expect(await answer('full@example.com.')).to.equal(full);
    expect(await answer('Full+tag@Example.com.')).to.equal(full);
    expect(await answer('full@elsewhere.example.')).to.equal(full);
    expect(asked).to.include('full@elsewhere.example 42');
  });

  it('is Dovecot’s to know for an address that is in no table', async () => {
    expect(await answer('full@elsewhere.example')).to.equal(full);
    expect(await answer('other@elsewhere.example')).to.equal('DUNNO');
  });

  it('is not known while Dovecot is away: the sender tries again', async () => {
    await rm(socket());
    const { error } = console;
    console.error = () => undefined;
    try {
      expect(await answer('empty@example.com')).to.match(/^DEFER_IF_PERMIT 4\.3\.0 /);
    } finally {
      console.error = error;
    }
  });
});
