import { generateKeyPairSync } from 'node:crypto';

import { expect } from 'chai';

import { parseCertificateBundle } from '../../../src/validate/certificate-bundle.ts';
import { certificate, otherCertificate, privateKey } from '../../support/certificate-bundle.ts';

const problemOf = (text: string) => {
  const parsed = parseCertificateBundle(text);
  return 'problem' in parsed ? parsed.problem : null;
};

describe('a private key with its certificates', () => {
  it('is put in the order that Postfix wants, without what stands between', () => {
    const wanted = privateKey + certificate + otherCertificate;
    const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
    for (const text of [
      wanted,
      otherCertificate + certificate + privateKey,
      `subject: mx1\r\n${parameters}${privateKey}${certificate}\nissuer:\n${otherCertificate}`.replaceAll(
        '\n',
        '\r\n',
      ),
      wanted.trim(),
    ])
      expect(parseCertificateBundle(text)).to.deep.equal({ bundle: wanted });
  });

  it('is refused where a server could not show it', () => {
    const { privateKey: small } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const secret = { format: 'pem', type: 'pkcs8', cipher: 'aes-128-cbc', passphrase: 'x' } as const;
    const { privateKey: ec } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    expect(problemOf('pem')).to.match(/^holds no private key; write /);
    expect(problemOf(certificate)).to.match(/^holds no private key; /);
    expect(problemOf(privateKey)).to.match(/^holds no certificate of its private key; /);
    expect(problemOf(privateKey + otherCertificate)).to.match(/^holds no certificate of its private key; /);
    expect(problemOf(privateKey + privateKey + certificate)).to.match(/^holds several private keys; /);
    expect(problemOf(String(ec.export(secret)) + certificate)).to.match(/^holds a private key that cannot /);
    expect(problemOf(privateKey + certificate.replace('MII', 'MIZ'))).to.match(
      /^holds a certificate that cannot /,
    );
    expect(problemOf(String(small.export({ format: 'pem', type: 'pkcs8' })) + certificate)).to.match(
      /^holds a key of less than 2048 bits; /,
    );
  });
});
