import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { ensureKeyPairs } from '../../../../src/converge/provision/key-pairs.ts';
import { OperatorError } from '../../../../src/errors.ts';
import type { KeyPairNeed } from '../../../../src/model/provided.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('key pairs', () => {
  const folder = temporaryFolder();
  const keys = () => join(folder(), 'srv/keys');
  const pem = (name: string) => readFile(join(keys(), `${name}.pem`), 'utf8');
  const need = (name: string, type: KeyPairNeed['type'] = 'ed25519'): KeyPairNeed => ({ name, type });

  for (const type of ['ed25519', 'rsa-2048'] as const) {
    it(`of type ${type} are made for each name, private to their user, and tell the public half`, async () => {
      const given = await ensureKeyPairs(keys(), [need('a.example', type), need('b.example', type)]);
      expect(Object.keys(given)).to.deep.equal(['a.example', 'b.example']);
      expect(given['a.example']).to.not.equal(given['b.example']);
      for (const [name, publicKey] of Object.entries(given)) {
        const privateKey = createPrivateKey(await pem(name));
        const spki = createPublicKey({
          key: Buffer.from(publicKey, 'base64'),
          type: 'spki',
          format: 'der',
        });
        const digest = type === 'ed25519' ? null : 'sha256';
        const text = Buffer.from('signed');
        expect(verify(digest, text, spki, sign(digest, text, privateKey))).to.equal(true);
        expect((await stat(join(keys(), `${name}.pem`))).mode & 0o777).to.equal(0o600);
      }
      expect((await stat(keys())).mode & 0o077).to.equal(0);
    });
  }

  it('stay as they are', async () => {
    const first = await ensureKeyPairs(keys(), [need('a.example')]);
    const before = await pem('a.example');
    expect(await ensureKeyPairs(keys(), [need('a.example'), need('b.example')])).to.include(first);
    expect(await pem('a.example')).to.equal(before);
  });

  it('are kept aside when nobody needs them any more, and come back', async () => {
    const first = await ensureKeyPairs(keys(), [need('a.example'), need('b.example')]);
    expect(await ensureKeyPairs(keys(), [need('b.example')])).to.have.all.keys('b.example');
    expect((await readdir(keys())).sort()).to.deep.equal(['b.example.pem', 'unused']);
    expect(await readdir(join(keys(), 'unused'))).to.deep.equal(['a.example.pem']);
    expect(await ensureKeyPairs(keys(), [need('a.example'), need('b.example')])).to.deep.equal(first);
    expect(await readdir(join(keys(), 'unused'))).to.deep.equal([]);
  });

  it('are all kept aside when no name is left', async () => {
    await ensureKeyPairs(keys(), [need('a.example')]);
    expect(await ensureKeyPairs(keys(), [])).to.deep.equal({});
    expect(await readdir(join(keys(), 'unused'))).to.deep.equal(['a.example.pem']);
  });

  it('are never made in the place of a file that cannot be read', async () => {
    await mkdir(keys(), { recursive: true });
    await writeFile(join(keys(), 'a.example.pem'), 'half a key');
    const failure = await ensureKeyPairs(keys(), [need('a.example')]).catch((error: unknown) => error);
    expect(failure)
      .to.be.instanceOf(OperatorError)
      .with.property('message')
      .that.matches(/a\.example\.pem holds no private key/);
    expect(await pem('a.example')).to.equal('half a key');
  });

  it('have names that are no paths', async () => {
    for (const name of ['../up', '.hidden', '', 'a/b', 'A']) {
      const failure = await ensureKeyPairs(keys(), [need(name)]).catch((error: Error) => error.message);
      expect(failure, name).to.match(/cannot name a key/);
    }
  });
});
