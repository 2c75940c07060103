/** Whose name a submitted message may bear, header by header. */
import { expect } from 'chai';

import { judgeAuthor } from '../../../../src/daemons/mail-policy/author-policy.ts';

const senderLogins = new Map([
  ['alice@ours.example', 'alice@ours.example'],
  ['alice@also.example', 'alice@ours.example'],
  ['alice@xn--bcher-kva.example', 'alice@ours.example'],
  ['team@ours.example', 'alice@ours.example, bob@ours.example'],
  ['bob@ours.example', 'bob@ours.example'],
  ['nobody@ours.example', 'nobody'],
]);
const policy = {
  ...{ senderLogins, delimiter: '+', anyName: false },
  exempt: new Set(['lists@ours.example']),
};

type Headers = readonly (readonly [name: string, value: string])[];
const judge = (headers: Headers, login = 'alice@ours.example', sender = login) =>
  judgeAuthor(
    { login, sender, headers: headers.map(([name, value]) => ({ name: name.toLowerCase(), value })) },
    policy,
  );

describe('a From header', () => {
  const own: Record<string, string> = {
    'the account': 'alice@ours.example',
    'a name before it': 'Alice <alice@ours.example>',
    capitals: 'Alice <ALICE@Ours.Example>',
    'an alias': '<team@ours.example>',
    'a domain that stands for the other': 'alice@also.example',
    'an internationalised domain': 'Alice <alice@bücher.example>',
    'the same in ASCII': 'alice@xn--bcher-kva.example',
    'a tag': 'Alice <alice+news@ours.example>',
    'a tag of an alias': 'team+a+b@ours.example',
    'two own addresses': 'alice@ours.example, Team <team@ours.example>',
    'a quoted name with an address': '"ceo@bank.example" <alice@ours.example>',
    'a quoted name with brackets and quotes': '"x\\" <ceo@bank.example>" <alice@ours.example>',
    'a comment with an address': 'alice@ours.example (once ceo@bank.example (retired))',
    'an encoded name': '=?utf-8?q?ceo=40bank.example?= <alice@ours.example>',
    'a name with a dot': 'Alice Q. Public <alice@ours.example>',
    'a name with a comma, as old programs write it': 'Public, Alice <alice@ours.example>',
    'raw letters beyond ASCII': 'Älice <alice@ours.example>',
    'a quoted local part': '"alice"@ours.example',
    'a folded line': 'Alice\r\n <alice@ours.example>',
    'a group of own addresses': 'Us: alice@ours.example, team@ours.example;',
  };
  for (const [title, value] of Object.entries(own))
    it(`may be ${title}: ${value}`, () => {
      expect(judge([['From', value]])).to.equal(null);
    });

  const foreign: Record<string, string> = {
    'of somebody else': 'ceo@bank.example',
    'of a neighbour': 'Bob <bob@ours.example>',
    'of nobody': 'nobody@ours.example',
    'of a name that nobody has': 'x@ours.example',
    'of a subdomain': 'alice@sub.ours.example',
    'with a dot at the end': 'alice@ours.example.',
    'of a neighbour with a tag': 'bob+alice@ours.example',
    'of two, one of them foreign': 'alice@ours.example, ceo@bank.example',
    'of two after a semicolon': 'alice@ours.example; ceo@bank.example',
    'of a group with a stranger': 'Us: alice@ours.example, ceo@bank.example;',
    'of a stranger, with an own comment': 'ceo@bank.example (alice@ours.example)',
    'of a stranger, with an own name': '"alice@ours.example" <ceo@bank.example>',
    'in quotes': '"ceo"@bank.example',
    'in quotes with an own end': '"ceo@bank.example"@ours.example',
  };
  for (const [title, value] of Object.entries(foreign))
    it(`may not be ${title}: ${value}`, () => {
      expect(judge([['From', value]])).to.match(
        /^550 5\.7\.1 alice@ours\.example may not send with \S+ in the From header;/,
      );
    });

  const unclear: Record<string, string> = {
    'an address as a name': 'ceo@bank.example <alice@ours.example>',
    'an address behind another': '<alice@ours.example> <ceo@bank.example>',
    'an address behind the brackets': '<alice@ours.example>ceo@bank.example',
    'a route': '<@bank.example:alice@ours.example>',
    'an encoded address': '=?utf-8?q?ceo=40bank.example?=',
    'an empty group': 'undisclosed-senders:;',
    nothing: '',
    'empty brackets': '<>',
    'a name only': 'Alice',
    'a quote without an end': '"Alice <ceo@bank.example> alice@ours.example',
    'a comment without an end': 'alice@ours.example (ceo@bank.example',
    'a line break that hides something': 'alice@ours.example\rceo',
  };
  for (const [title, value] of Object.entries(unclear))
    it(`may not be unclear, with ${title}: ${value}`, () => {
      expect(judge([['From', value]])).to.match(
        /^550 5\.7\.1 (the From header is not clear|.* may not send with)/,
      );
    });

  it('may be absent, and is added then', () => {
    expect(judge([])).to.equal(null);
  });

  it('may stand once only, whatever it says', () => {
    const twice: Headers = [
      ['From', 'alice@ours.example'],
      ['FROM', 'ceo@bank.example'],
    ];
    expect(judge(twice)).to.match(/^550 5\.7\.1 a message has one From header, this one has 2$/);
  });

  it('is told in one line of plain letters, however long and odd it is', () => {
    const answer = judge([['From', `<"${'%\u00e4 '.repeat(100)}"@bank.example>`]]) ?? '';
    expect(answer).to.match(/^550 5\.7\.1 [\x20-\x7e]+$/);
    expect(answer.length).to.be.lessThan(300);
    expect(answer).to.not.contain('%');
  });

  it('may be anything for accounts that are named for it, in capitals as well', () => {
    const headers: Headers = [['From', 'ceo@bank.example']];
    expect(judge(headers, 'lists@ours.example')).to.equal(null);
    expect(judge(headers, 'Lists@Ours.Example')).to.equal(null);
    expect(judge(headers, 'lists+x@ours.example')).to.match(/^550 /);
  });

  it('is the log-in name where every name is an account', () => {
    const anyName = { ...policy, anyName: true };
    const of = (value: string) =>
      judgeAuthor(
        { login: 'X@ours.example', sender: 'x@ours.example', headers: [{ name: 'from', value }] },
        anyName,
      );
    expect(of('X <x@ours.example>')).to.equal(null);
    expect(of('alice@ours.example')).to.match(/^550 /);
  });
});

