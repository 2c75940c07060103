import { expect } from 'chai';
import fc from 'fast-check';

import { parseDestination, parseMailAddress } from '../../../src/names/mail-address.ts';
import { validateMailServerRequest } from '../../../src/validate/mail-server/request.ts';

const hosted = { domains: new Set(['example.com', 'second.example']), aliases: new Map<string, string>() };

/** What the address tries → the address. */
const hostile: Readonly<Record<string, string>> = {
  'a newline, to begin another line of a table': 'a\nroot@example.com',
  'a newline at the end': 'a@example.com\n',
  'a carriage return': 'a\r@example.com',
  'a NUL, to end a string early': 'a\u0000@example.com',
  'a colon, which separates fields of a passwd-file': 'a:b@example.com',
  'a pipe, which Postfix reads as a command': '|true@example.com',
  'a pipe with arguments': '|/bin/sh -c id@example.com',
  'an include of a file': ':include:/etc/passwd@example.com',
  'a path as destination': '/etc/passwd@example.com',
  'a folder above its own': '../../bob@example.com',
  'dots alone': '..@example.com',
  'a single dot': '.@example.com',
  'double quotes': '"a b"@example.com',
  'a single quote': "a'b@example.com",
  'a backslash': 'a\\b@example.com',
  'a back-tick': 'a`id`@example.com',
  'a dollar': '$HOME@example.com',
  'a variable of Dovecot': '%u@example.com',
  'the percent hack': 'bob%other.example@example.com',
  'a bang path': 'other.example!bob@example.com',
  'a leading dash, which reads as an option': '-rf@example.com',
  'a blank': 'a b@example.com',
  'a no-break space': 'a\u00a0b@example.com',
  'a tab': 'a\tb@example.com',
  'a leading blank': ' a@example.com',
  'a comment of RFC 5322': 'a(comment)@example.com',
  'angle brackets': '<a@example.com>',
  'a list': 'a@example.com,b@example.com',
  'a second @': 'a@b@example.com',
  'a source route': '@other.example:a@example.com',
  'nothing before the @': '@example.com',
  'nothing after the @': 'a@',
  'no @': 'example.com',
  'no text at all': '',
  'a dot at the end of the domain': 'a@example.com.',
  'a dot at the end of the local part': 'a.@example.com',
  'two dots in a row': 'a..b@example.com',
  'a local part of 65 characters': `${'a'.repeat(65)}@example.com`,
  '300 characters': `${'a'.repeat(288)}@example.com`,
  'the domain that the server keeps for itself': 'a@promise.invalid',
  'a domain of one label': 'a@example',
  'an address literal': 'a@[127.0.0.1]',
  'the Kelvin sign, whose lower case is k': '\u212a@example.com',
  'a long s, whose upper case is S': '\u017fally@example.com',
  'a Cyrillic letter that looks like a': '\u0430lice@example.com',
  'a full-width letter': '\uff41@example.com',
  'a zero-width joiner': 'al\u200dice@example.com',
  'a dot-less i': 'al\u0131ce@example.com',
  'a star': '*@example.com',
  'a hash, which begins a comment': '#a@example.com',
  'a plus-free catch-all': '@',
  'the beginning of a rewritten sender': 'srs0=x@example.com',
  'the beginning of a sender that was rewritten twice': 'SRS1=x@example.com',
  'the beginning of a rewritten sender, with a plus': 'SRS0+x=y@example.com',
  'the beginning of a rewritten sender, with a dash': 'srs1-@example.com',
};

