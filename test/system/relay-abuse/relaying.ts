/** Who has what relayed, by whom it may be sent, and how else an address may be written. */
import { expect } from 'chai';

import { selfSignedIdentity } from '../../../src/local-node/stand-ins/self-signed-identity.ts';
import { eventually } from '../../support/system/eventually.ts';
import type { Endpoint } from '../../support/system/line-client.ts';
import { openSmtp, sendBy, type SmtpOptions } from '../../support/system/smtp.ts';
import { addresses, type Attacks, foreign, homeAddress, outside } from './attacked-relay.ts';

/** `*` stands for a relayed domain. Only what is simply at it may ever be taken. */
const simple = ['any@*', 'Any@*', '"any"@*', 'any@*.'];
const hostile = [
  foreign,
  'any@sub.*',
  'any@x*',
  'any@*.foreign.example',
  'someone%foreign.example@*',
  'someone%foreign.example@*.',
  'SOMEONE%foreign.example@*.',
  '"someone%foreign.example"@*.',
  'any@*..',
  'foreign.example!someone@*',
  'foreign.example!someone@*.',
  '"someone@foreign.example"@*',
  'someone@foreign.example@*',
  'any@*@foreign.example',
  '@*:someone@foreign.example',
  '@*,@foreign.example:someone@foreign.example',
  '*!someone@foreign.example',
  'someone%*@foreign.example',
  'any@[fd00:3::10]',
  'any@[IPv6:fd00:3::10]',
  'any@mx1.relay.example',
  'any@localhost',
  'root',
];
const at = (forms: readonly string[], domain: string) => forms.map((form) => form.replace('*', domain));
const relayed = ['login.example', 'address.example', 'victim.example'];
const good = at(simple, 'login.example');
const bad = at(hostile, 'login.example');
/** A way to elsewhere through a relayed domain: nobody's, also if he may send to elsewhere. */
const ways = bad.filter((each) => /[%!].*@login\.example\.?$/.test(each));
const reply = /^\d{3} /;

