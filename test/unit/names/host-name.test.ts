import { expect } from 'chai';
import fc from 'fast-check';

import { fullyQualified, hostNameOf, isHostName, reverseName } from '../../../src/names/host-name.ts';

describe('a host name', () => {
  it('has labels of one to 63 characters, and 253 characters in all', () => {
    const label = 'a'.repeat(63);
    const longest = `${label}.${label}.${label}.${'a'.repeat(61)}`;
    for (const name of ['mx1.example.com', 'MX-1', '_x.1', longest])
      expect(isHostName(name), name).to.equal(true);
    for (const name of ['', '.', 'a.', '.a', 'a..b', 'a b', 'a\n', 'é', `${label}a`, `${longest}a`])
      expect(isHostName(name), JSON.stringify(name)).to.equal(false);
  });
});

describe('a fully qualified host name', () => {
  it('has two parts at least, of letters, digits and dashes, and is written in lower case and ASCII', () => {
    const names = {
      'mail.example.com': 'mail.example.com',
      'Mail.Example.COM.': 'mail.example.com',
      ' mail.example.com ': 'mail.example.com',
      'mail.bücher.example': 'mail.xn--bcher-kva.example',
    };
    for (const [text, name] of Object.entries(names)) expect(fullyQualified(text), text).to.equal(name);
  });

  it('is no title that only has a dot in it, no address and no single word', () => {
    const others = ['mail', 'mail server', 'My server v1.2', 'mail_one.example.com', 'v1.2', '192.0.2.1'];
    for (const text of [...others, '', '.', 'a..example', '-a.example', '[192.0.2.1]', '2001:db8::1'])
      expect(fullyQualified(text), text).to.equal(null);
  });
});

describe('the reverse name of an address', () => {
  it('has its 32 digits, the last one first', () => {
    const zeros = (count: number) => '0.'.repeat(count);
    expect(reverseName('2001:db8::1')).to.equal(`1.${zeros(23)}8.b.d.0.1.0.0.2.ip6.arpa`);
    expect(reverseName('::1')).to.equal(`1.${zeros(31)}ip6.arpa`);
    expect(reverseName('FD00:1:2:3:4:5:6:7')).to.equal(
      '7.0.0.0.6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.d.f.ip6.arpa',
    );
    for (const address of ['fd00::', '::', '1::8', '2001:db8:0:1:1:1:1:1'])
      expect(fullyQualified(reverseName(address)), address).to.equal(reverseName(address));
  });
});

describe('the host name of an instance', () => {
  it('is its title with blanks as underscores', () => {
    expect(hostNameOf('My mail server')).to.equal('My_mail_server');
    expect(hostNameOf('mail1.example.com')).to.equal('mail1.example.com');
  });

  it('is a name, and no address, when the title has no letter', () => {
    expect(hostNameOf('')).to.equal('mail-server');
    expect(hostNameOf('日本')).to.equal('mail-server');
    expect(hostNameOf('192.168.1.1')).to.equal('mail-192.168.1.1');
  });

  it('can be written in any configuration file whatever the title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (title) => {
        const name = hostNameOf(title);
        expect(isHostName(name)).to.equal(true);
        expect(name).to.match(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/);
        expect(name).not.to.match(/\.\.|[.-]$/);
        expect(name.length).to.be.at.most(63);
      }),
    );
  });

  it('has no empty part, and none that begins or ends with a dash: Postfix would not start', () => {
    const part = fc.constantFrom('mail', '1', '.', '-', '..', '.-', '-.', ' ', 'x'.repeat(61));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        for (const each of hostNameOf(parts.join('')).split('.'))
          expect(each).to.match(/^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/);
      }),
    );
    expect(hostNameOf(`${'x'.repeat(62)}.example.com`)).to.equal('x'.repeat(62));
    expect(hostNameOf('mail -.-example.com')).to.equal('mail_.example.com');
  });
});
