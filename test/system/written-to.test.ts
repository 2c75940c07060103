/** Which of its addresses a message was written to: what filters, people and automatic answers are told of it, and who is not. */
import { join } from 'node:path';

import { expect } from 'chai';

import { runAsUser } from '../../src/local-node/run-as-user.ts';
import { eventually } from '../support/system/eventually.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import { endpointsOf, type MailServer } from '../support/system/mail-server.ts';
import {
  activateAll,
  arrival,
  at,
  domain,
  loginOf,
  mailOf,
  passwordOf,
  requestBehind,
} from '../support/system/people.ts';
import { activateScript } from '../support/system/sieve.ts';
import { openSmtp, sendBy } from '../support/system/smtp.ts';
import { type StandIn, startStandIn } from '../support/system/smtp-stand-in.ts';

const names = ['alice', 'bob', 'carol'];
const reply = /^\d{3} /;

describe('the address that a message was written to', () => {
  let mail: MailNode;
  let server: MailServer;
  let world: StandIn;

  before(async () => {
    world = await startStandIn();
    mail = await startMailNode();
    await requestBehind(world, mail, {
      'domain-aliases': { 'second.example.com': domain },
      forwarding: true,
    });
    for (const name of names) await mail.requestAccount('mail1', name, { address: at(name) });
    await mail.requestAccount('mail1', 'moved', {
      address: at('moved'),
      forward: { destinations: [at('alice')], 'keep-copy': false },
    });
    const aliases: Record<string, string[]> = {
      sales: [at('alice')],
      team: [at('alice'), at('bob'), 'somebody@abroad.example'],
      // Also of addresses that nobody would think of.
      '': [at('carol')],
    };
    for (const [name, destinations] of Object.entries(aliases))
      await mail.requestAccount('mail1', `alias ${name}`, { kind: 'alias', address: at(name), destinations });
    await mail.settle();
    server = endpointsOf(await mail.published('mail1'));
    await activateAll(mail, names);
  });

  after(async () => {
    await mail?.stop();
    await world?.stop();
  });

  const send = (recipients: string[], subject: string, headers = '', sender = 'stranger@elsewhere.example') =>
    sendBy(server.smtp, {
      sender,
      recipients,
      message: `From: ${sender}\r\nSubject: ${subject}\r\n${headers}\r\nhi\r\n`,
    });
  const script = (name: string, text: string) =>
    activateScript(server.sieve, at(name), passwordOf(name), text);
  const delivered = () =>
    eventually('an empty queue', async () => {
      const mailq = join(await mail.partition('mail1'), 'bin', 'mailq');
      return (await runAsUser(mail.node, [mailq])).output.includes('Mail queue is empty') || undefined;
    });
  const copies = async (name: string, subject: string) =>
    (await mailOf(server, name)).filter((source) => source.includes(`Subject: ${subject}\r\n`));
  /** What the headers say that this server adds. */
  const headersOf = (source: string) => {
    const [header = ''] = source.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n\r?\n/);
    const valuesOf = (name: string) =>
      [...header.matchAll(new RegExp(`^${name}: (.*?)\\r?$`, 'gm'))].map(([, value]) => value);
    return { deliveredTo: valuesOf('Delivered-To'), originalTo: valuesOf('X-Original-To') };
  };

  const others: readonly (readonly [string, string])[] = [
    [at('alice'), at('alice')],
    [at('alice+news'), at('alice+news')],
    [at('sales'), at('sales')],
    [at('Sales+Offers'), at('Sales+Offers')],
    [at('alice', 'second.example.com'), at('alice', 'second.example.com')],
    [at('sales+x', 'second.example.com'), at('sales+x', 'second.example.com')],
    [at('moved'), at('moved')],
    [`"sales"@${domain}`, at('sales')],
    // A route, and the dot of a name's root.
    [`@a.example,@b.example:${at('sales')}`, at('sales')],
    [`${at('sales')}.`, at('sales')],
  ];

  it('is named in the mailbox, by an alias, a tag, a domain that stands for another and a forward', async () => {
    for (const [index, [recipient, shown]] of others.entries()) {
      expect(await send([recipient], `named ${index}.`), recipient).to.equal('accepted');
      const source = await arrival(server, 'alice', `Subject: named ${index}.`);
      expect(headersOf(source), recipient).to.deep.equal({ deliveredTo: [shown], originalTo: [shown] });
    }
    for (const recipient of ['whoever', "o'hara=/?#$^&*{}_|~-", 'a.b.c', '+'].map((name) => at(name))) {
      expect(await send([recipient], `caught ${recipient}`), recipient).to.equal('accepted');
      const source = await arrival(server, 'carol', `Subject: caught ${recipient}`);
      expect(headersOf(source).originalTo).to.deep.equal([recipient]);
    }
  });

  it('is what filters see as "to" in the envelope, with its tag', async () => {
    await script(
      'alice',
      [
        'require ["envelope", "subaddress", "variables", "fileinto", "mailbox"];',
        'if envelope :localpart :matches "to" "*" { set "name" "${1}"; }',
        'if envelope :domain :matches "to" "*" { set "domain" "${1}"; }',
        'if envelope :detail :matches "to" "*" { set "tag" "${1}"; }',
        'fileinto :create "tag ${tag} of ${name} at ${domain}";',
      ].join('\r\n'),
    );
    const folders: readonly (readonly [string, string])[] = [
      [at('alice'), `tag  of alice at ${domain}`],
      [at('sales+offers'), `tag offers of sales+offers at ${domain}`],
      [at('sales', 'second.example.com'), 'tag  of sales at second.example.com'],
      [at('moved'), `tag  of moved at ${domain}`],
    ];
    for (const [index, [recipient, folder]] of folders.entries()) {
      expect(await send([recipient], `filtered ${index}.`)).to.equal('accepted');
      await arrival(server, 'alice', `Subject: filtered ${index}.`, folder);
    }
    await script('bob', `redirect "${at('sales+redirected')}";\r\n`);
    expect(await send([at('bob')], 'redirected')).to.equal('accepted');
    await arrival(server, 'alice', 'Subject: redirected', `tag redirected of sales+redirected at ${domain}`);
    for (const name of ['alice', 'bob']) await script(name, 'keep;\r\n');
  });

  it('is told to nobody else, and stays one message to each, whichever addresses it has', async () => {
    const recipients = ['sales+secret', 'alice', 'team', 'bob', 'sales', 'unheard-of'].map((name) =>
      at(name),
    );
    expect(await send(recipients, 'to all')).to.equal('accepted');
    await delivered();
    for (const [name, own] of [
      ['alice', ['sales+secret']],
      ['bob', ['team']],
      ['carol', ['unheard-of']],
    ] as const) {
      const [source = '', ...more] = await copies(name, 'to all');
      expect(more, name).to.deep.equal([]);
      expect(recipients.filter((each) => source.includes(each))).to.deep.equal(own.map((each) => at(each)));
    }
    const abroad = world.received.filter(({ source }) => source.includes('Subject: to all'));
    expect(abroad.map((each) => each.recipients)).to.deep.equal([['somebody@abroad.example']]);
    expect(recipients.filter((each) => abroad[0]?.source.includes(each))).to.deep.equal([]);
  });

  it('cannot be claimed: not by headers of a message, and not in the envelope', async () => {
    const forged = `X-Original-To: ${at('forged')}\r\nDelivered-To: ${at('forged')}\r\n`;
    expect(await send([at('sales')], 'forged by a stranger', forged)).to.equal('accepted');
    const letter = { sender: at('bob'), recipients: [at('sales')] };
    const message = `From: ${at('bob')}\r\nSubject: forged by bob\r\n${forged}\r\nhi\r\n`;
    expect(await sendBy(server.smtp, { ...letter, message }, { login: loginOf('bob') })).to.equal('accepted');
    for (const subject of ['forged by a stranger', 'forged by bob']) {
      const { deliveredTo, originalTo } = headersOf(await arrival(server, 'alice', `Subject: ${subject}`));
      expect(originalTo).to.deep.equal([at('sales')]);
      expect(deliveredTo[0]).to.equal(at('sales'));
    }
    for (const login of [undefined, loginOf('bob')]) {
      const client = await openSmtp(server.smtp, login === undefined ? {} : { login });
      expect(await client.command('EHLO client.example', reply)).to.not.match(/DSN/);
      for (const more of ['RET=HDRS', 'ENVID=x'])
        expect(await client.command(`MAIL FROM:<${at('bob')}> ${more}`, reply)).to.match(/^501 /);
      expect(
        await client.command(`MAIL FROM:<${login ? at('bob') : 'x@elsewhere.example'}>`, reply),
      ).to.match(/^250 /);
      for (const more of [`ORCPT=rfc822;${at('forged')}`, 'NOTIFY=SUCCESS', 'NOTIFY=NEVER'])
        expect(await client.command(`RCPT TO:<${at('sales')}> ${more}`, reply)).to.match(/^501 /);
      client.close();
    }
  });

  it('is refused at once where it could not be told: nothing is taken and then returned', async () => {
    const odd = [
      '"a b".c',
      '"a,b"',
      '" "',
      '""',
      '"\t"',
      '\t',
      '"\u0001"',
      'Ümlaut',
      'a:b',
      '"@"',
      '"a\\\tb"',
    ];
    for (const name of odd) expect(await send([at(name)], 'odd'), JSON.stringify(name)).to.match(/^RCPT 5/);
    expect(await send(['postmaster'], 'without a domain')).to.equal('accepted');
    await arrival(server, 'carol', 'Subject: without a domain');
    // Other servers may have such addresses.
    const letter = { sender: at('bob'), recipients: ['"john doe"@abroad.example'] };
    const message = 'Subject: a letter to John\r\n\r\nhi\r\n';
    expect(await sendBy(server.smtp, { ...letter, message }, { login: loginOf('bob') })).to.equal('accepted');
    await delivered();
    expect(world.received.filter(({ source }) => source.includes('Undelivered'))).to.deep.equal([]);
  });

  describe('is where a vacation reply comes from', () => {
    const answers = (person: string) =>
      world.received.filter(({ recipients }) => recipients.includes(person));
    const answer = async (person: string, recipients: string[], headers = '') => {
      expect(await send(recipients, `for ${person}`, headers, person)).to.equal('accepted');
      await arrival(server, 'alice', `Subject: for ${person}`);
      await delivered();
      const [first, ...more] = await eventually(`an answer to ${person}`, () =>
        answers(person).length > 0 ? answers(person) : undefined,
      );
      expect(more).to.deep.equal([]);
      return first;
    };
    const away = (more = '') => `require ["vacation"];\r\nvacation ${more} "Back on Monday.";\r\n`;

    it('which goes to the person, once, whatever way the message came', async () => {
      await script('alice', away(':days 7 :subject "Away"'));
      for (const [index, [recipient, shown]] of others.entries()) {
        const person = `person${index}@elsewhere.example`;
        for (const headers of ['', `To: Somebody <${shown}>\r\n`, 'To: undisclosed-recipients:;\r\n']) {
          const { sender = '-', source = '' } = (await answer(person, [recipient], headers)) ?? {};
          expect(sender).to.equal('');
          expect(source)
            .to.match(/^Auto-Submitted: auto-replied/m)
            .and.match(/\r\n\r\nBack on Monday\.\r\n/);
          expect(/^From: (.*)\r$/m.exec(source)?.[1], recipient).to.equal(`<${shown}>`);
          expect(/^To: (.*)\r$/m.exec(source)?.[1]).to.equal(`<${person}>`);
        }
      }
      const { source = '' } =
        (await answer('all@elsewhere.example', [at('sales'), at('team'), at('alice')])) ?? {};
      expect(source).to.match(new RegExp(`^From: <${at('sales')}>\\r$`, 'm'));
    });

    it('unless the script says another, or the address holds what programs would make something of', async () => {
      await script('alice', away(`:from "Alice <${at('alice')}>"`));
      const named = (await answer('named@elsewhere.example', [at('sales')]))?.source ?? '';
      expect(named).to.match(new RegExp(`^From: Alice <${at('alice')}>\\r$`, 'm'));
      await script('alice', away(':mime').replace('"Back', '"Content-Type: text/html\r\n\r\nBack'));
      const recipient = at("sales+*?`id`|'~$HOME");
      const { source = '' } = (await answer('odd@elsewhere.example', [recipient])) ?? {};
      expect(source).to.contain(`From: <${recipient}>\r\n`).and.contain('Content-Type: text/html');
    });
  });
});