export const relaying: Attacks = (relay) => {
  it('takes mail from the world for relayed domains only, whoever asks and however it is written', async () => {
    const { node1, ofAttacker } = relay();
    const asAttacker = { from: addresses.victim.host, identity: ofAttacker };
    for (const options of [
      { from: outside },
      { from: homeAddress },
      asAttacker,
      { from: node1.inbound.host },
    ]) {
      for (const sender of ['out@world.example', '']) {
        const given = await answers(node1.inbound, sender, [...good, ...bad], options);
        expect(acceptedOf(given), JSON.stringify(given)).to.deep.equal(good);
      }
      for (const sender of [
        ...relayed.map((name) => `any@${name}`),
        '"any"@LOGIN.example',
        'any@login.example.',
      ]) {
        const given = await answers(node1.inbound, sender, [good[0] ?? '', foreign], options);
        expect(acceptedOf(given), `${sender} from ${options.from}`).to.deep.equal([]);
      }
    }
  });

  it('takes mail from tenants as what they are only, and for whom they may', async () => {
    const { node1, ofAttacker, login } = relay();
    const clients: Record<string, { options: SmtpOptions; own: string[]; paid: boolean }> = {
      'a stranger': { options: { from: outside }, own: [], paid: false },
      'a stranger with a certificate': {
        options: { from: outside, identity: await selfSignedIdentity() },
        own: [],
        paid: false,
      },
      'the node itself': { options: { from: node1.outbound.host }, own: [], paid: false },
      'a login': { options: login, own: ['login.example'], paid: true },
      'a login from the address of another': {
        options: { ...login, from: homeAddress },
        own: ['login.example'],
        paid: true,
      },
      'an address': {
        options: { from: homeAddress },
        own: ['address.example', 'poor.example', 'unpaid.example'],
        paid: true,
      },
      'the certificate of the attacker': {
        options: { from: outside, identity: ofAttacker },
        own: ['attacker.example'],
        paid: false,
      },
    };
    const senders = [...relayed, 'attacker.example', 'poor.example', 'world.example'].map(
      (name) => `any@${name}`,
    );
    const odd = [
      'any@sub.login.example',
      '"any@login.example"@victim.example',
      'any@login.example@victim.example',
    ];
    for (const [title, { options, own, paid }] of Object.entries(clients)) {
      for (const sender of [...senders, ...odd, '']) {
        const domain = sender.slice(sender.lastIndexOf('@') + 1);
        const mayBe = sender === '' ? own.length > 0 : own.includes(domain);
        const given = await answers(node1.outbound, sender, ['any@victim.example', foreign], options);
        const expected = mayBe ? ['any@victim.example', ...(paid ? [foreign] : [])] : [];
        expect(acceptedOf(given), `${title} as <${sender}>`).to.deep.equal(expected);
      }
    }
    expect(ways).to.have.lengthOf(6);
    const routed = await answers(node1.outbound, 'any@login.example', ways, login);
    expect(acceptedOf(routed), JSON.stringify(routed)).to.deep.equal([]);
    // Who has no delivery service reaches relayed domains only, however they are written.
    const attacker = clients['the certificate of the attacker']?.options ?? {};
    const given = await answers(node1.outbound, 'any@attacker.example', [...good, ...bad], attacker);
    expect(acceptedOf(given), JSON.stringify(given)).to.deep.equal(good);
  });

  it('refuses mail for postmaster alone where nobody is named, and returns none to whoever the sender claims to be', async () => {
    const { world, node1, everywhere } = relay();
    const [begin, subject] = [everywhere().length, 'for the postmaster'];
    for (const endpoint of [node1.inbound, node1.outbound]) {
      for (const sender of ['any@login.example', 'any@victim.example', foreign]) {
        for (const recipient of ['postmaster', 'POSTMASTER', '"postmaster"']) {
          const message = `Subject: ${subject}\r\n\r\nhello\r\n`;
          const result = await sendBy(
            endpoint,
            { sender, recipients: [recipient], message },
            { from: outside },
          );
          expect(result, recipient).to.match(/^DATA 550 5\.1\.1 .*nobody is postmaster of this relay/);
        }
      }
    }
    // The node's own name is no domain that it may get to know.
    for (const [recipient, answer] of [
      ['postmaster@mx1.relay.example', /^RCPT 550 5\.1\.1 .*nobody has mail at this relay/],
      ['Abuse@MX1.relay.example', /^RCPT 550 5\.1\.1 .*nobody has mail at this relay/],
      ['abuse@x.mx1.relay.example', /^RCPT 454 4\.7\.1 /],
    ] as const) {
      const envelope = { sender: foreign, recipients: [recipient] };
      expect(await sendBy(node1.inbound, envelope, { from: outside }), recipient).to.match(answer);
    }
    for (const service of ['inbound', 'outbound']) {
      await eventually(`nothing waits ${service}`, async () => {
        const { output } = await world.tool('node1', `${service}-mailq`);
        return output.includes('Mail queue is empty');
      });
    }
    expect(everywhere().slice(begin)).to.deep.equal([]);
  });
};

/** What each RCPT of one session is answered with; the session starts anew for each sender. */
async function answers(
  endpoint: Endpoint,
  sender: string,
  recipients: readonly string[],
  options: SmtpOptions,
): Promise<Record<string, string>> {
  const client = await openSmtp(endpoint, options);
  const given: Record<string, string> = {};
  try {
    const mail = await client.command(`MAIL FROM:<${sender}>`, reply);
    for (const recipient of recipients) {
      const answer = mail.startsWith('250') ? await client.command(`RCPT TO:<${recipient}>`, reply) : mail;
      given[recipient] = answer.startsWith('250') ? 'accepted' : answer.trim();
      // Too many errors end a session.
      if (!answer.startsWith('250')) return { ...given, ...(await rest()) };
    }
  } finally {
    client.close();
  }
  return given;

  async function rest(): Promise<Record<string, string>> {
    const others = recipients.slice(Object.keys(given).length);
    return others.length === 0 ? {} : answers(endpoint, sender, others, options);
  }
}
const acceptedOf = (given: Record<string, string>) =>
  Object.entries(given).flatMap(([recipient, answer]) => (answer === 'accepted' ? [recipient] : []));
