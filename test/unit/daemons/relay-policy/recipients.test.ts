import { expect } from 'chai';

import { parseAttributes } from '../../../../src/daemons/kit/policy-server.ts';
import { backendQuestions } from '../../../../src/daemons/relay-policy/backend-questions.ts';
import { indexTenants } from '../../../../src/daemons/relay-policy/tenant-index.ts';
import {
  type RecipientContext,
  type RecipientPolicy,
  recipientPolicy,
} from '../../../../src/daemons/relay-policy/recipients.ts';
import {
  selfSignedIdentity,
  type TlsIdentity,
} from '../../../../src/local-node/stand-ins/self-signed-identity.ts';
import {
  type StandInSmtpServer,
  startStandInSmtpServer,
} from '../../../../src/local-node/stand-ins/smtp-server.ts';

const mebibyte = 1024 * 1024;
const domain = 'relayed.example';
/** Bytes that are left in `small@`. */
const room = 2 * mebibyte;
/** Addresses of the node itself → where their mail ends. */
const postmasters = new Map([
  ['postmaster@mx1.relay.example', `unknown@${domain}`],
  ['abuse@mx1.relay.example', 'me@elsewhere.example'],
  ['hostmaster@mx1.relay.example', 'me@elsewhere.example'],
]);

describe('whether the mail server behind a relay takes a message', function () {
  this.timeout(30_000);
  let identity: TlsIdentity;
  let server: StandInSmtpServer;
  let policy: RecipientPolicy;
  let now: number;
  const gone = new Set<string>();
  const said: string[] = [];
  const { error } = console;

  const start = (port = 0) =>
    startStandInSmtpServer({
      ...{ host: '::1', port, identity, sizeLimit: 50 * mebibyte },
      refusal(recipient, size) {
        const [local = ''] = recipient.split('@');
        if (local === 'unknown' || gone.has(local)) return '5.1.1 no such user';
        if (local === 'suspended') return '5.2.1 this address does not accept mail';
        if (local === 'full') return '552 5.2.2 Mailbox is full';
        if (local === 'small' && size > room) return '552 5.2.2 Mailbox is full';
        if (local === 'busy') return '451 4.3.2 come back later';
        return undefined;
      },
    });

  before(async () => {
    identity = await selfSignedIdentity('stand-in');
  });
  beforeEach(async () => {
    console.error = (line: unknown) => said.push(String(line));
    now = 0;
    gone.clear();
    server = await start();
    const asker = {
      hostName: 'mx1.relay.example',
      address: null,
      bundle: identity.key + identity.cert,
    };
    const index = indexTenants([
      {
        ...{ domain, login: null, address: '::1', fingerprints: [], delivery: null },
        backend: { host: '::1', port: server.port },
      },
    ]);
    policy = recipientPolicy({
      index: () => Promise.resolve(index),
      isGone: (name) => name === 'gone.example',
      endOf: (recipient) => Promise.resolve(postmasters.get(recipient.toLowerCase()) ?? recipient),
      backends: backendQuestions(() => Promise.resolve(asker), { idle: 50, patience: 20_000 }),
      clock: () => now,
    });
  });
  afterEach(async () => {
    console.error = error;
    await server.stop();
  });

  const ask = (context: RecipientContext, values: Record<string, string | number>) =>
    policy.answer(
      context,
      parseAttributes(
        Object.entries({ sender: 'out@world.example', instance: '1', size: 0, ...values })
          .map(([name, value]) => `${name}=${value}`)
          .join('\n'),
      ),
    );
  const rcpt = (local: string, more: Record<string, string | number> = {}) =>
    ask('recipient', { recipient: `${local}@${domain}`, ...more });
  /** A message for all of them, without SIZE, of whom each was accepted. */
  const endOf = async (size: number, ...locals: string[]) => {
    for (const local of locals) {
      expect(await rcpt(local), local).to.equal('DUNNO');
      await ask('taken', { recipient: `${local}@${domain}` });
    }
    const recipient = locals.length === 1 ? `${locals[0]}@${domain}` : '';
    return ask('end', { recipient, size, recipient_count: locals.length });
  };

  it('is asked at the first question, as the node itself, by the address that the client wrote', async () => {
    expect(await rcpt('good')).to.equal('DUNNO');
    expect(await ask('recipient', { recipient: `Any.One@Relayed.EXAMPLE.` })).to.equal('DUNNO');
    expect(server.asked.map(({ recipient }) => recipient)).to.deep.equal([
      `good@${domain}`,
      `Any.One@${domain}`,
    ]);
    for (const { client } of server.asked) expect(client).to.match(/^([0-9A-F]{2}:){31}/);
  });

  it('is asked about the address that the postmaster of the node has, and not at all where that is elsewhere', async () => {
    expect(await ask('recipient', { recipient: 'Postmaster@mx1.relay.example' })).to.match(/^550 5\.1\.1 /);
    expect(server.asked.map(({ recipient }) => recipient)).to.deep.equal([`unknown@${domain}`]);
    expect(await ask('recipient', { recipient: 'abuse@mx1.relay.example' })).to.equal('DUNNO');
    expect(await ask('taken', { recipient: 'abuse@mx1.relay.example' })).to.equal('DUNNO');
  });

  it('is not asked at the end of a message for the postmaster of a node who has his mail elsewhere, under two names', async () => {
    const operator = ['abuse@mx1.relay.example', 'hostmaster@mx1.relay.example'];
    for (const recipient of operator) expect(await ask('taken', { recipient }), recipient).to.equal('DUNNO');
    expect(await ask('end', { recipient: '', size: 5, recipient_count: 2 })).to.equal('DUNNO');
    // With somebody else, that one is asked about.
    await rcpt('good');
    await ask('taken', { recipient: `good@${domain}` });
    await ask('taken', { recipient: 'abuse@mx1.relay.example' });
    gone.add('good');
    now += 61_000;
    expect(await ask('end', { recipient: '', size: 5, recipient_count: 2 })).to.match(/^550 5\.1\.1 /);
    expect(server.asked).to.have.lengthOf(2);
  });

  it('is not asked where Postfix asks about no recipient, and none is taken for forgotten after an hour', async () => {
    const end = () => ask('end', { recipient: '', size: 5, recipient_count: 2 });
    expect(await end()).to.match(/^451 4\.3\.0 the recipients are not known any more/);
    now += 3_600_000;
    expect(await end()).to.equal('DUNNO');
  });

  it('is not asked about a domain that is not known: Postfix decides, and what it takes all the same is put off', async () => {
    const recipient = 'other@mx1.relay.example';
    expect(await ask('recipient', { recipient })).to.equal('DUNNO');
    expect(await ask('taken', { recipient })).to.match(/^450 4\.3\.0 /);
    expect(server.asked).to.deep.equal([]);
  });

  it('is not asked about a domain that left long ago: its mail is refused', async () => {
    for (const recipient of ['any@gone.example', 'Any@GONE.Example.'])
      expect(await ask('recipient', { recipient }), recipient).to.match(
        /^550 5\.1\.2 .*not taken here any more/,
      );
    expect(await ask('recipient', { recipient: 'any@sub.gone.example' })).to.equal('DUNNO');
    expect(server.asked).to.deep.equal([]);
  });

  it('is no for an address that it does not know, one that is closed and one that is full, with the reason', async () => {
    expect(await rcpt('unknown')).to.match(
      /^550 5\.1\.1 the mail server .* does not know this address; .*no such/,
    );
    expect(await rcpt('suspended')).to.match(
      /^550 5\.2\.1 this mailbox does not take mail; .*does not accept/,
    );
    expect(await rcpt('full')).to.match(/^552 5\.2\.2 this mailbox is full; it says: Mailbox is full$/);
  });

  it('is no for what is larger than it takes at all, or than there is room for, as the client declares it', async () => {
    const tooLarge = await rcpt('good', { size: 60 * mebibyte });
    expect(tooLarge).to.match(/^552 5\.\d\.\d .*(too large|size)/i);
    expect(await rcpt('good', { size: 49 * mebibyte })).to.equal('DUNNO');
    expect(await rcpt('small', { size: 3 * mebibyte })).to.match(/^552 5\.2\.2 /);
    expect(await rcpt('small', { size: mebibyte })).to.equal('DUNNO');
  });

  it('is decided at the end of a message whose size nobody declared', async () => {
    expect(await endOf(60 * mebibyte, 'good')).to.match(/^552 /);
    expect(await endOf(3 * mebibyte, 'small')).to.match(/^552 5\.2\.2 this mailbox is full/);
    expect(await endOf(mebibyte, 'small')).to.equal('DUNNO');
  });

  it('counts what this node adds to a message', async () => {
    expect(await rcpt('small', { size: room })).to.match(/^552 /);
    expect(await rcpt('good', { size: 50 * mebibyte })).to.match(/^552 /);
  });

  it('is yes where some of several recipients can have it, and no where none can', async () => {
    expect(await endOf(3 * mebibyte, 'small', 'good')).to.equal('DUNNO');
    expect(await endOf(60 * mebibyte, 'small', 'good')).to.match(/^552 /);
  });

  it('is believed for a minute, with one question however many messages come', async () => {
    for (let index = 0; index < 50; index += 1) expect(await endOf(10_000, 'good')).to.equal('DUNNO');
    await Promise.all(Array.from({ length: 50 }, () => rcpt('other')));
    expect(server.asked).to.have.lengthOf(2);
    gone.add('good');
    now = 59_000;
    expect(await rcpt('good')).to.equal('DUNNO');
    now = 61_000;
    expect(await rcpt('good')).to.match(/^550 5\.1\.1 /);
    gone.clear();
    expect(await rcpt('good')).to.equal('DUNNO');
  });

  it('is believed for as many bytes only as there is room for', async () => {
    // Each of them has room alone.
    expect(await endOf(1.5 * mebibyte, 'small')).to.equal('DUNNO');
    const before = server.asked.length;
    expect(await endOf(mebibyte, 'small')).to.equal('DUNNO');
    expect(server.asked.length, 'it was asked again').to.be.greaterThan(before);
    // Also a mailbox that is small gets more than one message by a question.
    expect(await endOf(1_000, 'small')).to.equal('DUNNO');
    const then = server.asked.length;
    for (let index = 0; index < 20; index += 1) expect(await endOf(1_000, 'small')).to.equal('DUNNO');
    expect(server.asked.length).to.equal(then);
  });

  it('is asked apart for bounces', async () => {
    await rcpt('good');
    await rcpt('good', { sender: '' });
    await rcpt('good', { sender: 'another@world.example' });
    expect(server.asked).to.have.lengthOf(2);
  });

  it('is not known while it puts mail off, is away or is not there yet: the sender tries again', async () => {
    expect(await rcpt('busy')).to.match(/^451 4\.3\.2 .*puts it off; it says: come back later$/);
    const { port } = server;
    expect(await rcpt('good')).to.equal('DUNNO');
    await server.stop();
    expect(await rcpt('new')).to.match(/^450 4\.4\.1 .*cannot be asked now; try again later/);
    expect(await rcpt('good'), 'known since a moment ago').to.equal('DUNNO');
    server = await start(port);
  });

  it('is asked anew at the end by a process that was started in the middle of a message', async () => {
    expect(await ask('end', { recipient: `full@${domain}`, size: 10, recipient_count: 1 })).to.match(/^552 /);
    expect(await ask('end', { recipient: '', size: 10, recipient_count: 2 })).to.match(/^451 /);
  });

  it('is nobody’s to say for the postmaster of the node', async () => {
    expect(await ask('end', { recipient: 'postmaster', size: 10, recipient_count: 1 })).to.equal('DUNNO');
    await ask('taken', { recipient: `full@${domain}` });
    expect(await ask('end', { recipient: '', size: 10, recipient_count: 2 })).to.equal('DUNNO');
  });

  it('does not take words with a line break in them for an address', async () => {
    const answer = await policy.answer('recipient', (name) =>
      name === 'recipient' ? `a\r\nDATA\r\n@${domain}` : '',
    );
    expect(answer).to.match(/^550 5\.1\.3 /);
  });
});
