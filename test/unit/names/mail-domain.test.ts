import { expect } from 'chai';

import { RequesterError } from '../../../src/errors.ts';
import { canonicalDomain } from '../../../src/names/mail-domain.ts';
import { contents, processMailServer, publication } from '../../support/mail-server-run.ts';

const written = 'b\u00fccher.example';
const ascii = 'xn--bcher-kva.example';

describe('a domain', () => {
  it('is the same in every spelling', () => {
    for (const text of [
      written,
      'B\u00dcCHER.Example',
      'bu\u0308cher.example',
      ascii,
      'XN--BCHER-KVA.EXAMPLE',
    ])
      expect(canonicalDomain(text), text).to.equal(ascii);
    expect(canonicalDomain('\u4f8b\u3048.\u30c6\u30b9\u30c8')).to.equal('xn--r8jz45g.xn--zckzah');
  });

  it('is none when it only looks international, or is no name of a host', () => {
    for (const text of [
      '\uff45xample.com',
      'ex\u200dample.com',
      '\u212aelvin.example',
      'a\u3002example',
      'b\u00fccher%2eexample',
      'b\u00fccher.example/x',
      'b\u00fccher.example:25',
      'b\u00fccher..example',
      '.b\u00fccher.example',
      'b\u00fccher.example.',
      `${'\u00fc'.repeat(63)}.example`,
      'xn--\u00fc.example',
    ])
      expect(canonicalDomain(text), text).to.equal(null);
  });
});

describe('an internationalised domain of a mail server', () => {
  const shared = {
    _alice: { address: `Alice@${written}`, aliases: [`a.lice@${ascii}`] },
    _again: { address: `alice@${ascii}` },
    _sales: {
      kind: 'alias',
      address: `sales@${ascii}`,
      destinations: [`alice@${written}`, `alice@${ascii}`],
    },
    _rest: { kind: 'alias', address: `@${written}`, destinations: [`alice@\u00e4.example`] },
  };
  const parameters = { 'mail-domains': [written, ascii], 'domain-aliases': { '\u00e4.example': written } };
  const { model, plan } = processMailServer({ parameters, shared });

  it('is one domain, by whichever name it is asked for', () => {
    expect(model.domains).to.deep.equal([ascii]);
    expect([...model.domainAliases]).to.deep.equal([['xn--4ca.example', ascii]]);
    expect(publication(plan, '_again')?.['error']).to.match(/^address_already_used: alice@xn--bcher-kva/);
  });

  it('is published by its ASCII name, addresses and destinations too', () => {
    expect(publication(plan, '_alice')).to.deep.include({
      address: `alice@${ascii}`,
      addresses: [
        `alice@${ascii}`,
        ...['a.lice@xn--4ca.example', `a.lice@${ascii}`, 'alice@xn--4ca.example'],
        ...['sales@xn--4ca.example', `sales@${ascii}`],
      ],
    });
    expect(publication(plan, '_sales')).to.deep.include({ destinations: [`alice@${ascii}`] });
    expect(publication(plan, '_rest')).to.deep.include({
      address: `@${ascii}`,
      destinations: [`alice@${ascii}`],
    });
  });

  it('stands in tables by that name only, but where log-in names are', () => {
    const files = contents(plan);
    expect(files.get('etc/postfix/mail-domains')).to.contain(`${ascii} `).and.contain('xn--4ca.example ');
    for (const [path, content] of files)
      if (!path.startsWith('etc/dovecot/')) expect(content, path).not.to.match(/[\u00fc\u00e4]/);
    expect(files.get('etc/dovecot/log-in-names')).to.contain(`alice@${written}:`);
  });

  it('may stand for another once, and not be a mail domain as well', () => {
    const refused = (aliases: Record<string, string>) => {
      try {
        processMailServer({
          parameters: { 'mail-domains': [ascii, 'c.example'], 'domain-aliases': aliases },
        });
      } catch (error) {
        if (error instanceof RequesterError) return error.message;
      }
      return 'accepted';
    };
    expect(refused({ [written]: 'c.example' })).to.contain('is one of the mail domains');
    expect(refused({ '\u00e4.example': written, 'XN--4CA.example': 'c.example' })).to.contain('two domains');
    expect(refused({ '\u00e4.example': written, 'xn--4ca.example': ascii })).to.equal('accepted');
  });
});
