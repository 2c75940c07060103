import { expect } from 'chai';

import { parsePortalConfig } from '../../../../../src/daemons/portal/config.ts';
import { RequesterError } from '../../../../../src/errors.ts';
import { emptyLedger } from '../../../../../src/ledger/types.ts';
import { mailServer } from '../../../../../src/releases/mail-server.ts';
import { checkAgainstSchema } from '../../../../../src/validate/json-schema.ts';
import { contents, processMailServer } from '../../../../support/mail-server-run.ts';
import { placeWith } from '../../../../support/place.ts';

const options = (text: string | undefined) =>
  Object.fromEntries(
    [...(text ?? '').matchAll(/^([a-z_]+) = ?(.*)$/gm)].map(([, key, value]) => [key ?? '', value ?? '']),
  );

describe('the name of a mail server', () => {
  it('is one, fully qualified: the given one, else the title if it is one, else the first domain', () => {
    const names: [fqdn: string | undefined, title: string, expected: string][] = [
      ['Mail.Example.net.', 'mail one', 'mail.example.net'],
      ['mail.bücher.example', 'mail.example.net', 'mail.xn--bcher-kva.example'],
      [undefined, 'mail.example.net', 'mail.example.net'],
      [undefined, 'mail one', 'example.com'],
      [undefined, 'mail', 'example.com'],
      [undefined, 'mail_one.example.net', 'example.com'],
      [undefined, 'release 1.2', 'example.com'],
      [undefined, '192.0.2.1', 'example.com'],
    ];
    for (const [fqdn, title, expected] of names) {
      const parameters = fqdn === undefined ? {} : { fqdn };
      const files = contents(processMailServer({ parameters, place: placeWith({ title }) }).plan);
      expect(options(files.get('etc/postfix/main.cf'))['myhostname'], title).to.equal(expected);
      const dovecot = options(files.get('etc/dovecot/dovecot.conf'));
      expect(dovecot['hostname'], title).to.equal(expected);
      expect(files.get('etc/dovecot/dovecot.conf')).to.contain(
        'postmaster_address = postmaster@example.com\n',
      );
      expect(files.get('etc/promises.json')).to.contain(`"host-name": "${expected}"`);
    }
  });

  it('is told to people and their programs where it was given, else the address', () => {
    const hostOf = (parameters: object) => {
      const { plan } = processMailServer({ parameters });
      const { accounts: pages } = parsePortalConfig(
        contents(plan).get('etc/portal.json') ?? '',
        'portal.json',
      );
      const published = plan.publications.find(({ target }) => target === '')?.parameters;
      expect(checkAgainstSchema('mail-server/default-output.json', published).problems).to.deep.equal([]);
      return [pages?.services.imaps?.host, published?.['imap-smtp-host'], published?.['imap-smtp-ipv6']];
    };
    expect(hostOf({})).to.deep.equal(['fd00::1', undefined, 'fd00::1']);
    expect(hostOf({ fqdn: 'mail.example.net' })).to.deep.equal([
      'mail.example.net',
      'mail.example.net',
      'fd00::1',
    ]);
  });

  it('stands in the certificate, which is announced before it is used where a relay knows the server', () => {
    const needsOf = (parameters: object) => {
      const request = { parameters: { 'mail-domains': ['example.com'], ...parameters }, sharedRequests: [] };
      const instance = mailServer.validate({ softwareType: 'default', ...request });
      return instance.needs({ ledger: emptyLedger, place: placeWith() }).certificates[0];
    };
    expect(needsOf({})).to.include({ hostName: 'example.com', isKnownToPeers: true });
    const direct = { fqdn: 'mail.example.net', 'inbound-relay': { enable: false } };
    expect(needsOf(direct)).to.include({ hostName: 'mail.example.net', isKnownToPeers: false });
  });

  it('makes no names of messages in Dovecot that are too long for a file', () => {
    const [long, end] = [`${'a'.repeat(63)}.${'b'.repeat(63)}.`, `${'c'.repeat(63)}.example.com`];
    const start = contents(processMailServer({ parameters: { fqdn: long + end } }).plan);
    expect(start.get('libexec/start-dovecot')).to.contain(` DOVECOT_HOSTDOMAIN=${'b'.repeat(63)}.${end}\n`);
    expect(options(start.get('etc/postfix/main.cf'))['myhostname']).to.equal(long + end);
  });

  it('is refused when it is none, or has another meaning here', () => {
    for (const fqdn of ['mail', 'mail one.example.com', '192.0.2.1', 'mail_1.example.com', 'promise.invalid'])
      expect(() => processMailServer({ parameters: { fqdn } }), fqdn)
        .to.throw(RequesterError)
        .with.property('message')
        .that.contains('/fqdn: ')
        .and.contains('write one such as mail.example.com');
    for (const fqdn of ['lost-mail.invalid', 'x.localhost'])
      expect(() => processMailServer({ parameters: { fqdn } }), fqdn).to.throw(RequesterError);
  });
});
