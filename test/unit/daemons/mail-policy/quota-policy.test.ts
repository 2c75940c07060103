import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

import { expect } from 'chai';

import { type QuotaPolicy, quotaPolicy } from '../../../../src/daemons/mail-policy/quota-policy.ts';
import { answerQuestions, parseAttributes } from '../../../../src/daemons/kit/policy-server.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const recipients = new Map([
  ['full@example.com', 'full@example.com'],
  ['empty@example.com', 'empty@example.com'],
  ['small@example.com', 'small@example.com'],
  ['mixed@example.com', 'small@example.com, empty@example.com'],
  ['smaller@example.com', 'small@example.com, full@example.com'],
  ['alias@example.com', 'full@example.com'],
  ['both@example.com', 'empty@example.com, full@example.com'],
  ['abroad@example.com', 'full@example.com, x@foreign.example'],
  ['two@example.com', 'full@example.com, fuller@example.com'],
  ['full+exact@example.com', 'empty@example.com'],
  ['@example.com', 'full@example.com'],
]);
/** Bytes that are left in `small@`. */
const room = 10_000;
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
        const isSmall = attributes('recipient').startsWith('small');
        const isFull =
          attributes('recipient').startsWith('full') || (isSmall && Number(attributes('size')) > room);
        return isFull ? full : 'DUNNO';
      }),
    );
    await new Promise<void>((resolve) => dovecot.listen(socket(), resolve));
  });
  afterEach(() => new Promise((resolve) => dovecot.close(resolve)));

  const answer = (recipient: string, delimiter = '+') =>
    policyWith(delimiter).answer(
      parseAttributes(`policy_context=quota\nprotocol_state=RCPT\nrecipient=${recipient}\nsize=42`),
    );
  const policyWith = (delimiter: string): QuotaPolicy =>
    quotaPolicy(() => Promise.resolve({ socket: socket(), delimiter, recipients }));
  /** What a message comes to at its end; `declared`: by the client. */
  async function end(size: number, declared: number, ...locals: string[]): Promise<string> {
    const policy = policyWith('+');
    const ask = (state: string, recipient: string, bytes: number) =>
      policy.answer(
        parseAttributes(`instance=1\nprotocol_state=${state}\nrecipient=${recipient}\nsize=${bytes}`),
      );
    for (const local of locals) await ask('RCPT', `${local}@example.com`, declared);
    asked.length = 0;
    return ask('END-OF-MESSAGE', locals.length === 1 ? `${locals[0]}@example.com` : '', size);
  }

  it('is asked of the mailboxes in which it ends, with the size', async () => {
    expect(await answer('Alias+tag@Example.com')).to.equal(full);
    expect(asked).to.deep.equal(['full@example.com 1066']);
    expect(await answer('empty@example.com')).to.equal('DUNNO');
  });

  it('is missing for a large message alone where a smaller one would fit, and the refusal says so', async () => {
    const declared = (local: string, size: number) =>
      policyWith('+').answer(
        parseAttributes(
          `policy_context=quota\nprotocol_state=RCPT\nrecipient=${local}@example.com\nsize=${size}`,
        ),
      );
    expect(await declared('small', 40 * 1024 * 1024)).to.equal(
      `${full} for this message of 40 MiB (29 MiB of attachments); a smaller one may have room`,
    );
    expect(await declared('full', 40 * 1024 * 1024)).to.equal(full);
    expect(await declared('small', 20_000)).to.equal(full);
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
    expect(asked).to.include('full@elsewhere.example 1066');
  });

  it('is Dovecot’s to know for an address that is in no table', async () => {
    expect(await answer('full@elsewhere.example')).to.equal(full);
    expect(await answer('other@elsewhere.example')).to.equal('DUNNO');
  });

  it('is asked again at the end of a message that is larger than its client said', async () => {
    expect(await end(20_000, 0, 'small')).to.equal(full);
    expect(await end(20_000, 0, 'mixed')).to.equal('DUNNO');
    expect(await end(20_000, 0, 'smaller')).to.equal(full);
    expect(await end(20_000, 0, 'full', 'small')).to.equal(full);
    expect(await end(20_000, 0, 'small', 'empty')).to.equal('DUNNO');
    expect(await end(9_500, 0, 'small'), 'with what is added to it').to.equal(full);
    expect(await end(5_000, 0, 'small')).to.equal('DUNNO');
    expect(asked).to.deep.equal(['small@example.com 6024']);
  });

  it('is not asked again when the client has said the size', async () => {
    expect(await end(5_000, 5_000, 'small')).to.equal('DUNNO');
    expect(asked).to.deep.equal([]);
  });

  it('is asked at the end by a process that was started in the middle of a message', async () => {
    const policy = policyWith('+');
    const ask = (recipient: string) =>
      policy.answer(
        parseAttributes(`instance=2\nprotocol_state=END-OF-MESSAGE\nrecipient=${recipient}\nsize=20000`),
      );
    expect(await ask('small@example.com')).to.equal(full);
    expect(await ask('')).to.match(/^DEFER_IF_PERMIT /);
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
