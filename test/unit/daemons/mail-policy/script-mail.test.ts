import { expect } from 'chai';

import {
  decideScriptMail,
  parseScriptMail,
  scriptLookup,
} from '../../../../src/daemons/mail-policy/script-mail.ts';

const account = 'alice@example.com';
const tooMany = '450 4.7.1 you have sent too much';

describe('mail of a filter script', () => {
  const counted: string[] = [];
  const policy = {
    senderLogins: new Map([
      [account, account],
      ['sales@example.com', `${account}, bob@example.com`],
      ['bob@example.com', 'bob@example.com'],
    ]),
    delimiter: '+',
    anyName: false,
    exempt: new Set<string>(),
    receiveOnly: new Set(['box@example.com']),
    count: async (of: string, recipients: readonly string[]) => {
      counted.push(`${of}: ${recipients.join(' ')}`);
      return recipients.some((recipient) => recipient.startsWith('far')) ? tooMany : null;
    },
  };
  const mail = { account, kind: 'other', sender: account, recipients: ['x@elsewhere.example'], from: '' };
  const decide = (more: Partial<typeof mail>) => decideScriptMail({ ...mail, ...more }, policy);

  beforeEach(() => counted.splice(0));

  it('is passed on by the account, whoever Dovecot names; a bounce stays one', async () => {
    const redirect = { kind: 'redirect', from: '' };
    for (const sender of [
      account,
      'bob@example.com',
      'ceo@bank.example',
      'SRS0=X=Y=bank.example=ceo@example.com',
    ])
      expect(await decide({ ...redirect, sender })).to.deep.equal({ code: 0, sender: account, from: null });
    expect(await decide({ ...redirect, sender: '<>' })).to.deep.equal({ code: 0, sender: '<>', from: null });
  });

  it('announces without a sender, in the name of the account, whatever :from says', async () => {
    for (const [from, expected] of [
      ['alice@example.com', null],
      ['"Alice A." <Sales@Example.com>', null],
      ['Alice <alice+tag@example.com>', null],
      ['bob@example.com', account],
      ['ceo@bank.example', account],
      ['alice@example.com, ceo@bank.example', account],
      ['alice@example.com From: ceo@bank.example', account],
      ['"alice@example.com" <ceo@bank.example>', account],
      ['', account],
      ['nobody at all', account],
    ] as const) {
      const decision = { code: 0, sender: '<>', from: expected };
      expect(await decide({ from, sender: 'ceo@bank.example' }), from).to.deep.equal(decision);
      expect(await decide({ from, sender: '<>' }), from).to.deep.equal(decision);
    }
  });

  it('answers for somebody who is away from the address that was written to, or from another own one', async () => {
    const away = { kind: 'vacation', sender: 'sales@example.com' };
    for (const [from, expected] of [
      [`<${account}>`, 'sales@example.com'],
      ['Alice <sales@example.com>', null],
      ['ceo@bank.example', 'sales@example.com'],
    ] as const)
      expect(await decide({ ...away, from }), from).to.deep.equal({ code: 0, sender: '<>', from: expected });
    expect(await decide({ ...away, sender: 'ceo@bank.example', from: 'x@bank.example' })).to.deep.equal({
      code: 0,
      sender: '<>',
      from: account,
    });
  });

  it('counts for the account, all recipients as one message, and waits when that is too much', async () => {
    await decide({ recipients: ['one@x.example', 'two@x.example'] });
    expect(counted).to.deep.equal([`${account}: one@x.example two@x.example`]);
    expect(await decide({ recipients: ['far@x.example'] })).to.deep.equal({
      code: 75,
      reason: `a script of ${account} may not send to far@x.example: ${tooMany}`,
    });
  });

  it('is not sent by an account that only receives, of whatever kind, and is not counted', async () => {
    for (const kind of ['redirect', 'vacation', 'other', 'rejected'])
      expect(await decide({ kind, account: 'box@example.com' })).to.include({ code: 77 });
    expect(counted).to.deep.equal([]);
  });

  it('is asked about in one line, in which no address and no name can pose as another part', async () => {
    expect(parseScriptMail('Alice@Example.com redirect <> a@x.example b@x.example --')).to.deep.equal({
      account,
      kind: 'redirect',
      sender: '<>',
      recipients: ['a@x.example', 'b@x.example'],
      from: '',
    });
    expect(parseScriptMail(`${account} other <> a@x.example -- A -- B <ceo@bank.example>`)).to.include({
      from: 'A -- B <ceo@bank.example>',
    });
    const odd = parseScriptMail(`${account} other <> "a -- b"@x.example -- <alice@example.com>`);
    expect(odd?.from).to.equal('b"@x.example -- <alice@example.com>');
    expect(await decide({ from: odd?.from ?? '' })).to.include({ from: account });
    for (const wrong of [
      '',
      'alice',
      `${account} redirect <> --`,
      `${account} redirect <> a@x.example`,
      'a b c d --',
    ])
      expect(parseScriptMail(wrong), wrong).to.equal(null);
  });

  it('is decided in one line of words', async () => {
    const look = scriptLookup(async () => policy);
    expect(await look(`${account} redirect x@y.example a@x.example --`)).to.equal(`0 ${account} -`);
    expect(await look(`${account} other <> a@x.example -- ceo@bank.example`)).to.equal(`0 <> ${account}`);
    expect(await look(`${account} other <> far@x.example --`)).to.match(/^75 - a script of /);
    expect(await look('nonsense').catch((error: Error) => error.message)).to.contain('is asked about as');
  });
});
