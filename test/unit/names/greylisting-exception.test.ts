import { expect } from 'chai';

import { serialisePostgreyList } from '../../../src/formats/postgrey-list.ts';
import {
  type ParsedException,
  parseClientException,
  parseRecipientException,
} from '../../../src/names/greylisting-exception.ts';

/** The line of Postgrey's file; null for none. Throws when it is refused. */
function lineOf(parsed: ParsedException): string | null {
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.exception === null ? null : serialisePostgreyList([parsed.exception]).trimEnd();
}

function check(parse: (text: string) => ParsedException, good: Readonly<Record<string, string | null>>) {
  for (const [written, line] of Object.entries(good)) expect(lineOf(parse(written)), written).to.equal(line);
}

function refuses(parse: (text: string) => ParsedException, bad: readonly string[]) {
  for (const written of bad) {
    const parsed = parse(written);
    expect(parsed, written)
      .to.have.property('problem')
      .that.match(/^".* write one such as /);
  }
}

describe('a client that greylisting leaves alone', () => {
  it('is a host or domain with all below it, in one spelling', () => {
    check(parseClientException, {
      'Mail.Example.COM': 'mail.example.com',
      'example.com.': 'example.com',
      'bücher.example': 'xn--bcher-kva.example',
      _dmarc_host: '_dmarc_host',
      unknown: 'unknown',
    });
  });

  it('is what its stars and its first dot mean', () => {
    check(parseClientException, {
      '*.example.com': '/\\.example\\.com$/',
      '.example.com': '/\\.example\\.com$/',
      '*.bücher.example': '/\\.xn--bcher-kva\\.example$/',
      'mx*.example.com': '/^mx.*\\.example\\.com$/',
      '*mail**.example.*': '/^.*mail.*\\.example\\..*$/',
      '*': '/^.*$/',
    });
  });

  it('is an address, a network, or the first numbers of addresses', () => {
    check(parseClientException, {
      '192.0.2.1': '192.0.2.1',
      '192.0.2.0/24': '192.0.2.0/24',
      '192.0.2': '192.0.2.0/24',
      '192.0.2.': '192.0.2.0/24',
      '192.0.2.*': '192.0.2.0/24',
      '10.*.*.*': '10.0.0.0/8',
      '10.1': '10.1.0.0/16',
      '10.': '10.0.0.0/8',
      '2001:DB8:0::1': '2001:db8::1',
      '2001:db8::/32': '2001:db8::/32',
      '[2001:db8::1]': '2001:db8::1',
      '::ffff:192.0.2.1': '192.0.2.1',
    });
  });

  it('is a regular expression that Perl and JavaScript understand alike', () => {
    check(parseClientException, {
      '/^mail[0-9]+\\.friend\\.example$/': '/^mail[0-9]+\\.friend\\.example$/',
      '/(?:a|b){2,9}\\d?\\-[\\w.-]+/': '/(?:a|b){2,9}\\d?\\-[\\w.-]+/',
      '/(?!mx)\\b[^.]*\\@?/': '/(?!mx)\\b[^.]*\\@?/',
      '/a/b/': '/a/b/',
    });
  });

  it('is nobody where a line is empty or a comment, and a comment behind it is none of it', () => {
    check(parseClientException, {
      ' ': null,
      '# all of them': null,
      'example.com  # a friend': 'example.com',
    });
  });

  it('is refused when Postgrey would die of it, or never meet it', () => {
    refuses(parseClientException, [
      ...['/*/', '/(/', '/[/', '/a**/', '/a{5,2}/', '/(?{ 1 })/', '/(?<n>a)/', '/(?i)a/', '/[[:alpha:]]/'],
      ...['/[]/', '/[^]/', '/a b/', '/a#b/', '/\\1/', '/\\p{L}/', '/\\Aa\\z/', '/\\/', '/é/', '/a{70000}/'],
      ...[
        `/${'x'.repeat(501)}/`,
        '/a',
        '//',
        '/',
        'a/',
        'a b',
        '300.1.1.1',
        '192.0.2.1/33',
        '1.2.3.4.5',
        '12',
      ],
      ...['2001:db8::/129', ':::', 'a..b', '-a.example', 'a-.example', 'alice@example.com', '*a*b*c*d*e*f*'],
      ...['*.', '.', '..', '(*)', `${'x'.repeat(64)}.example`, '999.', '1.2.3.4/24/8'],
    ]);
  });
});

describe('a recipient whose mail greylisting leaves alone', () => {
  it('is an address, a name at any domain, or a domain with all below it', () => {
    check(parseRecipientException, {
      'Alice+x@Example.com': 'Alice+x@example.com',
      'postmaster@': 'postmaster@',
      'example.com.': 'example.com',
      "o'neil@bücher.example": "o'neil@xn--bcher-kva.example",
    });
  });

  it('is what stars and missing parts mean', () => {
    check(parseRecipientException, {
      '@example.com': '/^.*@example\\.com$/',
      '*@example.com': '/^.*@example\\.com$/',
      'list-*@example.com': '/^list-.*@example\\.com$/',
      'alice@*.example.com': '/^alice@.*\\.example\\.com$/',
      'alice@.example.com': '/^alice@.*\\.example\\.com$/',
      '*.example.com': '/\\.example\\.com$/',
      'abuse*@': '/^abuse.*@/',
      '@': '/^.*@/',
    });
  });

  it('is refused when Postgrey would die of it, or never meet it', () => {
    refuses(parseRecipientException, [
      ...['/*/', '/+/', 'a b@example.com', 'a@b@example.com', 'a@[192.0.2.1]', '192.0.2.1', 'é@example.com'],
      ...['a@-example.com', `${'x'.repeat(65)}@example.com`, 'a@exa mple.com', 'a@..'],
    ]);
  });
});
