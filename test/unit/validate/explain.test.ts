import { expect } from 'chai';

import { checkAgainstSchema } from '../../../src/validate/json-schema.ts';

const problemsOf = (parameters: object) =>
  checkAgainstSchema('mail-server/default-input.json', { 'mail-domains': ['example.com'], ...parameters })
    .problems;

describe('what is wrong with parameters', () => {
  for (const { written, said } of [
    {
      written: { 'mail-domain': ['a.example'] },
      said: '/mail-domain: unknown; did you mean "mail-domains"?',
    },
    { written: { Mail_Domains: [] }, said: '/Mail_Domains: unknown; did you mean "mail-domains"?' },
    {
      written: { 'inbound-relay': { enabled: false } },
      said: '/inbound-relay/enabled: unknown; did you mean "enable"?',
    },
    {
      written: { 'mailbox-size-limit': '2048' },
      said: '/mailbox-size-limit: "2048" is text; write 2048 without quotes',
    },
    {
      written: { 'mailbox-size-limit': '2 GB' },
      said: '/mailbox-size-limit: "2 GB" is no whole number; write a whole number',
    },
    { written: { 'inbound-relay': 'off' }, said: '/inbound-relay: "off" is no map; write { enable: false }' },
    { written: { 'inbound-relay': true }, said: '/inbound-relay: true is no map; write { enable: true }' },
    { written: { forwarding: 'no' }, said: '/forwarding: "no" is text; write false without quotes' },
    {
      written: { forwarding: 'perhaps' },
      said: '/forwarding: "perhaps" is neither true nor false; write one of them',
    },
    { written: { fqdn: 5 }, said: '/fqdn: 5 is no text; write it between quotes, "5"' },
    {
      written: { 'mail-domains': 'example.com' },
      said: '/mail-domains: "example.com" is no list; write [example.com]',
    },
    {
      written: { 'mail-domains': { toString: '' } },
      said: '/mail-domains: {"toString":""} is no list; write a list',
    },
    { written: { 'mail-domains': 'a, b' }, said: '/mail-domains: "a, b" is no list; write a list' },
  ]) {
    it(`is said of ${JSON.stringify(written)}, with what to write instead`, () => {
      expect(problemsOf(written)).to.deep.equal([said]);
    });
  }

  it('lists the known names once, and only where none is near', () => {
    const [first, second, third, ...more] = problemsOf({ frobnicate: 1, 'mail-domain': [], glorify: 1 });
    expect(more).to.deep.equal([]);
    expect(first).to.match(/^\/frobnicate: unknown; known are mail-domains, /);
    expect(second).to.equal('/mail-domain: unknown; did you mean "mail-domains"?');
    expect(third).to.equal('/glorify: unknown');
  });

  it('points at a name as JSON pointers do', () => {
    expect(problemsOf({ 'a/b~c': 1 })[0]).to.match(/^\/a~1b~0c: unknown; known are /);
  });

  it('is found at once among names that nobody can have mistyped', () => {
    expect(problemsOf({ ['x'.repeat(1_000_000)]: 1 })[0]).to.match(/^\/x{57}…: unknown; known are /);
  });
});