describe('the address of an account', () => {
  for (const [attack, address] of Object.entries(hostile)) {
    it(`is refused when it holds ${attack}`, () => {
      expect(parseMailAddress(address, hosted)).to.have.property('problem').that.is.a('string');
    });
  }

  it('is folded to lower case, local part and domain', () => {
    expect(parseMailAddress('TestMail@Example.Com', hosted)).to.deep.equal({
      address: 'testmail@example.com',
    });
  });

  it('may hold the characters that mailboxes have', () => {
    for (const address of [
      'a.b-c_d+e=f~g@example.com',
      '0@second.example',
      `${'a'.repeat(64)}@example.com`,
    ]) {
      expect(parseMailAddress(address, hosted)).to.deep.equal({ address });
    }
  });

  it('says that it would never get mail when it looks like a rewritten sender, and may hold what only resembles one', () => {
    const problem =
      '"SRS0=x@example.com" would never get mail: what begins like this is a rewritten sender, made for bounces';
    expect(parseMailAddress('SRS0=x@example.com', hosted)).to.deep.equal({ problem });
    expect(parseDestination('SRS0=x@example.com', hosted)).to.deep.equal({ problem });
    for (const address of [
      'srs0@example.com',
      'srs2=x@example.com',
      'asrs0=x@example.com',
      'srs@example.com',
    ])
      expect(parseMailAddress(address, hosted)).to.deep.equal({ address });
    // Of another server: it knows what to do with it.
    const foreign = 'SRS0=x=y=z=a@elsewhere.example';
    expect(parseDestination(foreign, hosted)).to.deep.equal({ address: foreign });
  });

  it('may be in a domain that is not hosted, or not yet', () => {
    for (const address of ['a@other.example', 'a@mail.example.com', 'a@notexample.com'])
      expect(parseMailAddress(address, hosted)).to.deep.equal({ address });
  });

  it('shows a look-alike of a hosted domain as what it is', () => {
    expect(parseMailAddress('a@ex\u0430mple.com', hosted)).to.deep.equal({ address: 'a@xn--exmple-4nf.com' });
  });

  it('is one word of plain ASCII in a hosted domain whenever it is accepted', () => {
    const nearly = fc
      .tuple(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('@example.com', '@EXAMPLE.com', '@example.com.', ''),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(nearly, (text) => {
        const { address } = parseMailAddress(text, hosted);
        if (address !== undefined) expect(address).to.match(/^[a-z0-9._+=~][a-z0-9._+=~-]*@example\.com$/);
      }),
    );
  });

  it('is refused for itself alone: the others are accepted', () => {
    const references = Object.entries(hostile).map(([attack, address]) => ({
      reference: attack,
      parameters: { address },
    }));
    const { requests, refused } = validateMailServerRequest({
      softwareType: 'default',
      parameters: { 'mail-domains': ['example.com'] },
      sharedRequests: [
        { reference: 'first', parameters: { address: 'alice@example.com' } },
        ...references,
        { reference: 'last', parameters: { address: 'bob@example.com' } },
      ],
    });
    expect(requests.map(({ reference }) => reference)).to.deep.equal(['first', 'last']);
    expect(refused.map(({ reference }) => reference)).to.deep.equal(Object.keys(hostile));
    for (const { error } of refused) expect(error).to.match(/^address_invalid: \/address: [^\n\r]*$/);
  });

  const refusalOf = (parameters: object) =>
    validateMailServerRequest({
      softwareType: 'default',
      parameters: { 'mail-domains': ['example.com'] },
      sharedRequests: [{ reference: '_a', parameters }],
    }).refused[0];

  it('is refused with every other address of the same list that is wrong', () => {
    const aliases = ['a b@example.com', 'fine@example.com', 'c d@elsewhere.example'];
    const refusal = refusalOf({ address: 'a@example.com', aliases });
    expect(refusal?.error)
      .to.match(/^address_invalid: \/aliases\/0: .*; \/aliases\/2: /)
      .and.not.contain('/aliases/1');
  });

  it('is told back in part where it is far too long: everybody carries what a server publishes', () => {
    const refusal = refusalOf({ address: `${'a'.repeat(1_000_000)}@example.com` });
    expect(refusal?.address).to.equal('a'.repeat(320));
    expect(refusal?.error).to.have.lengthOf.at.most(500);
  });
});