describe('a Sender header', () => {
  const from = ['From', 'team@ours.example'] as const;

  it('must be of the account as well', () => {
    expect(judge([from, ['Sender', 'alice@ours.example']])).to.equal(null);
    expect(judge([from, ['Sender', 'bob@ours.example']])).to.match(/in the Sender header/);
    expect(judge([from, ['Sender', 'a@ours.example'], ['Sender', 'b@ours.example']])).to.match(
      /one Sender header/,
    );
  });
});

describe('a message without an envelope sender', () => {
  const from = ['From', 'Alice <alice@ours.example>'] as const;
  const receipt = [
    'Content-Type',
    'multipart/report; report-type=disposition-notification;\r\n boundary=x',
  ] as const;
  const without = (headers: Headers, login?: string) => judge(headers, login, '');

  it('may be a receipt, a report or an automatic reply of the account', () => {
    expect(without([from, receipt])).to.equal(null);
    expect(without([from, ['Auto-Submitted', 'auto-replied']])).to.equal(null);
  });

  it('may be nothing else', () => {
    const only = /^550 5\.7\.1 only receipts, reports and automatic replies/;
    expect(without([from])).to.match(only);
    expect(without([from, ['Content-Type', 'multipart/reports; boundary=x']])).to.match(only);
    expect(without([from, ['Content-Type', 'text/plain; name="multipart/report"']])).to.match(only);
    expect(without([from, ['Auto-Submitted', 'no']])).to.match(only);
  });

  it('must name the account, also for accounts that may name anybody', () => {
    expect(without([receipt])).to.match(/needs a From header/);
    expect(without([['From', 'ceo@bank.example'], receipt])).to.match(/may not send with/);
    expect(without([['From', 'ceo@bank.example'], receipt], 'lists@ours.example')).to.match(
      /may not send with/,
    );
  });
});
