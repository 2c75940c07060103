import { X509Certificate } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { OperatorError } from '../../../../src/errors.ts';
import { ensureCertificates } from '../../../../src/converge/provision/certificates.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const names = ['.bundle.pem', '.fingerprint', '.next.bundle.pem', '.next.fingerprint'].map(
  (suffix) => `postfix-backend${suffix}`,
);
const [, fingerprintFile = ''] = names;

describe('certificates', function () {
  this.timeout(20_000);
  const folder = temporaryFolder();
  let changes: number;
  const ssl = () => join(folder(), 'ssl');
  const text = (name: string) => readFile(join(ssl(), name), 'utf8');
  const askForRotation = () => rm(join(ssl(), fingerprintFile));

  beforeEach(() => {
    changes = 0;
  });

  const ensure = (
    openssl = 'openssl',
    beforeChange = () => Promise.resolve(),
    trusted: readonly string[] | null = null,
    of: { hostName?: string; isKnownToPeers?: boolean } = {},
  ) =>
    ensureCertificates(
      { folder: ssl(), name: 'postfix-backend' },
      { hostName: 'mail_one', isKnownToPeers: true, trusted, ...of },
      openssl,
      async () => {
        changes += 1;
        await beforeChange();
      },
    );
  const ensureTrusted = (trusted: readonly string[]) => ensure(undefined, undefined, trusted);
  const ensureNamed = (hostName: string, trusted: readonly string[] | null, isKnownToPeers = true) =>
    ensure(undefined, undefined, trusted, { hostName, isKnownToPeers });
  const certificateIn = async (suffix: string) =>
    new X509Certificate((await text(`postfix-backend${suffix}`)).replace(/^[^]*?(?=-----BEGIN CERT)/, ''));
  const namesIn = async (suffix: string) => (await certificateIn(suffix)).subjectAltName;
  /** Of the current pair and the next one. */
  const kindsOfKeys = async () => {
    const both = await Promise.all(['.bundle.pem', '.next.bundle.pem'].map(certificateIn));
    return both.map(({ publicKey }) => publicKey.asymmetricKeyType);
  };

  it('are made the first time: two pairs, and the fingerprints of both', async () => {
    const { current, next } = await ensure();
    expect(current).not.to.equal(next);
    expect((await readdir(ssl())).sort()).to.deep.equal([...names].sort());
    expect(await text('postfix-backend.fingerprint')).to.equal(`sha256 Fingerprint=${current}\n`);
    expect(await text('postfix-backend.next.fingerprint')).to.equal(`sha256 Fingerprint=${next}\n`);
    for (const name of names) expect((await stat(join(ssl(), name))).mode & 0o777, name).to.equal(0o600);
    expect((await stat(ssl())).mode & 0o777).to.equal(0o700);
  });

  it('are a private key and exactly one certificate for ten years', async () => {
    const { current } = await ensure();
    const bundle = await text('postfix-backend.bundle.pem');
    expect(bundle).to.match(
      /^-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n$/,
    );
    const certificate = new X509Certificate(bundle.slice(bundle.indexOf('-----BEGIN CERTIFICATE')));
    expect(certificate.fingerprint256).to.equal(current);
    expect(certificate.subject).to.equal('CN=mail_one');
    expect(certificate.subjectAltName).to.equal('DNS:mail_one');
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000;
    expect(Math.round(days)).to.equal(3650);
    expect(certificate.publicKey.asymmetricKeyType).to.equal('ec');
    expect(certificate.publicKey.asymmetricKeyDetails).to.deep.equal({ namedCurve: 'prime256v1' });
  });

  it('stay with a key of another kind until they are rotated', async () => {
    const withRsa = join(folder(), 'openssl');
    const words = "$(echo $@ | sed 's/ ec -pkeyopt ec_paramgen_curve:P-256 / rsa:2048 /')";
    await writeFile(withRsa, `#!/bin/sh\nexec openssl ${words}\n`, { mode: 0o755 });
    const first = await ensure(withRsa);
    expect(await kindsOfKeys()).to.deep.equal(['rsa', 'rsa']);
    expect(await ensure()).to.deep.equal(first);
    await askForRotation();
    expect((await ensure()).current).to.equal(first.next);
    expect(await kindsOfKeys()).to.deep.equal(['rsa', 'ec']);
  });

  it('stay as they are when nothing asks for others', async () => {
    const first = await ensure();
    const before = await Promise.all(names.map((name) => stat(join(ssl(), name))));
    expect(await ensure()).to.deep.equal(first);
    const after = await Promise.all(names.map((name) => stat(join(ssl(), name))));
    expect(after.map(({ ino }) => ino)).to.deep.equal(before.map(({ ino }) => ino));
    expect(changes).to.equal(1);
  });

  it('rotate when the fingerprint of the current one is deleted: the next becomes the current', async () => {
    const first = await ensure();
    await askForRotation();
    const second = await ensure();
    expect(second.current).to.equal(first.next);
    expect([first.current, first.next]).not.to.include(second.next);
    expect(changes).to.equal(2);
  });

  it('wait with the rotation until all peers trust the next one, and then rotate once', async () => {
    const first = await ensure();
    await askForRotation();
    const second = await ensureTrusted([first.current, first.next]);
    expect(second.current).to.equal(first.next);
    // Peers have not been processed since, and are asked to follow again.
    await askForRotation();
    const waiting = await ensureTrusted([first.current, first.next]);
    expect(waiting).to.deep.equal(second);
    expect(await text('postfix-backend.fingerprint')).to.contain(second.current);
    expect(await ensureTrusted([])).to.deep.equal(second);
    expect(changes).to.equal(2);
    const third = await ensureTrusted([second.current, second.next]);
    expect(third.current).to.equal(second.next);
    expect(await ensureTrusted([third.current, third.next])).to.deep.equal(third);
    expect((await readdir(ssl())).sort()).to.deep.equal([...names].sort());
  });

  it('rotate all the same when somebody must have gone: after a month', async () => {
    const first = await ensure();
    await askForRotation();
    expect((await ensureTrusted([])).current).to.equal(first.current);
    const daysAgo = (days: number) => Date.now() / 1000 - days * 86_400;
    const wish = join(ssl(), 'postfix-backend.rotation-waits');
    await utimes(wish, daysAgo(29), daysAgo(29));
    expect((await ensureTrusted([])).current).to.equal(first.current);
    // To ask again starts no new month.
    await askForRotation();
    expect((await ensureTrusted([])).current).to.equal(first.current);
    await utimes(wish, daysAgo(31), daysAgo(31));
    expect((await ensureTrusted([])).current).to.equal(first.next);
  });

  it('of a host with another name are made anew, and used once all peers trust the one with the new name', async () => {
    const first = await ensure();
    const { current, next } = first;
    const announced = await ensureNamed('mail.example.com', [current, next]);
    expect(announced.current).to.equal(current);
    expect([current, next]).not.to.include(announced.next);
    expect(await namesIn('.next.bundle.pem')).to.equal('DNS:mail.example.com');
    expect(await ensureNamed('mail.example.com', [current, next])).to.deep.equal(announced);
    expect(changes).to.equal(1);
    const renamed = await ensureNamed('mail.example.com', [current, announced.next]);
    expect(renamed.current).to.equal(announced.next);
    expect(await namesIn('.bundle.pem')).to.equal('DNS:mail.example.com');
    expect(await ensureNamed('mail.example.com', [])).to.deep.equal(renamed);
    expect(changes).to.equal(2);
    expect((await readdir(ssl())).sort()).to.deep.equal([...names].sort());
  });

  it('with another name are announced once before they are used by those whose peers do not say what they trust', async () => {
    const { current } = await ensure();
    const announced = await ensureNamed('mail.example.com', null);
    expect(announced.current).to.equal(current);
    expect((await ensureNamed('mail.example.com', null)).current).to.equal(announced.next);
  });

  it('with another name are used at once where no peer knows them', async () => {
    await ensure();
    const { current } = await ensureNamed('mail.example.com', null, false);
    expect(await namesIn('.bundle.pem')).to.equal('DNS:mail.example.com');
    expect((await ensureNamed('mail.example.com', null, false)).current).to.equal(current);
  });

  it('with a new name wait for the peers as long as the first one did, also when the name changes twice', async () => {
    const first = await ensure();
    await ensureNamed('a.example.com', []);
    const long = Date.now() / 1000 - 40 * 86_400;
    await utimes(join(ssl(), 'postfix-backend.rotation-waits'), long, long);
    expect((await ensureNamed('b.example.com', [])).current).to.equal(first.current);
    expect(await namesIn('.next.bundle.pem')).to.equal('DNS:b.example.com');
  });

  it('can have the longest name, whose first part is their common name', async () => {
    const name = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.example.com`;
    await ensureNamed(name, null);
    expect(await namesIn('.bundle.pem')).to.equal(`DNS:${name}`);
  });

  it('that cannot be read are named, and made again once they are deleted', async () => {
    const { current } = await ensure();
    const file = join(ssl(), 'postfix-backend.next.bundle.pem');
    await writeFile(file, 'half a key');
    const error: unknown = await ensure().catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(OperatorError);
    expect((error as Error).message).to.match(
      /next\.bundle\.pem holds no certificate that can be read \(.+\); delete this file$/,
    );
    await rm(file);
    expect(await ensure()).to.include({ current });
  });

  it('lose the key that a killed run left', async () => {
    await ensure();
    await mkdir(join(ssl(), '.new'));
    await writeFile(join(ssl(), '.new/key.pem'), 'a key');
    await askForRotation();
    await ensure();
    expect((await readdir(ssl())).sort()).to.deep.equal([...names].sort());
  });

  it('rotate exactly once, wherever the rotation is cut short', async () => {
    const first = await ensure();
    await cp(ssl(), join(folder(), 'before'), { recursive: true });
    await askForRotation();
    const rotated = await ensure();
    await cp(ssl(), join(folder(), 'after'), { recursive: true });
    // The files are replaced in the order of `names`: so many of them were, the others were not.
    for (let done = 0; done <= names.length; done += 1) {
      await rm(ssl(), { recursive: true });
      await mkdir(ssl(), { mode: 0o700 });
      for (const [index, name] of names.entries()) {
        if (name === fingerprintFile && index >= done) continue;
        await cp(join(folder(), index < done ? 'after' : 'before', name), join(ssl(), name));
      }
      const made = await ensure();
      const { current, next } = made;
      expect(current, `${done} files`).to.equal(first.next);
      expect([first.current, first.next], `${done} files`).not.to.include(next);
      if (done > 2) expect(next, `${done} files`).to.equal(rotated.next);
      expect(await text('postfix-backend.fingerprint')).to.contain(current);
      expect(await text('postfix-backend.next.fingerprint')).to.contain(next);
      expect(made.bundle, `${done} files`).to.equal(await text('postfix-backend.bundle.pem'));
      expect(await ensure(), `${done} files`).to.deep.equal(made);
    }
  });

  it('are finished by the next run when the first one was cut short after any step', async () => {
    await ensure();
    await cp(ssl(), join(folder(), 'whole'), { recursive: true });
    for (let done = 0; done < names.length; done += 1) {
      await rm(ssl(), { recursive: true });
      await mkdir(ssl());
      for (const name of names.slice(0, done)) await cp(join(folder(), 'whole', name), join(ssl(), name));
      const made = await ensure();
      expect(made.current).not.to.equal(made.next);
      expect(await ensure()).to.deep.equal(made);
    }
  });

  it('stay as they were when nobody can be told of the change, and rotate with the next run', async () => {
    const first = await ensure();
    await askForRotation();
    const failing = ensure('openssl', () => Promise.reject(new Error('no room for the note')));
    expect(String(await failing.catch((error: unknown) => error))).to.contain('no room');
    expect(await text('postfix-backend.bundle.pem')).not.to.equal(
      await text('postfix-backend.next.bundle.pem'),
    );
    expect((await ensure()).current).to.equal(first.next);
  });

  it('say what is wrong when openssl fails, and leave no key behind', async () => {
    const error: unknown = await ensure('/bin/false').catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(OperatorError);
    expect(await readdir(ssl())).to.deep.equal([]);
  });

  it('say which file to delete when the current one is gone', async () => {
    await ensure();
    await rm(join(ssl(), 'postfix-backend.bundle.pem'));
    const error: unknown = await ensure().catch((reason: unknown) => reason);
    expect(String(error)).to.match(/bundle\.pem is missing; delete .*postfix-backend\.fingerprint$/);
    await askForRotation();
    await ensure();
  });
});
