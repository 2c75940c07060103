/**
 * Key pairs of which others know the public half, one file for each: `<name>.pem` (PKCS #8, RFC 5958). A pair that is not
 * needed any more goes to `unused/` and comes back from there when it is: what others know of it may still be published.
 */
import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { OperatorError } from '../../errors.ts';
import { writeFileAtomically } from '../../host/write-file.ts';
import type { KeyPairNeed } from '../../model/provided.ts';

const generate = promisify(generateKeyPair);
const suffix = '.pem';
const asideFolder = 'unused';

/**
 * Name → public key, SubjectPublicKeyInfo in base64. `folder` is absolute. Throws OperatorError for a file that holds no
 * key; it is never overwritten.
 */
export async function ensureKeyPairs(
  folder: string,
  needs: readonly KeyPairNeed[],
): Promise<Record<string, string>> {
  await mkdir(join(folder, asideFolder), { recursive: true, mode: 0o700 });
  await setAside(folder, new Set(needs.map(({ name }) => fileOf(name))));
  const publicKeys: Record<string, string> = {};
  for (const need of needs) publicKeys[need.name] = await ensureKeyPair(folder, need);
  return publicKeys;
}

async function ensureKeyPair(folder: string, { name, type }: KeyPairNeed): Promise<string> {
  const path = join(folder, fileOf(name));
  const kept = join(folder, asideFolder, fileOf(name));
  const existing = (await readIfAny(path)) ?? (await takeBack(kept, path));
  const text = existing ?? (await newPrivateKey(type));
  if (existing === null) await writeFileAtomically(path, text, 0o600);
  return publicKeyOf(text, path);
}

async function setAside(folder: string, needed: ReadonlySet<string>): Promise<void> {
  for (const file of await readdir(folder)) {
    if (!file.endsWith(suffix) || file.startsWith('.') || needed.has(file)) continue;
    await rename(join(folder, file), join(folder, asideFolder, file));
  }
}

async function takeBack(kept: string, path: string): Promise<string | null> {
  const text = await readIfAny(kept);
  if (text !== null) await rename(kept, path);
  return text;
}

async function readIfAny(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

async function newPrivateKey(type: KeyPairNeed['type']): Promise<string> {
  return (await newPair(type)).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

function newPair(type: KeyPairNeed['type']): Promise<{ privateKey: KeyObject }> {
  switch (type) {
    case 'rsa-2048':
      return generate('rsa', { modulusLength: 2048 });
    case 'ed25519':
      return generate('ed25519');
  }
}

function publicKeyOf(privateKey: string, path: string): string {
  try {
    return createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
  } catch (error) {
    throw new OperatorError(
      `${path} holds no private key that can be read (${(error as Error).message}); restore it, or move it away for a new one`,
    );
  }
}

/** Names come from requests in a canonical spelling; anything else is a mistake of the stages. */
function fileOf(name: string): string {
  if (!/^[a-z0-9_-][a-z0-9._-]*$/.test(name)) throw new Error(`${JSON.stringify(name)} cannot name a key`);
  return `${name}${suffix}`;
}
